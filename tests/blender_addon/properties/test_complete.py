"""Settings of "Complete and Edit": every choice that a user has is one that the library knows."""

from __future__ import annotations

import bpy
import pytest

from blender_addon.changes.requests import READ_TASK
from blender_addon.properties.complete import JOINT_ITEMS, PART_ITEMS, WAYS
from motion_core.body.joints import JOINTS, PARTS
from motion_core.tasks import MAX_SECONDS, MIN_SECONDS


@pytest.fixture
def edit(context, preferences):
    return context.scene.laban_edit


def names(group, setting: str) -> list[str]:
    return [item.identifier for item in group.bl_rna.properties[setting].enum_items]


def test_each_task_can_be_read_from_the_panel(edit):
    assert set(names(edit, "mode")) == set(READ_TASK)


def test_parts_and_joints_are_the_body_s(context, edit):
    assert [part.lower() for part in names(edit, "part")] == ["selected", *PARTS, "body"]
    for name, title, help_text in PART_ITEMS[1:-1]:
        assert help_text == ", ".join(PARTS[name.lower()]) and title.lower().replace(" ", "_") == name.lower()
    assert [name for name, *_ in JOINT_ITEMS] == list(JOINTS)
    bpy.ops.laban.add_rig()
    pin = context.object.laban_pins.pins.add()
    assert names(pin, "joint") == list(JOINTS)
    assert (pin.joint, pin.enabled, pin.use_position, pin.use_heading) == ("right_wrist", True, True, False)


def test_ways_are_told_apart_by_their_names_and_words():
    assert len({way[1] for way in WAYS}) == len({way[2] for way in WAYS}) == len(WAYS) == 4


def test_seconds_are_those_that_a_motion_may_last(edit):
    for name in ("seconds", "way_seconds"):
        for given, kept in ((0.0, MIN_SECONDS), (1e6, MAX_SECONDS)):
            setattr(edit, name, given)
            assert getattr(edit, name) == pytest.approx(kept)
    edit.strength, edit.speed = 0.0, 100.0
    assert (edit.strength, edit.speed) == (pytest.approx(0.01), pytest.approx(12.0))


def test_what_is_made_of_a_motion_is_tried_first_and_new_motion_is_not(edit):
    assert edit.trial


def test_pins_can_be_overridden_and_everything_is_described(context, edit):
    bpy.ops.laban.add_rig()
    kept, window = context.object.laban_pins, context.window_manager
    pin, result = kept.pins.add(), window.laban_history.results.add()
    for group in (edit, kept, pin, window.laban_history, result):
        for made in group.bl_rna.properties:
            if made.identifier not in ("rna_type", "name"):
                assert made.description, made.identifier
                assert made.is_overridable or group not in (kept, pin), made.identifier
    window.laban_history.results.clear()
