"""Rotations in every rotation mode: Blender turns the bone by them, and they come back as quaternions."""

from __future__ import annotations

import numpy as np
import pytest

from blender_addon.actions.rotation_modes import (
    rotation_path,
    rotation_property,
    rotation_values,
    values_to_quats,
)
from blender_addon.rig.rig import add_rig
from motion_core.body import quaternions as quat

EULERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
MODES = pytest.mark.parametrize("mode", ["QUATERNION", "AXIS_ANGLE", *EULERS])


def turning(frames: int = 40) -> np.ndarray:
    """(T,4) from no rotation to more than a full turn, about an axis that sways."""
    angle = np.linspace(0, 8, frames)[:, None]
    axis = np.concatenate([np.cos(angle), np.sin(angle), 0.5 * np.ones_like(angle)], axis=1)
    return quat.continuous(quat.rotvec_to_quat(axis * angle / np.linalg.norm(axis, axis=1, keepdims=True)))


@pytest.fixture
def bone(context):
    return add_rig(context).pose.bones["head"]


@MODES
def test_a_bone_turns_by_the_values_of_its_mode_and_they_come_back(bone, mode):
    bone.rotation_mode = mode
    quats = turning()
    values = rotation_values(bone, quats)
    assert np.abs(np.diff(values, axis=0)).max() < 1.5  # no jump from frame to frame
    for value, wanted in zip(values[::7], quats[::7]):
        setattr(bone, rotation_property(bone), value)
        assert quat.angle_between(np.array(bone.matrix_basis.to_quaternion()), wanted) < 1e-3
    np.testing.assert_allclose(quat.angle_between(values_to_quats(bone, values), quats), 0, atol=1e-3)


@pytest.mark.parametrize("mode", EULERS)
def test_euler_angles_go_on_from_those_before(bone, mode):
    bone.rotation_mode = mode
    quats = turning(8)
    plain = rotation_values(bone, quats)
    around = rotation_values(bone, quats, plain[0] + [2 * np.pi, 0, -4 * np.pi])
    np.testing.assert_allclose(around - plain, np.tile([2 * np.pi, 0, -4 * np.pi], (8, 1)), atol=1e-4)


def test_quaternions_go_on_in_the_sign_of_those_before(bone):
    quats = turning(8)
    np.testing.assert_array_equal(rotation_values(bone, quats, -quats[0]), -quats)
    np.testing.assert_array_equal(rotation_values(bone, quats, quats[0]), quats)


def test_values_of_nothing_are_no_rotation(bone):
    np.testing.assert_array_equal(values_to_quats(bone, np.zeros((2, 4))), np.tile(quat.IDENTITY, (2, 1)))
    np.testing.assert_allclose(values_to_quats(bone, np.array([[2.0, 0, 0, 0]])), [quat.IDENTITY])


@MODES
def test_the_path_leads_to_the_property(bone, mode):
    bone.rotation_mode = mode
    bone.name = 'odd "name"'
    setattr(bone, rotation_property(bone), [0.5] * len(getattr(bone, rotation_property(bone))))
    assert list(bone.id_data.path_resolve(rotation_path(bone))) == list(
        getattr(bone, rotation_property(bone))
    )
