"""The list of pins: added where a joint is, or from selected empties; removed."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from rig_states import keyed_rig

from blender_addon.session.session import SESSION

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return keyed_rig(context)


def test_a_pinned_hand_is_at_its_empty(context, rig):
    rig.location, rig.rotation_euler = (1, 2, 0), (0, 0, 0.5)
    context.view_layer.update()
    context.scene.frame_set(30)
    bpy.ops.laban.add_pin(joint="right_wrist")
    pin = rig.laban_pins.pins[0]
    assert (pin.start, pin.end, pin.joint) == (30, 30, "right_wrist")
    wrist = rig.matrix_world @ rig.pose.bones["right_wrist"].head
    np.testing.assert_allclose(pin.target.location, wrist, atol=1e-5)
    pin.target.location.z += 0.08
    context.view_layer.update()
    aim = np.array(pin.target.location)
    bpy.ops.laban.complete()
    context.scene.frame_set(30)
    wrist = np.array(rig.matrix_world @ rig.pose.bones["right_wrist"].head)
    assert np.linalg.norm(wrist - aim) < 0.01, SESSION.outcome.text
    bpy.ops.laban.reject()
    pin.end = 20
    with pytest.raises(RuntimeError, match="before its start"):
        bpy.ops.laban.complete()
    bpy.ops.laban.remove_pin()
    assert len(rig.laban_pins.pins) == 0


def test_selected_empties_become_pins(context, rig):
    empty = bpy.data.objects.new("There", None)
    context.collection.objects.link(empty)
    with pytest.raises(RuntimeError, match="no empty is selected"):
        bpy.ops.laban.pin_selected(joint="pelvis")
    empty.select_set(True)
    bpy.ops.laban.pin_selected(joint="pelvis")
    assert rig.laban_pins.pins[0].target == empty
    empty.parent = rig
    with pytest.raises(RuntimeError, match="has a parent"):
        rig.laban_pins.pins[0].start, rig.laban_pins.pins[0].end = 5, 40
        bpy.ops.laban.complete()


def test_a_pin_is_chosen_when_added_and_the_next_when_removed(context, rig):
    assert not bpy.ops.laban.remove_pin.poll()
    for joint in ("pelvis", "head", "left_ankle"):
        bpy.ops.laban.add_pin(joint=joint)
    kept = rig.laban_pins
    assert [pin.name for pin in kept.pins] == ["Pelvis", "Head", "Left ankle"] and kept.chosen == 2
    bpy.ops.laban.remove_pin()
    assert ([pin.joint for pin in kept.pins], kept.chosen) == (["pelvis", "head"], 1)
    assert len([thing for thing in bpy.data.objects if thing.type == "EMPTY"]) == 3  # empties stay


def test_a_joint_without_a_bone_cannot_be_pinned(context, rig):
    rig.laban_joints.neck = ""
    rig.laban_joints.left_collar = ""
    with pytest.raises(RuntimeError, match="has no bone for left_collar: choose another joint"):
        bpy.ops.laban.add_pin(joint="left_collar")
    assert len(rig.laban_pins.pins) == 0
