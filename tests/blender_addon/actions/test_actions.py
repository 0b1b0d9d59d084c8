"""Actions: made in bulk, played by an object, kept or dropped when nothing plays them any more."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_addon.actions.actions import (
    OURS,
    Channel,
    action_name,
    active_curves,
    checksum,
    curves_of,
    fcurves,
    heard_curves,
    held,
    let_go,
    make_action,
    put_action,
    sign,
    slot_of,
    succeed,
)

PATH = 'pose.bones["head"].location'


@pytest.fixture
def owner(context):
    thing = bpy.data.objects.new("Actor", None)
    context.collection.objects.link(thing)
    return thing


def walk(owner, name: str = "walk", first: float = 3):
    values = np.array([[0, 1, 2], [1, 1, 4], [3, 1, 0]], dtype=float)
    return make_action(owner, name, [Channel("head", PATH, values)], first)


def test_an_action_has_a_linear_key_a_frame_in_groups_of_its_bones(owner):
    action, slot = walk(owner)
    curves = fcurves(action)
    assert [(c.data_path, c.array_index, c.group.name) for c in curves] == [
        (PATH, n, "head") for n in range(3)
    ]
    assert [tuple(key.co) for key in curves[2].keyframe_points] == [(3, 2), (4, 4), (5, 0)]
    assert {key.interpolation for c in curves for key in c.keyframe_points} == {"LINEAR"}
    assert curves[0].evaluate(4.5) == pytest.approx(2)
    assert slot == slot_of(action)
    assert len(curves_of(action, slot)[0]) == 3


def test_what_moves_an_object_is_of_its_action_and_of_nla_strips_that_are_heard(owner):
    assert active_curves(owner) == heard_curves(owner) == []
    action, slot = walk(owner)
    put_action(owner, action, slot)
    assert len(active_curves(owner)) == len(heard_curves(owner)) == 3
    active_curves(owner)[0].mute = True
    assert (len(active_curves(owner)), len(heard_curves(owner))) == (3, 2)
    track = owner.animation_data.nla_tracks.new()
    strip = track.strips.new("walk", 1, walk(owner, "other")[0])
    if hasattr(strip, "action_slot"):
        strip.action_slot = strip.action.slots[0]
    assert (len(active_curves(owner)), len(heard_curves(owner))) == (3, 5)
    for silent in (track, strip):
        silent.mute = True
        assert len(heard_curves(owner)) == 2
        silent.mute = False


@pytest.mark.skipif(bpy.app.version < (4, 4), reason="actions have slots from Blender 4.4 on")
def test_curves_of_another_slot_do_not_move_the_object(owner):
    action, slot = walk(owner)
    put_action(owner, action, slot)
    other = action.slots.new(id_type="OBJECT", name="Other")
    curves, _ = curves_of(action, other)
    curves.new("location", index=0)
    assert (len(fcurves(action)), len(active_curves(owner))) == (4, 3)


def test_a_checksum_tells_a_touched_action_and_only_an_untouched_result_goes(owner):
    ours, _ = walk(owner, "ours")
    touched, _ = walk(owner, "touched")
    for action in (ours, touched):
        sign(action)
    assert ours[OURS] == checksum(ours) != checksum(touched)  # of their names too
    fcurves(touched)[0].keyframe_points[1].co[1] += 0.5
    assert touched[OURS] != checksum(touched)
    assert let_go(ours) and "ours" not in bpy.data.actions
    assert not let_go(touched) and touched.use_fake_user


def test_an_action_that_takes_over_lets_the_one_before_go(owner):
    first, slot = walk(owner, "walk")
    sign(first)
    put_action(owner, first, slot)
    assert not let_go(first)  # it is played
    second, slot = walk(owner, "run")
    put_action(owner, second, slot)
    assert owner.animation_data.action == second
    assert [action.name for action in bpy.data.actions] == ["run"]


def test_the_one_after_takes_the_name_of_the_one_before(owner):
    before, after = walk(owner)[0], walk(owner)[0]
    sign(before)
    assert after.name == "walk.001"
    succeed(before, after)
    assert after.name == "walk"
    assert after[OURS] == checksum(after)


def test_a_held_action_stays_and_its_flag_comes_back(owner):
    action, _ = walk(owner)
    with held(action):
        assert action.users == 1
    assert not action.use_fake_user


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a person waves", "a person waves"),
        ("  two\nlines\t here\x00 ", "two lines here"),
        ("", "Laban"),
        (None, "Laban"),
        ("🕺" * 100, "🕺" * 14),
        ("é" * 40, "é" * 29),
        ("x" * 10_000, "x" * 58),
        ("\ud800", "Laban"),
    ],
)
def test_actions_are_named_after_any_prompt(context, text, name):
    assert action_name(text) == name
    made = bpy.data.actions.new(action_name(text))
    assert made.name == name
