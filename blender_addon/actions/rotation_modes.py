"""Rotations in the rotation mode that the artist chose for a bone: to values of the mode, and back to quaternions."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from mathutils import Euler, Quaternion

from motion_core.body import quaternions as quat

PROPERTIES = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}


def rotation_property(bone: bpy.types.PoseBone) -> str:
    """The name of the property that turns the bone."""
    return PROPERTIES.get(bone.rotation_mode, "rotation_euler")


def rotation_path(bone: bpy.types.PoseBone) -> str:
    """Data path of the property that turns the bone, from the object."""
    return f"{bone.path_from_id()}.{rotation_property(bone)}"


def rotation_values(
    bone: bpy.types.PoseBone, quats: np.ndarray, before: np.ndarray | None = None
) -> np.ndarray:
    """(T,4) quaternions with continuous signs as (T,n) values of the bone's rotation mode.

    before (n,): the values just before. Of all numbers that mean the same rotation, the nearest to them are taken.
    """
    if bone.rotation_mode == "QUATERNION":
        return -quats if before is not None and quats[0] @ before < 0 else quats
    if bone.rotation_mode == "AXIS_ANGLE":
        return _axis_angles(quats)
    return _eulers(quats, bone.rotation_mode, before)


def values_to_quats(bone: bpy.types.PoseBone, values: np.ndarray) -> np.ndarray:
    """(T,n) values of the bone's rotation mode as unit quaternions (T,4); no rotation for values of nothing."""
    if bone.rotation_mode == "QUATERNION":
        length = np.linalg.norm(values, axis=1, keepdims=True)
        return np.where(length > 1e-8, values / np.maximum(length, 1e-8), quat.IDENTITY)
    if bone.rotation_mode == "AXIS_ANGLE":
        return np.array([Quaternion(value[1:], value[0]) for value in values])
    return np.array([Euler(value, bone.rotation_mode).to_quaternion() for value in values.tolist()])


def _axis_angles(quats: np.ndarray) -> np.ndarray:
    """(T,4) quaternions with continuous signs to angle, axis (T,4) that Blender may blend linearly."""
    sine = np.linalg.norm(quats[:, 1:], axis=1, keepdims=True)
    known = sine[:, 0] > 1e-6
    axis = np.where(known[:, None], quats[:, 1:] / np.maximum(sine, 1e-12), [0.0, 1.0, 0.0])
    # a rotation of nothing has any axis: take the one of the nearest frame before (or after) that has one
    if known.any():
        last = np.maximum.accumulate(np.where(known, np.arange(len(quats)), -1))
        axis = axis[np.where(last < 0, np.argmax(known), last)]
    flips = np.cumsum(np.concatenate([[False], np.sum(axis[1:] * axis[:-1], axis=1) < 0])) % 2 == 1
    sign = np.where(flips, -1.0, 1.0)[:, None]
    angle = 2 * np.arctan2(sine * sign, quats[:, :1])
    return np.concatenate([np.unwrap(angle, axis=0), axis * sign], axis=1)


def _eulers(quats: np.ndarray, order: Any, before: np.ndarray | None) -> np.ndarray:
    """(T,4) to (T,3) radians, each the nearest turn to the one before."""
    angles: list[Any] = []
    last: Any = None if before is None else Euler(before.tolist(), order)
    for values in quats.tolist():
        quaternion = Quaternion(values)
        last = quaternion.to_euler(order) if last is None else quaternion.to_euler(order, last)
        angles.append(last)
    return np.array(angles, dtype=np.float64)
