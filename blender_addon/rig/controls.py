"""Control rigs: which control carries which other one. It is measured, because constraints decide it, not parents.

The rig is evaluated twice: with all controls at rest, and with each turned by an angle of its own. P is the pose of a
control and Q its channel. E = P Q^-1 is where the control would be if it were not turned itself. Another control whose
own change from rest equals that of E carries it. So a control rig becomes bones with simple parents, for which the
equations of `motion_core.retarget` hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np
from mathutils import Matrix, Quaternion

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import PARENT_OF
from motion_core.retarget import RigBone, RigError
from motion_core.rig_maps import BoneMap, misplaced

from ..actions.pose_values import pose_values, put_pose_values
from .bone_map import bone_names
from .rig import read_rig
from .switches import set_switches

if TYPE_CHECKING:
    from .switches import Toggle

SAME_TURN = 0.02  # radians; the turns of two controls differ by far more


def read_controls(
    context: bpy.types.Context, armature: bpy.types.Object, bone_map: BoneMap, toggles: Iterable[Toggle] = ()
) -> list[RigBone]:
    """The bones to key, with parents that move them. Where constraints decide that, it is measured.

    toggles: set meanwhile, besides the map's switches. Raises RigError that names a control which several others move
    at once.
    """
    if not constrained(armature, bone_map):
        return read_rig(armature)
    return _measured(context, armature, bone_map, toggles)


def constrained(armature: bpy.types.Object, bone_map: BoneMap) -> bool:
    """Whether constraints lie between the bones to key, or the bones do not hang on each other as the joints do."""
    keyed, parents, pose = set(bone_map.bones.values()), bone_names(armature), armature.pose.bones
    for name in keyed:
        above = parents[name]
        while above is not None:
            if above not in keyed and any(not c.mute and c.influence for c in pose[above].constraints):
                return True
            above = parents[above]
    return bool(misplaced(bone_map.bones, parents))


def is_control_rig(armature: bpy.types.Object, bone_map: BoneMap) -> bool:
    """Whether what is keyed is not what shows the pose."""
    return bool(bone_map.shown or bone_map.carrier or bone_map.switches) or constrained(armature, bone_map)


def _measured(
    context: bpy.types.Context, armature: bpy.types.Object, bone_map: BoneMap, toggles: Iterable[Toggle]
) -> list[RigBone]:
    joint_of = {bone: joint for joint, bone in bone_map.bones.items()}
    names = [*([bone_map.carrier] if bone_map.carrier else []), *joint_of]
    turns = _different_turns(len(names))
    with pose_borrowed(context, armature):
        for bone in armature.pose.bones:
            bone.matrix_basis = Matrix()
        set_switches(armature, bone_map.switches)
        for toggle in toggles:
            toggle.put(armature)
        rest = posed_matrices(context, armature, names)
        for name, turn in zip(names, turns):
            armature.pose.bones[name].matrix_basis = Quaternion(turn).to_matrix().to_4x4()
        posed = posed_matrices(context, armature, names)
    before, after = (quat.matrix_to_quat(bone_axes(matrices)) for matrices in (rest, posed))
    changes = quat.multiply(after, quat.conjugate(before))
    handed = quat.multiply(quat.multiply(after, quat.conjugate(turns)), quat.conjugate(before))
    bones = []
    for row, name in enumerate(names):
        parent = _carrying(name, handed[row], dict(zip(names, changes)), joint_of)
        kept: Any = armature.data.bones[name]
        place = (
            parent if parent is not None or name not in joint_of else _joint_parent(name, joint_of, bone_map)
        )
        bones.append(
            RigBone(name, place, rest[row], kept.use_connect, parent is not None, kept.use_local_location)
        )
    return bones


def _different_turns(count: int) -> np.ndarray:
    """(count,4) rotations, each about another axis and by another angle between 0.3 and 0.9 radians."""
    rng = np.random.default_rng(1)
    axes = rng.normal(size=(count, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    return quat.rotvec_to_quat(axes * rng.uniform(0.3, 0.9, (count, 1)))


def posed_matrices(context: bpy.types.Context, armature: bpy.types.Object, names: list[str]) -> np.ndarray:
    """(bones,4,4) evaluated poses in armature space."""
    armature.update_tag()
    context.view_layer.update()
    posed: Any = armature.evaluated_get(context.evaluated_depsgraph_get())
    return np.array([posed.pose.bones[name].matrix for name in names], dtype=np.float64)


def bone_axes(matrices: np.ndarray) -> np.ndarray:
    return matrices[:, :3, :3] / np.linalg.norm(matrices[:, :3, :3], axis=1, keepdims=True)


def _carrying(
    name: str, handed: np.ndarray, changes: Mapping[str, np.ndarray], joint_of: Mapping[str, str]
) -> str | None:
    """The control that turns this one along; None when nothing does. Raises RigError when it is a mixture."""
    others = {other: change for other, change in changes.items() if other != name}
    angles = {other: float(quat.angle_between(change, handed)) for other, change in others.items()}
    nearest = min(angles, key=lambda other: angles[other])
    if angles[nearest] < SAME_TURN:
        return nearest
    if float(quat.angle_between(quat.IDENTITY, handed)) < SAME_TURN:
        return None
    raise RigError(
        f"bone {name!r} ({joint_of.get(name, 'the carrier')}) is turned by constraints, by parts of several bones at "
        "once: mute them, or choose another bone in the list of bones"
    )


def _joint_parent(name: str, joint_of: Mapping[str, str], bone_map: BoneMap) -> str | None:
    """Where a control that turns with nothing is fastened: at the bone of the joint before."""
    above = PARENT_OF[joint_of[name]]
    while above is not None and above not in bone_map.bones:
        above = PARENT_OF[above]
    return bone_map.carrier if above is None else bone_map.bones[above]


@contextmanager
def pose_borrowed(context: bpy.types.Context, armature: bpy.types.Object) -> Iterator[None]:
    """A block that may change the pose, custom properties of bones, and which constraints are on. All of it is put
    back.
    """
    context.view_layer.update()  # what waits to be evaluated must not arrive in between
    before = pose_values(armature)
    bones: Any = armature.pose.bones
    states = [(c, c.enabled) for bone in bones for c in bone.constraints]
    numbers = {
        (bone.name, key): value
        for bone in bones
        for key, value in bone.items()
        if isinstance(value, bool | int | float)
    }
    try:
        yield
    finally:
        put_pose_values(armature, before)
        for (name, key), value in numbers.items():
            if bones[name][key] != value:
                bones[name][key] = value
        for constraint, enabled in states:
            if constraint.enabled != enabled:
                constraint.enabled = enabled
        armature.update_tag()
        context.view_layer.update()
