"""Pins in prompt strips: met when the strips are made, remembered with them, and what moves is made again."""

from __future__ import annotations

import time

import bpy
import numpy as np
import pytest
from control_rigs import make_rigify
from rig_states import foreign
from strip_lists import SIT, WALK, WAVE, heads, lay_strips, make

from blender_addon.actions.records import records_on
from blender_addon.operators.generate_strips import make_fault
from blender_addon.rig.bone_map import bones_of
from blender_addon.session.session import SESSION
from blender_addon.strips.stale import stale_on

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    bpy.ops.laban.add_rig()
    context.scene.laban_edit.trial = False
    return context.object


def pin(rig, joint: str, start: int, end: int, shift: tuple[float, float, float]):
    """A pin where the joint is at its first frame, moved by so much; its empty."""
    bpy.context.scene.frame_set(start)
    bpy.ops.laban.add_pin(joint=joint)
    made = rig.laban_pins.pins[-1]
    made.start, made.end = start, end
    made.target.location = np.array(made.target.location) + shift
    bpy.context.view_layer.update()
    return made.target


def miss(rig, joint: str, frame: int, target) -> float:
    """Metres between a joint and an empty at a frame."""
    bpy.context.scene.frame_set(frame)
    posed = rig.evaluated_get(bpy.context.evaluated_depsgraph_get())
    at = rig.matrix_world @ posed.pose.bones[bones_of(rig).read[joint]].head
    return float((at - target.location).length)


def reasons(context, rig) -> list[str]:
    found = stale_on(context, rig)
    return [f"{strip.prompt}: {found[strip.uid]}" for strip in rig.laban_strips.strips if strip.uid in found]


@pytest.mark.parametrize("output", ["ACTION", "NLA"])
def test_pins_in_strips_are_met_and_remembered(context, rig, output):
    rig.location, rig.rotation_euler = (1, 2, 0), (0, 0, 0.5)
    context.view_layer.update()
    lay_strips(rig, WALK, WAVE, SIT)
    rig.laban_strips.output = output
    make()
    first = pin(rig, "left_wrist", 10, 12, (0, 0, 0.1))
    second = pin(rig, "right_wrist", 38, 38, (0, 0, 0.1))
    assert reasons(context, rig) == ["a person walks: changed: pins", "a person waves: changed: pins"]
    make()
    assert reasons(context, rig) == []
    for frame in (10, 11, 12):
        assert miss(rig, "left_wrist", frame, first) < 0.005
    assert miss(rig, "right_wrist", 38, second) < 0.005
    told = list(records_on(rig).values())[1].pins
    assert [(p["joint"], p["start"], p["stop"]) for p in told] == [
        ("right_wrist", pytest.approx(13 / 24, abs=1e-4), pytest.approx(13 / 24, abs=1e-4))
    ]


def test_only_the_strip_whose_pin_moved_is_made_again(context, rig):
    lay_strips(rig, WALK, WAVE, SIT)
    make()
    target = pin(rig, "right_wrist", 36, 36, (0, 0, 0.1))
    make()
    poses = heads(context, rig, 1, 73)
    target.location.z += 0.05
    context.view_layer.update()
    assert reasons(context, rig) == ["a person waves: changed: pins"]
    make()
    now = heads(context, rig, 1, 73)
    assert miss(rig, "right_wrist", 36, target) < 0.005
    np.testing.assert_allclose(now[:18], poses[:18], atol=1e-5)
    np.testing.assert_allclose(now[48:], poses[48:], atol=1e-5)
    rig.location.x += 0.2  # the empty stays where it is, and so is elsewhere for the rig
    context.view_layer.update()
    assert reasons(context, rig) == ["a person waves: changed: pins"]


def test_a_switch_leaves_pins_alone(context, rig):
    lay_strips(rig, WALK, WAVE)
    make()
    poses = heads(context, rig, 1, 49)
    pin(rig, "right_wrist", 10, 10, (0, 0, 0.2))
    rig.laban_strips.use_pins = False
    assert reasons(context, rig) == []
    make("ALL")
    np.testing.assert_allclose(heads(context, rig, 1, 49), poses, atol=1e-5)
    rig.laban_strips.use_pins = True
    rig.laban_pins.pins[0].enabled = False
    assert reasons(context, rig) == []


def test_one_that_lies_outside_of_all_strips_does_not_count(context, rig):
    lay_strips(rig, WALK, ("a person waves", 35, 59))
    make()
    pin(rig, "right_wrist", 28, 30, (0, 0, 0.2))
    pin(rig, "right_wrist", 70, 80, (0, 0, 0.2))
    assert reasons(context, rig) == []


def test_a_pin_in_the_frames_that_the_next_strip_takes_over(context, rig):
    """Half the transition is made by the strip behind: it meets the pins of the strip before too."""
    lay_strips(rig, WALK, WAVE)
    make()
    target = pin(rig, "left_wrist", 23, 23, (0, 0, 0.1))
    make("ALL")
    assert miss(rig, "left_wrist", 23, target) < 0.005
    rig.laban_strips.strips[1].seed = 8
    make()
    assert miss(rig, "left_wrist", 23, target) < 0.005


def test_a_first_strip_of_many_parts_begins_at_its_pin(context, rig):
    lay_strips(rig, ("a person walks", 1, 801))  # two parts of 17 s
    bpy.ops.laban.add_pin(joint="pelvis")
    start = rig.laban_pins.pins[0]
    start.start = start.end = 1
    start.target.location.x += 3
    late = pin(rig, "left_wrist", 600, 600, (4, 0, 0.2))
    make()
    assert miss(rig, "pelvis", 1, start.target) < 0.005
    told = SESSION.outcome.text
    assert miss(rig, "left_wrist", 600, late) < 0.005 or "Missed: left_wrist" in told


@pytest.mark.parametrize("kind", ["mixamo", "rigify"])
def test_rigs_of_other_proportions_meet_them(context, session, kind):
    if kind == "rigify":
        rig = make_rigify(context)
    else:
        rig = foreign(context, kind)
        rig.animation_data_clear()
    context.scene.laban_edit.trial = False
    lay_strips(rig, WALK, WAVE)
    make()
    target = pin(rig, "left_wrist", 36, 37, (0, 0, 0.05))
    make()
    assert miss(rig, "left_wrist", 36, target) < 0.01 * max(rig.dimensions)


def test_made_again_without_its_empties(context, rig):
    lay_strips(rig, WALK, WAVE)
    make()
    target = pin(rig, "right_wrist", 36, 36, (0, 0, 0.15))
    make()
    poses, action = heads(context, rig, 1, 49), rig.animation_data.action
    aim = np.array(target.location)
    action.use_fake_user = True
    rig.animation_data.action = None
    rig.laban_strips.strips.clear()
    rig.laban_pins.pins.clear()
    bpy.data.objects.remove(target)
    assert bpy.ops.laban.regenerate(action=action.name) == {"FINISHED"}
    now = heads(context, rig, 1, 49)
    context.scene.frame_set(36)
    wrist = np.array(rig.matrix_world @ rig.pose.bones["right_wrist"].head)
    assert np.linalg.norm(wrist - aim) < 0.005
    np.testing.assert_allclose(now[:17], poses[:17], atol=1e-4)
    assert reasons(context, rig) == ["a person waves: changed: pins"]  # the list has none now


def test_pins_that_cannot_be_met_are_told(context, rig):
    lay_strips(rig, WALK)
    make()
    pin(rig, "right_wrist", 10, 10, (0, 0, 0))
    pin(rig, "right_wrist", 10, 10, (0.3, 0, 0))
    make()
    assert "Missed: right_wrist" in SESSION.outcome.text
    rig.laban_pins.pins[0].target = None
    assert "has no empty" in make_fault(context)
    with pytest.raises(RuntimeError, match="has no empty"):
        make()


def test_the_panel_is_quick(context, rig):
    lay_strips(rig, WALK, WAVE, SIT)
    make()
    for frame in (5, 10, 30, 40, 50):
        pin(rig, "right_wrist", frame, frame, (0, 0, 0))
    began = time.perf_counter()
    for _ in range(20):
        stale_on(context, rig)
    assert (time.perf_counter() - began) / 20 < 0.05
