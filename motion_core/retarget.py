"""From a `Motion` to the pose channels of a rig, in numpy: any rest pose, bone roll, up axis and scale.

Only world-space changes from rest are carried over, never local rotations, so that the rig may stand in an A-pose,
have any bone axes, lie on its back in its own space (Y up) or be drawn in centimetres.

Symbols, all rotations (quaternions in the code); world axes are the motion's (Z up, a person at heading 0 faces -Y):
    U    stands SMPL's Y-up rest body upright (`skeleton.UPRIGHT`)      G_j  world orientation of joint j in the motion
    F    world axes -> armature axes of the rig (`rig_frame`)           A_b  rest orientation of bone b in the armature
    K_j  turns the rig's rest limb onto the body's rest limb (world axes), identity where both rest alike
The body at rest and upright has the orientations U, so D_j = G_j U^-1 is the change of joint j from rest. The rig's
bone is first brought from its own rest to the body's by K_j, then changed by D_j; seen from the armature:
    C_b = F D_j K_j F^-1            the change of bone b from its rest, posed orientation P_b = C_b A_b
Blender poses a bone by P_b = P_p (A_p^-1 A_b) Q_b with p its parent, and P_p = C_p A_p, hence
    Q_b = A_b^-1 C_p^-1 C_b A_b     the pose channel; a parent without a joint stays at rest and hands on C of its own
A bone's head moves to  P_b head = P_a head + C_a (head_b - head_a)  with a the nearest ancestor that has a joint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from motion_core import quaternions as quat
from motion_core.motion import Motion
from motion_core.skeleton import ANKLE_HEIGHT, JOINT, JOINTS, REST_JOINTS, SOLE, STANDING_PELVIS, UPRIGHT

REQUIRED: tuple[str, ...] = (
    "pelvis", "spine1", "head", "left_hip", "left_knee", "left_ankle", "right_hip", "right_knee", "right_ankle",
    "left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist",
)  # fmt: skip
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
CLEARANCE = {
    "left_ankle": ANKLE_HEIGHT, "right_ankle": ANKLE_HEIGHT, "left_foot": SOLE, "right_foot": SOLE,
}  # fmt: skip
NEAR_FLOOR = 0.25  # metres; feet higher than this no longer decide how high the body is carried


class RigError(ValueError):
    """A rig that cannot take a motion; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class RigBone:
    """A bone at rest. `rest` (4,4): its axes (columns) and head in armature space and armature units."""

    name: str
    parent: str | None
    rest: np.ndarray
    connected: bool = False  # glued to its parent: takes no location
    inherit_rotation: bool = True
    local_location: bool = True  # locations are along the bone's rest axes, else along the armature's

    @property
    def head(self) -> np.ndarray:
        return np.asarray(self.rest, dtype=np.float64)[:3, 3]

    @property
    def orientation(self) -> np.ndarray:
        """Rest orientation (4,) in the armature, without any scale of the matrix."""
        axes = np.asarray(self.rest, dtype=np.float64)[:3, :3]
        return quat.matrix_to_quat(axes / np.linalg.norm(axes, axis=0))


@dataclass(frozen=True, eq=False)
class BoneCurves:
    """What a rig's pose channels shall hold: (T,4) wxyz per bone, signs continuous, and (T,3) for the bone `root`."""

    rotations: dict[str, np.ndarray]
    root: str
    locations: np.ndarray


def joint_of(name: str) -> str | None:
    """The SMPL joint a bone is named after: left_hip, L_Hip, m_avg_L_Hip, Body:left_hip; None for any other name."""
    base = re.sub(r"^(?:.*[:|])?(?:[a-z]_avg_)?", "", name.strip().lower())
    side, _, rest = base.partition("_")
    base = {"l": "left_", "r": "right_"}.get(side, f"{side}_") + rest if rest else base
    return base if base in JOINT else None


def match_bones(names: Iterable[str]) -> dict[str, str]:
    """{joint: bone} for a rig with SMPL bone names of any flavour. Raises RigError naming the joints without a bone."""
    mapping: dict[str, str] = {}
    for name in names:
        joint = joint_of(name)
        if joint is not None and (joint not in mapping or name == joint):
            mapping[joint] = name
    if missing := [joint for joint in REQUIRED if joint not in mapping]:
        raise RigError(
            f"this armature is not a humanoid that Laban knows: no bone for {', '.join(missing)}. "
            "Bones must be named like SMPL's (left_hip, L_Hip or m_avg_L_Hip); or add a Laban rig"
        )
    return {joint: mapping[joint] for joint in JOINTS if joint in mapping}


class _Rig:
    """Bones by joint, with the look-ups the equations above need."""

    def __init__(self, bones: Sequence[RigBone], mapping: Mapping[str, str]):
        self.bones = {bone.name: bone for bone in bones}
        if gone := [name for name in mapping.values() if name not in self.bones]:
            raise RigError(f"the rig has no bone {', '.join(map(repr, gone))}: match its bones again")
        if unknown := [joint for joint in mapping if joint not in JOINT]:
            raise RigError(f"{unknown[0]!r} is no joint; use one of {', '.join(JOINTS)}")
        if missing := [joint for joint in REQUIRED if joint not in mapping]:
            raise RigError(f"the rig has no bone for {', '.join(missing)}: Laban cannot pose it")
        self.joints = {joint: self.bones[mapping[joint]] for joint in JOINTS if joint in mapping}
        self.joint_by_bone = {bone.name: joint for joint, bone in self.joints.items()}

    def head(self, joint: str) -> np.ndarray:
        return self.joints[joint].head

    def ancestors(self, bone: RigBone) -> list[RigBone]:
        """The bone itself, its parent, and so on up."""
        chain = [bone]
        while (
            chain[-1].parent is not None and chain[-1].parent in self.bones and len(chain) <= len(self.bones)
        ):
            chain.append(self.bones[chain[-1].parent])
        return chain

    def joint_above(self, joint: str) -> str | None:
        """The joint of the nearest ancestor that has one."""
        above = self.ancestors(self.joints[joint])[1:]
        return next(
            (self.joint_by_bone[bone.name] for bone in above if bone.name in self.joint_by_bone), None
        )

    def turned_by(self, joint: str) -> str | None:
        """The joint whose change the parent hands on, or None: nothing above, or rotation is not inherited."""
        for bone in self.ancestors(self.joints[joint]):
            if bone.name != self.joints[joint].name and bone.name in self.joint_by_bone:
                return self.joint_by_bone[bone.name]
            if not bone.inherit_rotation:
                return None
        return None

    def parents_first(self) -> list[str]:
        return sorted(self.joints, key=lambda joint: len(self.ancestors(self.joints[joint])))

    def carrier(self) -> RigBone:
        """The deepest bone that moves all the others and can take a location."""
        chains = [{bone.name for bone in self.ancestors(bone)} for bone in self.joints.values()]
        common = set.intersection(*chains)
        for bone in self.ancestors(self.joints["pelvis"]):
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


def _frame(rig: _Rig) -> np.ndarray:
    """The rig's trunk against the body's own, which leans a little."""
    ours = _trunk(lambda joint: quat.rotate(UPRIGHT, REST_JOINTS[JOINT[joint]].astype(np.float64)))
    left, _, up = (_trunk(rig.head) @ ours.T).T
    # People differ and rigs do not: nearly always an axis of the armature is meant, exactly.
    up = _snapped(up, np.radians(25))
    left = _snapped(left - (left @ up) * up, np.radians(15))
    return quat.matrix_to_quat(_axes(left, up))


def rig_frame(bones: Sequence[RigBone], mapping: Mapping[str, str]) -> np.ndarray:
    """F (4,): turns the motion's axes (left +X, back +Y, up +Z) into the armature's; read off the joints."""
    return _frame(_Rig(bones, mapping))


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


def _alignment(rig: _Rig, frame: np.ndarray) -> dict[str, np.ndarray]:
    """K (4,) per joint that needs one; none at all when every limb rests as the body's does."""
    spans = {joint: rig.head(end) - rig.head(joint) for joint, end in LIMBS.items()}
    ours = {joint: quat.rotate(quat.conjugate(frame), span) for joint, span in spans.items()}
    turns = {joint: quat.between(ours[joint], _rest_direction(joint, LIMBS[joint])) for joint in LIMBS}
    if all(quat.angle_between(quat.IDENTITY, turn) < SAME_REST for turn in turns.values()):
        return {}
    return turns | {joint: turns[limb] for joint, limb in FOLLOWS.items()}


def _changes(rig: _Rig, frame: np.ndarray, orientations: np.ndarray) -> dict[str, np.ndarray]:
    """C = F D K F^-1, (T,4) per joint of the rig, from world orientations G (T,22,4)."""
    alignment = _alignment(rig, frame)
    back = quat.conjugate(frame)
    changes = {}
    for joint in rig.joints:
        change = quat.multiply(orientations[:, JOINT[joint]], quat.conjugate(UPRIGHT))
        change = quat.multiply(change, alignment.get(joint, quat.IDENTITY))
        changes[joint] = quat.multiply(quat.multiply(frame, change), back)
    return changes


def _channels(rig: _Rig, changes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Q = A^-1 C_p^-1 C A, (T,4) per bone name, signs continuous."""
    rotations = {}
    for joint, bone in rig.joints.items():
        rest = bone.orientation
        above = rig.turned_by(joint)
        change = changes[joint]
        if above is not None:
            change = quat.multiply(quat.conjugate(changes[above]), change)
        channel = quat.multiply(quat.multiply(quat.conjugate(rest), change), rest)
        channel = quat.normalize(channel)
        if channel[0, 0] < 0:
            channel = -channel
        rotations[bone.name] = quat.continuous(channel)
    return rotations


def _heights(rig: _Rig, changes: dict[str, np.ndarray], up: np.ndarray) -> dict[str, np.ndarray]:
    """How far (T,) each joint's head rises above its rest when the carrier stays where it is; armature units."""
    moved: dict[str, np.ndarray] = {}
    for joint in rig.parents_first():
        above = rig.joint_above(joint)
        if above is None:
            moved[joint] = np.zeros_like(changes[joint][:, :3])
            continue
        span = rig.head(joint) - rig.head(above)
        moved[joint] = moved[above] + quat.rotate(changes[above], span) - span
    return {joint: shift @ up for joint, shift in moved.items()}


def _lift(
    rig: _Rig, changes: dict[str, np.ndarray], up: np.ndarray, joints: np.ndarray, scale: float
) -> np.ndarray:
    """What (T,) to add to the carried height so that the lower foot is as high above the floor as the motion's.

    joints (T,22,3) world. Other proportions of thigh and shin, or legs apart at rest, would else sink or float it.
    Far from the floor (a leap, a handstand) the value of the standing pose is taken instead.
    """
    feet = [joint for joint in CLEARANCE if joint in rig.joints]
    source = np.min([joints[:, JOINT[joint], 2] - CLEARANCE[joint] for joint in feet], axis=0)  # (T,) metres
    rises = _heights(rig, changes, up)
    carried = scale * (joints[:, JOINT["pelvis"], 2] - STANDING_PELVIS)
    lift = scale * source - (carried + np.min([rises[joint] for joint in feet], axis=0))
    standing = _changes(rig, _frame(rig), np.broadcast_to(UPRIGHT, (1, len(JOINTS), 4)))
    rest_lift = -min(float(_heights(rig, standing, up)[joint][0]) for joint in feet)
    near = np.clip(1 - np.abs(source) / NEAR_FLOOR, 0, 1)
    return near * lift + (1 - near) * rest_lift


def motion_to_bone_curves(
    motion: Motion, bones: Sequence[RigBone], mapping: Mapping[str, str], scale: float | None = None
) -> BoneCurves:
    """The pose channels that let a rig do a motion, one key per frame of it.

    mapping {joint: bone}, from `match_bones` or the user. scale: armature units per metre of travel; None takes the
    ratio of the legs, so that steps fit them. The motion's origin and front are the rig's own: it starts where the
    armature stands and faces where it faces, and its floor is where the rig's feet rest.
    Raises RigError when a needed bone is missing or the rig has no front, legs or common root.
    """
    rig = _Rig(bones, mapping)
    frame = _frame(rig)
    if scale is None:
        scale = rig.leg_length() / BODY_LEG
    if not (np.isfinite(scale) and scale > 0):
        raise RigError(f"the scale of the travel is {scale}: it must be above 0")
    joints, orientations = motion.kinematics()
    changes = _changes(rig, frame, orientations)
    up = quat.rotate(frame, np.array([0.0, 0.0, 1.0]))
    travel = scale * (joints[:, JOINT["pelvis"]] - np.array([0.0, 0.0, STANDING_PELVIS]))
    travel = quat.rotate(frame, travel) + _lift(rig, changes, up, joints, scale)[:, None] * up
    carrier = rig.carrier()
    if carrier.local_location:
        travel = quat.rotate(quat.conjugate(carrier.orientation), travel)
    return BoneCurves(_channels(rig, changes), carrier.name, travel)
