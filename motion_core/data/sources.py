"""The skeletons of public motion capture, as tables: which of their joints is which of ours.

None of their zero poses is a T-pose, so nothing is said here about rest poses: `formats/humanoid.py` finds the axes
from the motion. Where a source has no such joint (spine2, toes) it is left out or taken from an End Site ("tip:NAME").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SIDES = ("left", "right")


@dataclass(frozen=True)
class SourceSkeleton:
    """names: our joint -> theirs. shared_axes: all its files have the same joint axes: calibrate them together."""

    id: str
    names: dict[str, str]
    shared_axes: bool = True

    def matches(self, joints: Sequence[str]) -> bool:
        """Whether a file with these joints has this skeleton."""
        have = set(joints)
        return all(name.removeprefix("tip:") in have for name in self.names.values())


def _both_sides(**patterns: str) -> dict[str, str]:
    """{knee="{Left}Leg"} -> left_knee: LeftLeg, right_knee: RightLeg; also {l}/{L} for initials."""
    return {
        f"{side}_{joint}": pattern.format(Left=side.capitalize(), l=side[0], L=side[0].upper())
        for joint, pattern in patterns.items()
        for side in SIDES
    }


_LEFT_RIGHT = _both_sides(
    hip="{Left}UpLeg", knee="{Left}Leg", ankle="{Left}Foot", foot="{Left}ToeBase",
    collar="{Left}Shoulder", shoulder="{Left}Arm", elbow="{Left}ForeArm", wrist="{Left}Hand",
)  # fmt: skip

SOURCES: tuple[SourceSkeleton, ...] = (
    # CMU's ASF bodies: Neck and both shoulders start at the same point of the chest, so the neck is Neck1.
    SourceSkeleton(
        "cmu31",
        {"pelvis": "Hips", "spine1": "LowerBack", "spine2": "Spine", "spine3": "Spine1", "neck": "Neck1"}
        | {"head": "Head"}
        | _LEFT_RIGHT,
    ),
    SourceSkeleton(
        "cmu_daz",
        {"pelvis": "hip", "spine1": "abdomen", "spine3": "chest", "neck": "neck", "head": "head"}
        | _both_sides(
            hip="{l}Thigh", knee="{l}Shin", ankle="{l}Foot", foot="tip:{l}Foot",
            collar="{l}Collar", shoulder="{l}Shldr", elbow="{l}ForeArm", wrist="{l}Hand",
        ),
    ),
    SourceSkeleton(
        "accad22",
        {"pelvis": "Hips", "spine1": "ToSpine", "spine2": "Spine", "spine3": "Spine1", "neck": "Neck", "head": "Head"}
        | _LEFT_RIGHT,
        shared_axes=False,
    ),
    SourceSkeleton(
        "accad24",
        {"pelvis": "Hips", "spine1": "Spine1", "spine2": "Spine2", "spine3": "Spine4", "neck": "Neck", "head": "Head"}
        | _LEFT_RIGHT,
    ),
    SourceSkeleton(
        "snu20",
        {"pelvis": "Hips", "spine1": "Spine", "neck": "Spine1", "head": "HEad"}
        | _both_sides(
            hip="{Left}UpLeg", knee="{Left}Leg", ankle="{Left}Foot", foot="{Left}Toes",
            shoulder="{Left}Arm", elbow="{Left}ForeArm", wrist="{Left}Hand",
        )
        | {"left_collar": "LeftShoulder1", "right_collar": "RightShoulder"},
    ),
    SourceSkeleton(
        "bandai",
        {"pelvis": "Hips", "spine1": "Spine", "spine3": "Chest", "neck": "Neck", "head": "Head"}
        | _both_sides(
            hip="UpperLeg_{L}", knee="LowerLeg_{L}", ankle="Foot_{L}", foot="Toes_{L}",
            collar="Shoulder_{L}", shoulder="UpperArm_{L}", elbow="LowerArm_{L}", wrist="Hand_{L}",
        ),
    ),
)  # fmt: skip


def find_source(joints: Sequence[str]) -> SourceSkeleton | None:
    """The known skeleton with these joints, or None. The first that matches wins: the tables go from rich to poor."""
    return next((source for source in SOURCES if source.matches(joints)), None)
