"""From a posed rig back to a motion: from its pose channels, or from bone matrices that Blender has evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import world_to_local
from motion_core.body.motion import Motion, forward_kinematics
from motion_core.body.skeleton import JOINTS, PARENT_OF
from motion_core.retarget.ground import CLEARANCE, STANDING_HIPS, carriage, hips_of
from motion_core.retarget.rig import BoneCurves, Rig, RigBone, orientations_of
from motion_core.retarget.to_rig import check_scale
from motion_core.rig_maps import RigError

ROUNDS = 12  # of the fixed point that finds the body's height; each brings it five times nearer


@dataclass(frozen=True, eq=False)
class BonePoses:
    """Posed bones in armature space: orientations (T,4) and heads (T,3) by bone name."""

    orientations: dict[str, np.ndarray]
    heads: dict[str, np.ndarray]


def pose_bones(curves: BoneCurves, bones: Sequence[RigBone]) -> BonePoses:
    """What Blender makes of pose channels when there is no constraint: all bones, parents first.

    With p the parent, R_p its posed orientation and h its head:  R = R_p (A_p^-1 A) Q;
    head = h_p + R_p A_p^-1 (head at rest - head of p at rest) + the location, along the posed rest axes.
    """
    frames = len(curves.locations)
    table = {bone.name: bone for bone in bones}
    poses = BonePoses({}, {})
    for bone in _parents_first(table):
        parent = table.get(bone.parent or "")
        offset = curves.locations if bone.name == curves.root else curves.more.get(bone.name)
        _pose_bone(poses, bone, parent, curves.rotations.get(bone.name), offset, frames)
    return poses


def _pose_bone(
    poses: BonePoses,
    bone: RigBone,
    parent: RigBone | None,
    channel: np.ndarray | None,
    location: np.ndarray | None,
    frames: int,
) -> None:
    turn = np.broadcast_to(quat.IDENTITY, (frames, 4))  # how the parent has turned
    head = np.broadcast_to(bone.head, (frames, 3))
    if parent is not None:
        turn = quat.multiply(poses.orientations[parent.name], quat.conjugate(parent.orientation))
        head = poses.heads[parent.name] + quat.rotate(turn, bone.head - parent.head)
    if location is not None and not bone.connected:
        axes = quat.multiply(turn, bone.orientation) if bone.local_location else quat.IDENTITY
        head = head + quat.rotate(axes, location)
    rest = quat.multiply(turn, bone.orientation) if bone.inherit_rotation else bone.orientation
    poses.orientations[bone.name] = (
        np.broadcast_to(rest, (frames, 4)) if channel is None else quat.multiply(rest, channel)
    )
    poses.heads[bone.name] = head


def _parents_first(table: Mapping[str, RigBone]) -> list[RigBone]:
    done: dict[str, RigBone] = {}

    def add(bone: RigBone, chain: tuple[str, ...]) -> None:
        if bone.name in done:
            return
        if bone.name in chain:
            raise RigError(f"bone {bone.name!r} is its own ancestor: the rig has no order")
        if bone.parent is not None and bone.parent in table:
            add(table[bone.parent], (*chain, bone.name))
        done[bone.name] = bone

    for bone in table.values():
        add(bone, ())
    return list(done.values())


def _missing(found: Mapping[str, np.ndarray], joint: str) -> np.ndarray:
    """Orientation of a joint the rig lacks: between its neighbours in the back, else that of its parent."""
    above = found[PARENT_OF[joint] or "pelvis"]
    below = {"spine2": "spine3", "neck": "head"}.get(joint)
    if below is not None and below in found:
        return quat.slerp(above, found[below], np.full(len(above), 0.5))
    return above


def _complete(found: dict[str, np.ndarray]) -> np.ndarray:
    """World orientations (T,22,4) from those of the joints the rig has."""
    whole = dict(found)
    for joint in JOINTS:
        if joint not in whole:
            whole[joint] = _missing(whole, joint)
    return np.stack([whole[joint] for joint in JOINTS], axis=1)


def _hip_heights(offset: Any, rig_heights: np.ndarray, scale: float, up: np.ndarray) -> np.ndarray:
    """Solves  scale (z - standing) + offset(z).up = height of the rig's hips above their rest  for z (T,), metres.

    The offset depends on z only through the share of the floor, which changes slowly, so that iterating converges.
    """
    heights = STANDING_HIPS[2] + rig_heights / scale
    for _ in range(ROUNDS):
        heights = STANDING_HIPS[2] + (rig_heights - offset(heights) @ up) / scale
    return heights


def bone_poses_to_motion(
    poses: BonePoses,
    bones: Sequence[RigBone],
    mapping: Mapping[str, str],
    fps: float,
    scale: float | None = None,
) -> Motion:
    """The motion that a posed rig shows; the inverse of `motion_to_bone_curves` with the same scale.

    Exactly so for the scale of the legs (None) and others near it; far from it, feet in the air may leave the height of
    the body open by centimetres.

    poses: at least the bones of the mapping, one row per frame. Joints that the rig lacks are put between their
    neighbours. Raises RigError as `motion_to_bone_curves` does.
    """
    rig = Rig(bones, mapping)
    scale = check_scale(rig, scale)
    changes = {
        joint: quat.normalize(quat.multiply(poses.orientations[bone.name], quat.conjugate(bone.orientation)))
        for joint, bone in rig.joints.items()
    }
    orientations = _complete(orientations_of(rig, changes))
    moved = {joint: poses.heads[bone.name] - bone.head for joint, bone in rig.joints.items()}
    hips = (moved["left_hip"] + moved["right_hip"]) / 2
    carried = carriage(rig, moved, changes["pelvis"], orientations, scale)
    heights = _hip_heights(carried.offset, hips @ rig.up, scale, rig.up)
    travel = quat.rotate(quat.conjugate(rig.frame), hips - carried.offset(heights)) / scale
    local = world_to_local(orientations)
    joints = forward_kinematics(np.zeros((len(local), 3)), local)[0]
    pelvis = STANDING_HIPS + travel - hips_of(joints)  # the pelvis is the origin of these joints
    return Motion.from_pelvis(fps, pelvis, local)


def bone_curves_to_motion(
    curves: BoneCurves,
    bones: Sequence[RigBone],
    mapping: Mapping[str, str],
    fps: float,
    scale: float | None = None,
) -> Motion:
    """The motion that pose channels make a rig do, provided that nothing else moves it (no constraints)."""
    return bone_poses_to_motion(pose_bones(curves, bones), bones, mapping, fps, scale)


def motion_space(
    bones: Sequence[RigBone], mapping: Mapping[str, str], scale: float | None = None
) -> np.ndarray:
    """(4,4) from a motion's world (metres, Z up, floor at 0) to the armature: where a point of one lies in the other.

    The middle of the hips stays over the same spot; the motion's floor is the one that the rig's feet rest on.
    """
    rig = Rig(bones, mapping)
    scale = check_scale(rig, scale)
    matrix = np.eye(4)
    matrix[:3, :3] = scale * quat.quat_to_matrix(rig.frame)
    hips = (rig.head("left_hip") + rig.head("right_hip")) / 2
    floor = min(
        rig.head(joint) @ rig.up - scale * CLEARANCE[joint] for joint in CLEARANCE if joint in rig.joints
    )
    across = STANDING_HIPS * np.array([1.0, 1.0, 0.0])
    matrix[:3, 3] = hips + (floor - hips @ rig.up) * rig.up - matrix[:3, :3] @ across
    return matrix
