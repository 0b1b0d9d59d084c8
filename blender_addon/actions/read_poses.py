"""Poses straight from the f-curves of an armature's action, for rigs that nothing else moves."""

from __future__ import annotations

import re
from typing import Any

import bpy
import numpy as np

from motion_core.retarget import BoneCurves, BonePoses, RigBone, pose_bones

from .actions import active_curves
from .rotation_modes import rotation_property, values_to_quats

_BONE_PATH = re.compile(r'^pose\.bones\["((?:[^"\\]|\\.)*)"\]\.(\w+)$')
_MOVES_OBJECT = ("location", "rotation", "scale", "delta_")


def bone_path(path: str) -> tuple[str, str] | None:
    """(bone, property) of a data path such as pose.bones["hip"].location; None for any other."""
    found = _BONE_PATH.match(path)
    return None if found is None else (bpy.utils.unescape_identifier(found[1]), found[2])


def moved_by_action_alone(armature: bpy.types.Object, chain: set[str], *, travelling: bool = True) -> bool:
    """Whether the f-curves of the active action alone move these bones, so that no frame has to be evaluated.

    travelling: the object's own movement counts too.
    """
    data: Any = armature.animation_data
    bones: Any = armature.pose.bones
    if any(any(not c.mute and c.influence for c in bones[name].constraints) for name in chain):
        return False
    if any(tuple(bones[name].scale) != (1.0, 1.0, 1.0) for name in chain):
        return False
    if data is None:
        return True
    if (
        len(data.drivers)
        or data.use_tweak_mode
        or data.action_influence != 1
        or data.action_blend_type != "REPLACE"
    ):
        return False
    if data.use_nla and any(not track.mute and len(track.strips) for track in data.nla_tracks):
        return False
    return not any(
        _beyond(curve.data_path, chain, travelling) for curve in active_curves(armature) if not curve.mute
    )


def _beyond(path: str, chain: set[str], travelling: bool) -> bool:
    """Whether a curve does what `action_poses` does not read: it moves the object, or scales a bone."""
    bone = bone_path(path)
    if bone is None:
        return (travelling and path.startswith(_MOVES_OBJECT)) or ".constraints[" in path
    return bone[0] in chain and bone[1] == "scale"


def action_poses(
    armature: bpy.types.Object, bones: list[RigBone], chain: set[str], frames: range
) -> BonePoses:
    """The poses of the bones of the chain at the frames, one row each."""
    curves: dict[tuple[str, str], dict[int, bpy.types.FCurve]] = {}
    for curve in active_curves(armature):
        place = bone_path(curve.data_path)
        if place is not None and place[0] in chain and not curve.mute:
            curves.setdefault(place, {})[curve.array_index] = curve
    rotations, locations = {}, {}
    for name in chain:
        bone = armature.pose.bones[name]
        rotations[name] = _rotation(bone, curves, frames)
        locations[name] = _values(bone, "location", curves, frames)
    moving = BoneCurves(rotations, "", np.zeros((len(frames), 3)), locations)
    return pose_bones(moving, [bone for bone in bones if bone.name in chain])


def _values(bone: bpy.types.PoseBone, name: str, curves: Any, frames: range) -> np.ndarray:
    """(T,n) of a property: keyed components from their curves, the others as they stand."""
    values = np.tile(np.array(getattr(bone, name), dtype=np.float64), (len(frames), 1))
    for index, curve in curves.get((bone.name, name), {}).items():
        values[:, index] = curve_values(curve, frames)
    return values


def curve_values(curve: bpy.types.FCurve, frames: range) -> np.ndarray | list[float]:
    """The values of a curve at the frames (T,). A curve with a key at each frame is read at once, which is faster."""
    points = curve.keyframe_points
    if len(points) >= len(frames) and not len(curve.modifiers):
        keys = np.empty(len(points) * 2, dtype=np.float32)
        points.foreach_get("co", keys)
        at, values = keys.reshape(-1, 2).T
        first = int(np.searchsorted(at, frames.start))
        if np.array_equal(at[first : first + len(frames)], frames):
            return values[first : first + len(frames)]
    evaluate = curve.evaluate
    return [evaluate(frame) for frame in frames]


def _rotation(bone: bpy.types.PoseBone, curves: Any, frames: range) -> np.ndarray:
    """(T,4) quaternions of the channel of the bone's own rotation mode."""
    return values_to_quats(bone, _values(bone, rotation_property(bone), curves, frames))
