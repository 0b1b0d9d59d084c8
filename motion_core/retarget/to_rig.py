"""From a motion to the pose channels of a rig."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.retarget.ground import STANDING_HIPS, carriage, hips_of, moved_heads
from motion_core.retarget.rig import BoneCurves, Rig, RigBone, changes_of
from motion_core.rig_maps import RigError


def _channel(bone: RigBone, change: np.ndarray, above: np.ndarray | None) -> np.ndarray:
    """Q = A^-1 C_p^-1 C A, (T,4), signs continuous."""
    rest = bone.orientation
    if above is not None:
        change = quat.multiply(quat.conjugate(above), change)
    channel = quat.normalize(quat.multiply(quat.multiply(quat.conjugate(rest), change), rest))
    return quat.continuous(-channel if channel[0, 0] < 0 else channel)


def _channels(rig: Rig, changes: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    rotations = {}
    if rig.turning is not None:
        rotations[rig.turning.name] = _channel(rig.turning, changes["pelvis"], None)
    for joint, bone in rig.joints.items():
        above = rig.turned_by(joint)
        rotations[bone.name] = _channel(bone, changes[joint], None if above is None else changes[above])
    return rotations


def check_scale(rig: Rig, scale: float | None) -> float:
    """The scale, or that of the legs. Raises RigError for one that makes no sense."""
    scale = rig.scale() if scale is None else float(scale)
    if not (np.isfinite(scale) and scale > 0):
        raise RigError(f"the scale of the travel is {scale}: it must be above 0")
    return scale


def motion_to_bone_curves(
    motion: Motion,
    bones: Sequence[RigBone],
    mapping: Mapping[str, str],
    scale: float | None = None,
    carrier: str | None = None,
) -> BoneCurves:
    """The pose channels that let a rig do a motion, one key per frame of it.

    mapping: {joint: bone}, from `find_bones` or the user.
    scale: armature units per metre of travel; None takes the ratio of the legs, so that steps fit them.
    carrier: a control above the pelvis that takes the travel and turns with the pelvis.

    The motion's origin, front and floor are the rig's: it starts where the armature stands, faces as it does, and
    stands where the rig's feet rest.
    Raises RigError when a needed bone is missing or the rig has no front, legs or common root.
    """
    rig = Rig(bones, mapping, carrier)
    scale = check_scale(rig, scale)
    joints, orientations = motion.kinematics()
    changes = changes_of(rig, orientations)
    moved = moved_heads(rig, changes)
    hips = hips_of(joints)
    travel = scale * quat.rotate(rig.frame, hips - STANDING_HIPS)
    travel += carriage(rig, moved, changes["pelvis"], orientations, scale).offset(hips[:, 2])
    travel -= (moved["left_hip"] + moved["right_hip"]) / 2
    root = rig.carrier()
    if root.local_location:
        travel = quat.rotate(quat.conjugate(root.orientation), travel)
    return BoneCurves(_channels(rig, changes), root.name, travel)
