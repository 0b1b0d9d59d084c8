"""Dense keys that go on from those of an action: in their signs and turns, with the shape beside them kept."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon.actions.actions import Channel, curves_of, make_action
from blender_addon.actions.continue_keys import put_keys, runs_of, take_keys

QUATERNION = 'pose.bones["head"].rotation_quaternion'
EULER = 'pose.bones["head"].rotation_euler'


def made(path: str, values: np.ndarray):
    """(f-curves, word for the group) of an action with these values (T,n) from frame 1 on."""
    owner = bpy.data.objects.new("Actor", None)
    action, slot = make_action(owner, "walk", [Channel("head", path, values)], 1)
    return curves_of(action, slot)


def shown(curves, frames) -> np.ndarray:
    return np.array([[curve.evaluate(frame) for curve in curves] for frame in frames])


def spinning(frames: int) -> np.ndarray:
    """(T,4) quaternions about X."""
    half = np.linspace(0, 1.2, frames)
    return np.stack([np.cos(half), np.sin(half), 0 * half, 0 * half], axis=1)


def test_frames_that_follow_each_other_are_a_run():
    assert [run.tolist() for run in runs_of(np.array([3, 4, 5, 9, 11, 12]))] == [[3, 4, 5], [9], [11, 12]]


def test_quaternions_keep_their_sign_over_both_borders(context):
    curves, word = made(QUATERNION, spinning(30))
    put_keys(curves, [Channel("head", QUATERNION, -spinning(30))], 1, np.arange(10, 21), word)
    values = shown(curves, range(1, 31))
    np.testing.assert_allclose(values, spinning(30), atol=1e-6)  # the same turns, none of them a jump


def test_keys_behind_follow_where_the_new_ones_end_in_another_sign(context):
    old = spinning(30)
    curves, word = made(QUATERNION, old * np.where(np.arange(30) >= 20, -1, 1)[:, None])
    put_keys(curves, [Channel("head", QUATERNION, old)], 1, np.arange(10, 22), word)
    np.testing.assert_allclose(shown(curves, range(1, 31)), old, atol=1e-6)


def test_euler_angles_a_full_turn_apart_go_on(context):
    angles = np.linspace(0, 1, 30)[:, None] * [1.0, -2.0, 0.5]
    curves, word = made(EULER, angles)
    turned = angles + [2 * np.pi, 0, -4 * np.pi]
    put_keys(curves, [Channel("head", EULER, turned)], 1, np.arange(10, 21), word)
    np.testing.assert_allclose(shown(curves, range(1, 31)), angles, atol=1e-5)


@pytest.fixture
def bent(context):
    """An X location with Bezier keys at 1, 15 and 30."""
    curves, word = made("location", np.empty((0, 1)))
    for frame, value in ((1, 0.0), (15, 4.0), (30, -1.0)):
        curves[0].keyframe_points.insert(frame, value).interpolation = "BEZIER"
    curves[0].update()
    return curves, word


def test_beside_new_keys_a_bezier_curve_keeps_its_shape(bent):
    curves, word = bent
    outside = [*np.arange(1, 9.1, 0.25), *np.arange(21, 30.1, 0.25)]
    before = shown(curves, outside)
    put_keys(curves, [Channel("Object", "location", np.full((30, 1), 7.0))], 1, np.arange(10, 21), word)
    np.testing.assert_allclose(shown(curves, outside), before, atol=2e-3)
    np.testing.assert_array_equal(shown(curves, np.arange(10, 20.1, 0.5)), 7)


def test_beside_keys_that_are_taken_too(bent):
    curves, _ = bent
    outside = [*np.arange(1, 9.1, 0.25), *np.arange(21, 30.1, 0.25)]
    before = shown(curves, outside)
    take_keys(list(curves), np.arange(10, 21))
    frames = [round(key.co[0]) for key in curves[0].keyframe_points]
    assert frames == [1, 9, 21, 30]
    np.testing.assert_allclose(shown(curves, outside), before, atol=2e-3)


def test_a_property_without_curves_gets_them(context):
    curves, word = made("location", np.zeros((3, 1)))
    put_keys(curves, [Channel("head", QUATERNION, spinning(5))], 1, np.arange(2, 5), word)
    new = [curve for curve in curves if curve.data_path == QUATERNION]
    assert [len(curve.keyframe_points) for curve in new] == [3] * 4
    assert {curve.group.name for curve in new} == {"head"}
    np.testing.assert_allclose(shown(new, range(2, 5)), spinning(5)[1:4], atol=1e-6)
