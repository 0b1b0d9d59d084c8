"""Which frames of a rig count as keys: of all bones that pose the body, by kind, selection and place."""

from __future__ import annotations

import numpy as np
import pytest
from rig_animation import stepping

from blender_addon.actions.actions import active_curves, curves_of, slot_of
from blender_addon.changes.kept_keys import keyed_frames
from blender_addon.rig.rig import add_rig
from blender_addon.write.bake import bake


@pytest.fixture
def rig(context):
    """Our rig with a key in each of the frames 1 to 30 of all bones."""
    rig = add_rig(context)
    bake(context, rig, stepping(30), start_frame=1)
    return rig


def each_by_itself(rig, wanted) -> list[int]:
    """Frames of the keys for which `wanted(key)`, one key after the other."""
    return sorted(
        {round(key.co.x) for curve in active_curves(rig) for key in curve.keyframe_points if wanted(key)}
    )


def test_dense_keys(rig):
    assert keyed_frames(rig) == list(range(1, 31))
    assert all(isinstance(frame, int) for frame in keyed_frames(rig))


def test_keys_of_some_curves_at_other_frames(rig):
    rng = np.random.default_rng(1)
    for curve in active_curves(rig):
        for key in reversed(list(curve.keyframe_points)):
            if rng.random() < 0.8:
                curve.keyframe_points.remove(key, fast=True)
        curve.keyframe_points.insert(float(rng.uniform(40, 90)), 0.0)
        for key in curve.keyframe_points:
            key.type = "JITTER" if rng.random() < 0.5 else "KEYFRAME"
            key.select_control_point = bool(rng.random() < 0.5)
    assert keyed_frames(rig, made=True) == each_by_itself(rig, lambda key: True)
    assert keyed_frames(rig) == each_by_itself(rig, lambda key: key.type != "JITTER")
    assert keyed_frames(rig, selected=True) == each_by_itself(rig, lambda key: key.select_control_point)


def test_muted_curves_and_what_is_no_bone_do_not_count(rig):
    for curve in active_curves(rig):
        curve.mute = "left" in curve.data_path
        if curve.mute:
            curve.keyframe_points.insert(50, 0.0)
    curves, word = curves_of(rig.animation_data.action, slot_of(rig.animation_data.action))
    curves.new("location", index=0, **{word: "Object"}).keyframe_points.insert(60, 0.0)
    assert keyed_frames(rig) == list(range(1, 31))


def test_a_rig_without_keys(context):
    assert keyed_frames(add_rig(context)) == []
