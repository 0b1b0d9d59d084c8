"""What the user has chosen: the rig, rows of lists, where a motion shall go."""

from __future__ import annotations

import bpy
import pytest

from blender_addon.operators.generate import generate_fault
from blender_addon.session.chosen import (
    chosen_pin,
    chosen_strip,
    other_rigs,
    pins_of_rig,
    place_of,
    rig_fault,
    strips_of,
    target_rig,
    tries_first,
)
from blender_addon.session.outcome import Place

pytestmark = pytest.mark.usefixtures("session")


def test_the_body_stands_for_its_rig(context, rig):
    context.view_layer.objects.active = rig.children[0]
    assert generate_fault(context) == ""
    bpy.ops.laban.generate()
    assert rig.animation_data.action is not None


def test_a_mesh_without_a_rig_takes_no_motion(context, rig):
    mesh = bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube"))
    context.collection.objects.link(mesh)
    context.view_layer.objects.active = mesh
    assert target_rig(context) == mesh and rig_fault(context) != ""
    assert (strips_of(context), pins_of_rig(context), chosen_strip(context), chosen_pin(context)) == (
        None,
    ) * 4
    context.view_layer.objects.active = None
    assert target_rig(context) is None and "no armature is selected" in rig_fault(context)


def test_the_chosen_row_is_one_of_the_list(context, rig):
    assert chosen_strip(context) is None and chosen_pin(context) is None
    for prompt in ("a person walks", "a person waves"):
        context.scene.laban.prompt = prompt
        bpy.ops.laban.add_strip()
        bpy.ops.laban.add_pin(joint="head")
    assert chosen_strip(context).prompt == "a person waves"
    assert chosen_pin(context) == rig.laban_pins.pins[1]
    rig.laban_strips.chosen, rig.laban_pins.chosen = 0, 0
    assert chosen_strip(context).prompt == "a person walks"
    assert chosen_pin(context) == rig.laban_pins.pins[0]
    rig.laban_strips.chosen, rig.laban_pins.chosen = 2, -1
    assert chosen_strip(context) is None and chosen_pin(context) is None


def test_a_motion_goes_to_the_playhead_or_to_the_given_frame(context, rig):
    settings, scene = context.scene.laban, context.scene
    scene.frame_set(17)
    assert place_of(context) == Place(scene.session_uid, rig.session_uid, "Laban", 17, True, False)
    settings.start, settings.start_frame, settings.extend_range = "GIVEN", -5, False
    scene.laban_edit.trial = True
    assert place_of(context) == Place(scene.session_uid, rig.session_uid, "Laban", -5, False, True)


def test_one_switch_says_whether_results_are_tried_first(context, rig, monkeypatch):
    edit = context.scene.laban_edit
    edit.property_unset("trial")
    assert edit.trial and not tries_first(context)  # nobody is there to accept
    edit.trial = True
    assert tries_first(context)
    edit.trial = False
    assert not tries_first(context)


def test_other_selected_rigs_get_the_motion_too_or_it_is_said_why_not(context, rig):
    """Only the active one was animated, without a word."""
    bpy.ops.laban.add_rig()
    second = context.object
    third = bpy.data.objects.new("Crate Rig", bpy.data.armatures.new("Crate"))
    context.collection.objects.link(third)
    for thing in (rig, second, third):
        thing.select_set(True)
    context.view_layer.objects.active = rig
    found = dict(other_rigs(context))
    assert found[second] == "" and "no bone for" in found[third] and len(found) == 2
    assert place_of(context).also == ((second.session_uid, second.name),)
    settings = context.scene.laban
    settings.steps, settings.seconds = 2, 0.5
    bpy.ops.laban.generate()
    assert rig.animation_data.action and second.animation_data.action and not third.animation_data
    third.select_set(False)
    second.select_set(False)
    assert other_rigs(context) == []
