"""New keys in some frames of an action: there the values, elsewhere the shape of before."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Vector

from blender_addon.actions.actions import Channel, curves_of, make_action
from blender_addon.actions.keys import write_keys
from blender_addon.actions.merge import Run, Track, merge, with_borders

PATH = "location"


@pytest.fixture
def action(context):
    """An action of an object whose X has Bezier keys with auto handles at 1, 10, 30 and 50."""
    owner = bpy.data.objects.new("Actor", None)
    made, _ = make_action(owner, "walk", [Channel("Object", PATH, np.empty((0, 1)))], 1)
    (curve,) = curves_of(made, made.slots[0] if hasattr(made, "slots") else None)[0]
    for frame, value in ((1, 0.0), (10, 1.0), (30, 5.0), (50, -2.0)):
        curve.keyframe_points.insert(frame, value).interpolation = "BEZIER"
    curve.auto_smoothing = "NONE"  # such handles follow the neighbours most
    curve.update()
    return made


def curves(action):
    return curves_of(action, action.slots[0] if hasattr(action, "slots") else None)


def shape(action, first: float, last: float) -> np.ndarray:
    """X at every quarter of a frame, both ends included."""
    (curve, *_), _ = curves(action)
    return np.array([curve.evaluate(frame) for frame in np.arange(first, last + 0.1, 0.25)])


def put(action, *runs: Run, steps: bool = False, width: int = 1) -> None:
    track = Track("Object", PATH, runs, np.full(width, 0.5), steps)
    merge(*curves(action), [track], (1, 50), (False, False))


def test_a_border_splits_a_curve_and_changes_no_shape(action):
    (curve,), _ = curves(action)
    keys = with_borders(curve, [5, 10, 22], 0.0)
    np.testing.assert_array_equal(keys["co"][:, 0], [1, 5, 10, 22, 30, 50])
    before = shape(action, 1, 50)
    write_keys(curve, keys)
    np.testing.assert_allclose(shape(action, 1, 50), before, atol=2e-3)


def test_free_handles_are_split_as_blender_evaluates_them(action):
    (curve,), _ = curves(action)
    for key, reach in zip(curve.keyframe_points, (3, 4, 12, 6)):
        key.handle_left_type = key.handle_right_type = "FREE"
        key.handle_left, key.handle_right = key.co - Vector((reach, 1)), key.co + Vector((reach, 3))
    before = shape(action, 1, 50)
    write_keys(curve, with_borders(curve, [5, 22, 44], 0.0))
    np.testing.assert_allclose(shape(action, 1, 50), before, atol=1e-4)


def test_the_values_are_there_and_the_rest_is_what_it_was(action):
    before, behind = shape(action, 1, 14), shape(action, 41, 50)
    values = np.linspace(5, 7, 26)[:, None]
    put(action, Run(15, values))
    np.testing.assert_allclose(shape(action, 15, 40)[::4], values[:, 0], atol=1e-6)
    np.testing.assert_allclose(shape(action, 1, 14), before, atol=2e-3)
    np.testing.assert_allclose(shape(action, 41, 50), behind, atol=2e-3)
    (curve,), _ = curves(action)
    kinds = {round(key.co[0]): key.type for key in curve.keyframe_points}
    assert {kinds[frame] for frame in range(15, 41)} == {"JITTER"}
    assert {kinds[frame] for frame in (1, 10, 14, 41, 50)} == {"KEYFRAME"}
    assert 30 in kinds and len(kinds) == 31  # the key of before within the run has gone


def test_a_property_without_keys_stays_at_its_rest_around_a_run(action):
    put(action, Run(20, np.full((3, 3), 4.0)), width=3)
    made, _ = curves(action)
    for curve in list(made)[1:]:
        assert [curve.evaluate(frame) for frame in (1, 19, 20, 22, 23, 50)] == [0.5, 0.5, 4, 4, 0.5, 0.5]


def test_steps_have_keys_where_something_changes_and_hold(action):
    (curve,), _ = curves(action)
    curve.keyframe_points.clear()
    put(action, Run(10, np.array([[1.0], [1], [0], [0], [1]])), steps=True)
    assert [round(key.co[0]) for key in curve.keyframe_points] == [9, 10, 12, 14, 15]
    assert [curve.evaluate(frame) for frame in (9, 9.9, 10, 11.9, 12, 13.9, 14, 15)] == [
        0.5,
        0.5,
        1,
        1,
        0,
        0,
        1,
        0.5,
    ]


def test_a_value_is_held_over_a_border_that_means_the_same_in_other_numbers(action):
    put(action, Run(12, np.full((4, 1), -9.0), jump=True, hold=True))
    (curve,), _ = curves(action)
    assert curve.evaluate(11.75) == curve.evaluate(11)
    assert curve.evaluate(15.75) == -9


def test_keys_of_a_muted_curve_do_not_count(action):
    (curve,), _ = curves(action)
    curve.mute = True
    put(action, Run(20, np.full((3, 1), 4.0)))
    assert not curve.mute
    assert [curve.evaluate(frame) for frame in (1, 10, 21, 50)] == [0.5, 0.5, 4, 0.5]
