"""What has moved since a motion was made is told, and may be used when it is made again."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from rig_states import keyed_rig

from blender_addon.actions.actions import fcurves
from blender_addon.actions.remembered import RememberedRequest
from blender_addon.changes.since import as_it_is_now, listed, moved_lately, moved_since
from blender_addon.session.session import SESSION

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return keyed_rig(context)


def curve_at(y: float):
    data = bpy.data.curves.new("Way", "CURVE")
    data.dimensions = "3D"
    line = data.splines.new("POLY")
    line.points.add(1)
    line.points[0].co, line.points[1].co = (0, 0, 0, 1), (0, y, 0, 1)
    thing = bpy.data.objects.new("Way", data)
    bpy.context.collection.objects.link(thing)
    return thing


def followed(context, rig):
    edit = context.scene.laban_edit
    edit.curve, edit.way_seconds = curve_at(-2.0), 1.5
    bpy.ops.laban.follow()
    bpy.ops.laban.accept()
    return rig.animation_data.action


def test_a_curve_that_moved_is_told_and_the_other_is_offered(context, rig):
    action = followed(context, rig)
    assert moved_since(context, rig, action) == () == moved_lately(context, rig)
    bpy.data.objects["Way"].location.x = 0.5
    context.view_layer.update()
    assert moved_since(context, rig, action) == ("the curve",)
    bpy.ops.laban.regenerate()
    assert "With the curve as when it was first made" in SESSION.outcome.text
    bpy.ops.laban.reject()
    bpy.ops.laban.regenerate(fresh=True)
    assert "With the curve as now" in SESSION.outcome.text
    bpy.ops.laban.accept()
    assert moved_since(context, rig, rig.animation_data.action) == ()
    bpy.data.objects.remove(bpy.data.objects["Way"])
    assert moved_since(context, rig, rig.animation_data.action) == ()


def test_pins_and_keys(context, rig):
    context.scene.frame_set(30)
    bpy.ops.laban.add_pin(joint="right_wrist")
    bpy.ops.laban.complete()
    bpy.ops.laban.accept()
    action = rig.animation_data.action
    assert moved_since(context, rig, action) == ()
    action.name = "mine"  # a name is no key
    assert moved_since(context, rig, action) == ()
    pin = rig.laban_pins.pins[0].target
    pin.location.x += 0.1
    context.view_layer.update()
    curve = next(c for c in fcurves(action) if c.data_path.endswith("location"))
    curve.keyframe_points[0].co.y += 0.05
    assert moved_since(context, rig, action) == ("the pins", "the keys")
    kept = RememberedRequest.from_text(action["laban_request"])
    now = as_it_is_now(context, rig, kept)
    assert not np.allclose(now.task.pins[0].position, kept.task.pins[0].position)
    assert not np.allclose(now.task.motion.trans[0], kept.task.motion.trans[0])
    assert now.task.keep == kept.task.keep and now.about == kept.about


def test_an_action_of_others_says_nothing(context, rig):
    assert moved_since(context, rig, rig.animation_data.action) == () == moved_lately(context, rig)


def test_things_in_a_row():
    assert listed(("the pins",)) == "the pins"
    assert listed(("the curve", "the pins", "the keys")) == "the curve, the pins and the keys"
