"""The keys of an f-curve as arrays: there and back to the bit, replaced in some frames."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon.actions.actions import Channel, fcurves, make_action
from blender_addon.actions.keys import are_linear, key_places, read_keys, replace_keys, write_keys


@pytest.fixture
def curve(context):
    """Keys at 1, 5, 9 and 20, each with another way on."""
    owner = bpy.data.objects.new("Actor", None)
    action, _ = make_action(owner, "walk", [Channel("Object", "location", np.empty((0, 1)))], 1)
    (curve,) = fcurves(action)
    ways = ("BEZIER", "CONSTANT", "LINEAR", "BEZIER")
    for frame, value, way in zip((1, 5, 9, 20), (0.0, 2.0, -1.0, 4.0), ways):
        curve.keyframe_points.insert(frame, value).interpolation = way
    first = curve.keyframe_points[0]
    first.handle_right_type, first.handle_right = "FREE", (3, 5)
    curve.keyframe_points[3].type = "EXTREME"
    curve.update()
    return curve


def shape(curve, first: int = 0) -> np.ndarray:
    """Its values at every quarter of a frame up to the last key."""
    return np.array([curve.evaluate(frame / 4) for frame in range(4 * first, 81)])


def test_keys_come_back_to_the_last_handle(curve):
    table, before = read_keys(curve), shape(curve)
    np.testing.assert_array_equal(table["co"], [[1, 0], [5, 2], [9, -1], [20, 4]])
    np.testing.assert_array_equal(table["handle_right"][0], [3, 5])
    replace_keys(curve, np.arange(1, 21), np.zeros(0))
    assert len(curve.keyframe_points) == 0
    write_keys(curve, table)
    for name, column in read_keys(curve).items():
        np.testing.assert_array_equal(column, table[name], err_msg=name)
    np.testing.assert_array_equal(shape(curve), before)
    assert curve.keyframe_points[3].type == "EXTREME"


def test_linear_keys_are_told(curve):
    assert are_linear(curve, np.array([2]))
    assert not are_linear(curve, np.array([1, 2]))


def test_new_keys_stand_in_place_of_those_of_their_frames(curve):
    before = shape(curve, 9)
    replace_keys(curve, np.arange(4, 7), np.array([7.0, 8.0, 7.5]))
    np.testing.assert_array_equal(key_places(curve), [[1, 0], [4, 7], [5, 8], [6, 7.5], [9, -1], [20, 4]])
    assert [key.interpolation for key in curve.keyframe_points][1:4] == ["LINEAR"] * 3
    assert curve.evaluate(4.5) == pytest.approx(7.5)
    np.testing.assert_array_equal(shape(curve, 9), before)


def test_values_of_linear_keys_are_changed_in_place(curve):
    replace_keys(curve, np.arange(9, 12), np.zeros(3))
    replace_keys(curve, np.arange(9, 12), np.array([1.0, 3.0, 2.0]))
    assert len(curve.keyframe_points) == 6
    assert [curve.evaluate(frame) for frame in (9, 9.5, 10, 11)] == pytest.approx([1, 2, 3, 2])


def test_a_curve_without_keys_takes_them(curve):
    curve.keyframe_points.clear()
    replace_keys(curve, np.array([3, 4]), np.array([1.0, 2.0]))
    np.testing.assert_array_equal(key_places(curve), [[3, 1], [4, 2]])
    assert curve.evaluate(3.5) == pytest.approx(1.5)
