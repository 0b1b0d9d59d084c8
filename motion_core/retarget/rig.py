"""A rig at rest: its bones by joint, the way it faces, the length of its legs, how its limbs rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT, JOINTS, REST_JOINTS, UPRIGHT
from motion_core.rig_maps import RigError, find_bones, missing_joints

# Limbs whose rest direction is compensated, joint -> the joint its limb ends in. Torso, collars and feet are left out:
# there the rests differ by build (curve of the back, height of the instep), and the sole must stay flat.
LIMBS: dict[str, str] = {
    "left_hip": "left_knee", "left_knee": "left_ankle", "left_shoulder": "left_elbow", "left_elbow": "left_wrist",
    "right_hip": "right_knee", "right_knee": "right_ankle", "right_shoulder": "right_elbow",
    "right_elbow": "right_wrist",
}  # fmt: skip
FOLLOWS: dict[str, str] = {"left_wrist": "left_elbow", "right_wrist": "right_elbow"}  # rests like that limb
SAME_REST = np.radians(
    4.0
)  # limbs nearer than this differ by build, not by pose: SMPL rotations are kept as they are
LEADS_DOWN, ALIKE = 0.2, 0.9  # cosines: how far legs at rest lead down, and how unlike each other they may be


@dataclass(frozen=True, eq=False)
class RigBone:
    """A bone at rest. `rest` (4,4): its axes (columns) and head in armature space and armature units."""

    name: str
    parent: str | None
    rest: np.ndarray
    connected: bool = False  # glued to its parent: takes no location
    inherit_rotation: bool = True
    local_location: bool = True  # locations are along the bone's rest axes, else along the armature's

    @cached_property
    def head(self) -> np.ndarray:
        return np.asarray(self.rest, dtype=np.float64)[:3, 3]

    @cached_property
    def orientation(self) -> np.ndarray:
        """Rest orientation (4,) in the armature, without any scale of the matrix."""
        axes = np.asarray(self.rest, dtype=np.float64)[:3, :3]
        return quat.matrix_to_quat(axes / np.linalg.norm(axes, axis=0))


@dataclass(frozen=True, eq=False)
class BoneCurves:
    """What a rig's pose channels hold: (T,4) wxyz per bone, signs continuous, and (T,3) for the bone `root`.

    more: locations (T,3) of other bones, which a rig that was animated by hand may have.
    """

    rotations: dict[str, np.ndarray]
    root: str
    locations: np.ndarray
    more: dict[str, np.ndarray] = field(default_factory=dict)


def match_bones(names: Iterable[str]) -> dict[str, str]:
    """{joint: bone} by names alone, of any convention that `rig_maps` knows. Raises RigError for missing ones."""
    return find_bones(names).bones


class Rig:
    """Bones by joint, with the look-ups the equations of this package need.

    carrier: a bone that carries and turns the body without being a joint; None where the pelvis does, or a root.
    """

    def __init__(self, bones: Sequence[RigBone], mapping: Mapping[str, str], carrier: str | None = None):
        self.bones = {bone.name: bone for bone in bones}
        named = [*mapping.values(), *([carrier] if carrier else [])]
        if gone := [name for name in named if name not in self.bones]:
            raise RigError(f"the rig has no bone {', '.join(map(repr, gone))}: match its bones again")
        if unknown := [joint for joint in mapping if joint not in JOINT]:
            raise RigError(f"{unknown[0]!r} is no joint; use one of {', '.join(JOINTS)}")
        if missing := missing_joints(mapping):
            raise RigError(f"the rig has no bone for {', '.join(missing)}: Laban cannot pose it")
        self.joints = {joint: self.bones[mapping[joint]] for joint in JOINTS if joint in mapping}
        self.joint_by_bone = {bone.name: joint for joint, bone in self.joints.items()}
        self.turning = self.bones[carrier] if carrier else None
        self.frame = _frame(self)
        _check_rest(self)

    def head(self, joint: str) -> np.ndarray:
        return self.joints[joint].head

    @property
    def up(self) -> np.ndarray:
        """The world's up (3,) along the armature's axes."""
        return quat.rotate(self.frame, np.array([0.0, 0.0, 1.0]))

    def ancestors(self, bone: RigBone) -> list[RigBone]:
        """The bone itself, its parent, and so on up."""
        chain = [bone]
        while (
            chain[-1].parent is not None and chain[-1].parent in self.bones and len(chain) <= len(self.bones)
        ):
            chain.append(self.bones[chain[-1].parent])
        return chain

    def joint_above(self, joint: str) -> str | None:
        """The joint of the nearest ancestor that has one; the turning carrier counts as the pelvis."""
        for bone in self.ancestors(self.joints[joint])[1:]:
            if (found := self._moves_as(bone)) is not None:
                return found
        return None

    def turned_by(self, joint: str) -> str | None:
        """The joint whose change the parent hands on, or None: nothing above, or rotation is not inherited."""
        for bone in self.ancestors(self.joints[joint]):
            found = self._moves_as(bone)
            if bone.name != self.joints[joint].name and found is not None:
                return found
            if not bone.inherit_rotation:
                return None
        return None

    def _moves_as(self, bone: RigBone) -> str | None:
        if self.turning is not None and bone.name == self.turning.name:
            return "pelvis"
        return self.joint_by_bone.get(bone.name)

    def parents_first(self) -> list[str]:
        return sorted(self.joints, key=lambda joint: len(self.ancestors(self.joints[joint])))

    def carrier(self) -> RigBone:
        """The bone that turns the body, or the deepest that moves all the others and can take a location."""
        chains = [{bone.name for bone in self.ancestors(bone)} for bone in self.joints.values()]
        common = set.intersection(*chains)
        turning = (
            [self.turning] if self.turning is not None else []
        )  # below it, locations would be turned as well
        for bone in [*turning, *self.ancestors(self.joints["pelvis"])]:
            if bone.name in common and not bone.connected:
                return bone
        raise RigError(
            "no bone carries the whole body: give the armature one root bone that is not connected"
        )

    def leg_length(self) -> float:
        """Hip to knee to ankle, mean of both sides, in armature units."""
        spans = [
            self.head(f"{side}_{b}") - self.head(f"{side}_{a}")
            for side in ("left", "right")
            for a, b in (("hip", "knee"), ("knee", "ankle"))
        ]
        length = float(np.linalg.norm(spans, axis=-1).sum()) / 2
        if length < 1e-6:
            raise RigError("the rig's legs have no length: hips, knees and ankles lie in one place")
        return length

    def scale(self) -> float:
        """Armature units per metre of the body, by the legs: so steps fit them."""
        return self.leg_length() / BODY_LEG


def _snapped(direction: np.ndarray, within: float) -> np.ndarray:
    """The nearest signed coordinate axis if it lies within so many radians, else the direction itself; unit."""
    direction = direction / np.linalg.norm(direction)
    axis = np.zeros(3)
    largest = int(np.argmax(np.abs(direction)))
    axis[largest] = np.sign(direction[largest])
    return axis if direction @ axis > np.cos(within) else direction


def _trunk(head: Callable[[str], np.ndarray]) -> np.ndarray:
    """Axes (columns: left, back, up) of a body from where its hips and shoulders lie."""
    left = sum((head(f"left_{part}") - head(f"right_{part}") for part in ("hip", "shoulder")), np.zeros(3))
    up = sum((head(f"{side}_shoulder") - head(f"{side}_hip") for side in ("left", "right")), np.zeros(3))
    if np.linalg.norm(np.cross(left, up)) < 1e-9:
        raise RigError("the rig's hips and shoulders lie on one line: it has no front")
    return _axes(left, up)


def _axes(left: np.ndarray, up: np.ndarray) -> np.ndarray:
    up = up / np.linalg.norm(up)
    left = left - (left @ up) * up
    left = left / np.linalg.norm(left)
    return np.stack([left, np.cross(up, left), up], axis=1)


def _frame(rig: Rig) -> np.ndarray:
    """The rig's trunk against the body's own, which leans a little."""
    ours = _trunk(lambda joint: quat.rotate(UPRIGHT, REST_JOINTS[JOINT[joint]].astype(np.float64)))
    left, _, up = (_trunk(rig.head) @ ours.T).T
    # People differ and rigs do not: nearly always an axis of the armature is meant, exactly.
    up = _snapped(up, np.radians(25))
    left = _snapped(left - (left @ up) * up, np.radians(15))
    return quat.matrix_to_quat(_axes(left, up))


def _check_rest(rig: Rig) -> None:
    """Raises RigError for a rig whose rest is no body, but a heap or a line: its legs do not lead down."""
    down = []
    for side in ("left", "right"):
        leg = rig.head(f"{side}_ankle") - rig.head(f"{side}_hip")
        down.append(-float(leg @ rig.up) / max(float(np.linalg.norm(leg)), 1e-9))
    if np.mean(down) > LEADS_DOWN and max(down) - min(down) < ALIKE:
        return
    raise RigError(
        "at rest this is no standing body: its legs do not point down from its hips. Pose it as a T or an A, apply "
        "that as its rest pose (Pose > Apply > Apply Pose as Rest Pose), and try again"
    )


def rig_frame(bones: Sequence[RigBone], mapping: Mapping[str, str]) -> np.ndarray:
    """F (4,): turns the motion's axes (left +X, back +Y, up +Z) into the armature's; read off the joints."""
    return Rig(bones, mapping).frame


def _rest_direction(joint: str, end: str) -> np.ndarray:
    """Of the body's own limb, upright, in world axes."""
    span = (REST_JOINTS[JOINT[end]] - REST_JOINTS[JOINT[joint]]).astype(np.float64)
    return quat.rotate(UPRIGHT, span)


BODY_LEG = float(  # metres, hip to knee to ankle of the body itself
    sum(
        np.linalg.norm(_rest_direction(f"left_{a}", f"left_{b}"))
        for a, b in (("hip", "knee"), ("knee", "ankle"))
    )
)


def alignment(rig: Rig) -> dict[str, np.ndarray]:
    """K (4,) per joint that needs one; none at all when every limb rests as the body's does."""
    spans = {joint: rig.head(end) - rig.head(joint) for joint, end in LIMBS.items()}
    ours = {joint: quat.rotate(quat.conjugate(rig.frame), span) for joint, span in spans.items()}
    turns = {joint: quat.between(ours[joint], _rest_direction(joint, LIMBS[joint])) for joint in LIMBS}
    if all(quat.angle_between(quat.IDENTITY, turn) < SAME_REST for turn in turns.values()):
        return {}
    return turns | {joint: turns[limb] for joint, limb in FOLLOWS.items()}


def changes_of(rig: Rig, orientations: np.ndarray) -> dict[str, np.ndarray]:
    """C = F D K F^-1, (T,4) per joint of the rig, from world orientations G (T,22,4)."""
    turns = alignment(rig)
    back = quat.conjugate(rig.frame)
    changes = {}
    for joint in rig.joints:
        change = quat.multiply(orientations[:, JOINT[joint]], quat.conjugate(UPRIGHT))
        change = quat.multiply(change, turns.get(joint, quat.IDENTITY))
        changes[joint] = quat.multiply(quat.multiply(rig.frame, change), back)
    return changes


def orientations_of(rig: Rig, changes: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """G = F^-1 C F K^-1 U, the inverse of `changes_of`: world orientations (T,4) of the joints the rig has."""
    turns = alignment(rig)
    back = quat.conjugate(rig.frame)
    found = {}
    for joint, change in changes.items():
        turned = quat.multiply(quat.multiply(back, change), rig.frame)
        turned = quat.multiply(turned, quat.conjugate(turns.get(joint, quat.IDENTITY)))
        found[joint] = quat.multiply(turned, UPRIGHT)
    return found
