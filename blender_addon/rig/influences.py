"""Which other controls of a rig move its joints. It is measured, because constraints decide it, not parents."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np
from mathutils import Matrix, Quaternion

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import PARENT_OF
from motion_core.rig_maps import BoneMap

from ..actions.actions import heard_curves
from ..actions.read_poses import bone_path
from ..actions.rotation_modes import rotation_property
from .controls import SAME_TURN, bone_axes, pose_borrowed, posed_matrices
from .switches import set_switches

if TYPE_CHECKING:
    from .switches import Toggle

NUDGE_TURN, NUDGE_PLACE = Quaternion((1, 1, 1), 0.5).to_matrix().to_4x4(), Matrix.Translation((0.1, 0.1, 0.1))


def other_controls(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    bone_map: BoneMap,
    joints: Collection[str],
    keyed: Collection[str],
    toggles: Collection[Toggle] = (),
) -> list[tuple[str, str]]:
    """(bone, property) of the posed or animated controls that would move these joints.

    A joint is moved when it changes against the joint before it. So a control of the back does not count for an arm.
    keyed: bones whose turns are keyed anyway; only their locations may count. toggles: set meanwhile, besides the map's
    switches.
    """
    posing = posing_bones(armature, bone_map)
    candidates = [
        (name, prop)
        for name, prop in _posed(armature)
        if name in posing and (name not in keyed or prop == "location")
    ]
    if not candidates:
        return []
    names = list(bone_map.read.values())
    found = []
    with pose_borrowed(context, armature):
        for bone in armature.pose.bones:
            bone.matrix_basis = Matrix()
        set_switches(armature, bone_map.switches)
        for toggle in toggles:
            toggle.put(armature)
        still = posed_matrices(context, armature, names)
        for name, prop in candidates:
            bone = armature.pose.bones[name]
            bone.matrix_basis = NUDGE_PLACE if prop == "location" else NUDGE_TURN
            moved = posed_matrices(context, armature, names)
            bone.matrix_basis = Matrix()
            if _moved_joints(still, moved, list(bone_map.read)) & set(joints):
                found.append((name, prop))
    return found


def _posed(armature: bpy.types.Object) -> list[tuple[str, str]]:
    """(bone, property) of every pose channel that has keys or is not at rest."""
    found = {place for c in heard_curves(armature) if (place := bone_path(c.data_path)) is not None}
    bones: Any = armature.pose.bones
    for bone in bones:
        if bone.location.length > 1e-6:
            found.add((bone.name, "location"))
        if bone.matrix_basis.to_quaternion().angle > 1e-6:
            found.add((bone.name, rotation_property(bone)))
    return sorted(
        (name, prop)
        for name, prop in found
        if name in bones and prop in ("location", rotation_property(bones[name]))
    )


def posing_bones(armature: bpy.types.Object, bone_map: BoneMap) -> set[str]:
    """Every bone that may have a say in the bones that show joints: parents, and targets of constraints."""
    bones: Any = armature.pose.bones
    found: set[str] = set()
    waiting = list(bone_map.read.values())
    while waiting:
        name = waiting.pop()
        if name in found or name not in bones:
            continue
        found.add(name)
        if bones[name].parent is not None:
            waiting.append(bones[name].parent.name)
        for constraint in bones[name].constraints:
            waiting += [getattr(constraint, word, "") for word in ("subtarget", "pole_subtarget")]
            waiting += [target.subtarget for target in getattr(constraint, "targets", ())]
    return found


def _moved_joints(still: np.ndarray, moved: np.ndarray, joints: list[str]) -> set[str]:
    """The joints whose bones (J,4,4) turn against the joint before them. The pelvis counts when it turns or moves at
    all.
    """
    before, after = quat.matrix_to_quat(bone_axes(still)), quat.matrix_to_quat(bone_axes(moved))
    changes = dict(zip(joints, quat.multiply(after, quat.conjugate(before))))
    found = set()
    for joint, change in changes.items():
        above = PARENT_OF[joint]
        while above is not None and above not in changes:
            above = PARENT_OF[above]
        if float(quat.angle_between(changes[above] if above else quat.IDENTITY, change)) > SAME_TURN:
            found.add(joint)
    hips = [joints.index(joint) for joint in ("left_hip", "right_hip")]
    size = float(np.abs(still[:, :3, 3]).max())
    if np.linalg.norm((moved - still)[hips, :3, 3], axis=1).max() > 1e-3 * size:
        found.add("pelvis")
    return found
