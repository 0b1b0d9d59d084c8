"""Whether a skeleton with a human's names is an animal: how it stands at rest, its tail, the lengths of its limbs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from motion_core.naming.matching import Match
from motion_core.naming.skeletons import Skeleton

LEVEL = 0.6  # cosine between back and legs: more is a back that goes on along them, or stands over them
PARALLEL = 0.7  # cosine between arms and legs of four legs
REACH = 0.7  # of the hind legs' length: how deep the front feet are at least
TAIL = 2  # bones
LONG_ARM, LONG_BACK = 0.85, 1.1  # of the legs' length; of our own body 0.65 and 0.69
LIMB_ENDS = ("left_hip", "right_hip", "left_ankle", "right_ankle", "left_shoulder", "right_shoulder", "left_wrist",
             "right_wrist")  # fmt: skip


def animal_fault(skeleton: Skeleton, match: Match) -> str:
    """Why this is no person's skeleton; "" where it may be one, or where places at rest are not known."""
    if skeleton.places is None or any(joint not in match.bones for joint in LIMB_ENDS):
        return ""
    index = {joint: skeleton.names.index(match.bones[joint]) for joint in LIMB_ENDS}
    hips, ankles, shoulders, wrists = (
        (skeleton.places[index[f"left_{end}"]] + skeleton.places[index[f"right_{end}"]]) / 2
        for end in ("hip", "ankle", "shoulder", "wrist")
    )
    back, leg, arm = shoulders - hips, ankles - hips, wrists - shoulders
    tail = sum(one.animal for one in match.said)
    if _cosine(back, leg) < -LEVEL:
        return ""  # it stands upright
    reach = float((wrists - hips) @ leg) / max(float(leg @ leg), 1e-12)
    if abs(_cosine(back, leg)) <= LEVEL and _cosine(arm, leg) > PARALLEL and reach > REACH:
        return "at rest it stands on four feet, its back level: this is an animal, not a person"
    if tail >= TAIL and _long(skeleton, index):
        return f"it has a tail of {tail} bones and the limbs of an animal that walks on four feet"
    return ""


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Of the angle between two vectors (3,)."""
    return float(a @ b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12)


def _long(skeleton: Skeleton, index: Mapping[str, int]) -> bool:
    """Whether front legs are as long as hind legs, or the back is longer than they are, whatever the pose."""
    along = skeleton.along
    if along is None:
        return False
    arm, leg = (
        along[index[f"left_{end}"]] - along[index[f"left_{start}"]]
        for start, end in (("shoulder", "wrist"), ("hip", "ankle"))
    )
    back = (
        along[index["left_shoulder"]] - along[index["left_hip"]]
    )  # both are as far from the pelvis sideways
    return bool(arm > LONG_ARM * leg or back > LONG_BACK * leg)
