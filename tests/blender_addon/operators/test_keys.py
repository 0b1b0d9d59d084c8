"""The button that makes few keys of many. How keys are chosen: the tests of write/sparse_keys.py."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from rig_animation import joint_poses, stepping

from blender_addon.actions.actions import fcurves
from blender_addon.operators.keys import keys_fault
from blender_addon.write.bake import bake


@pytest.fixture
def rig(context, preferences):
    bpy.ops.laban.add_rig()
    bake(context, context.object, stepping(30), start_frame=1)
    return context.object


def count(rig) -> int:
    return sum(len(curve.keyframe_points) for curve in fcurves(rig.animation_data.action))


def test_there_have_to_be_a_rig_and_an_action(context, rig):
    assert keys_fault(context) == "" and bpy.ops.laban.reduce_keys.poll()
    rig.animation_data.action = None
    assert keys_fault(context) == "the rig has no active action"
    rig.animation_data_clear()
    assert keys_fault(context) == "the rig has no active action"
    context.view_layer.objects.active = None
    assert "no armature is selected" in keys_fault(context)
    assert not bpy.ops.laban.reduce_keys.poll()


def test_fewer_keys_within_the_tolerance(rig):
    before, keys = {frame: joint_poses(rig, frame) for frame in (1, 8, 17, 30)}, count(rig)
    assert bpy.ops.laban.reduce_keys(millimetres=8.0, degrees=2.0) == {"FINISHED"}
    assert count(rig) < 0.6 * keys
    for frame, (heads, turns) in before.items():
        now, turned = joint_poses(rig, frame)
        assert np.linalg.norm(now - heads, axis=1).max() < 0.009
        assert np.degrees(turned.angle_to(turns).max()) < 2.1


@pytest.mark.parametrize("way", ["BEZIER", "LINEAR"])
def test_keys_go_on_as_chosen(rig, way):
    bpy.ops.laban.reduce_keys(millimetres=10.0, degrees=3.0, interpolation=way)
    head = [curve for curve in fcurves(rig.animation_data.action) if '"head"' in curve.data_path]
    assert head and {key.interpolation for curve in head for key in curve.keyframe_points} == {way}


def test_a_rig_in_edit_mode_is_told_and_keeps_its_keys(context, rig):
    keys = count(rig)
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Edit Mode"):
        bpy.ops.laban.reduce_keys()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert count(rig) == keys
