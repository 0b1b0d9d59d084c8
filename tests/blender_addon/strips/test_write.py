"""Prompt strips on the rig: one action, or NLA strips; only what was made anew is written."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest
from strip_lists import SIT, WALK, WAVE, heads, keys_of, make, nla, reasons

from blender_addon.actions.actions import curves_of, fcurves, slot_of

pytestmark = pytest.mark.usefixtures("session")


def test_the_action_says_what_made_it(context, rig, lay):
    lay(WALK, WAVE)
    rig.laban_strips.strips[1].seed = 5
    make()
    action = rig.animation_data.action
    assert action["laban_text"] == "a person walks; a person waves"
    assert (action["laban_model"], action["laban_version"]) == ("dit-adaln", "0.1.0")
    assert "laban_licence" in action
    told = json.loads(action["laban_strips"])
    assert [(entry["prompt"], entry["start"], entry["end"], entry["seed"]) for entry in told] == [
        (*WALK, 0),
        (*WAVE, 5),
    ]
    assert told[1]["entry"] == told[0]["id"]


def test_the_licence_of_strips_that_stay_is_told_too(context, rig, lay):
    lay(WALK, WAVE)
    make()
    rig.animation_data.action["laban_licence"] = "CC BY-SA 4.0"
    rig.laban_strips.strips[1].seed = 5
    make()
    assert rig.animation_data.action["laban_licence"] == "CC BY-SA 4.0; CC0 (random numbers)"


def test_a_shorter_one_leaves_no_keys_behind(context, rig, lay):
    lay(WALK, WAVE)
    make()
    rig.laban_strips.strips[1].end = 40
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 40)
    rig.laban_strips.chosen = 1
    bpy.ops.laban.remove_strip()
    make("ALL")
    assert tuple(rig.animation_data.action.frame_range) == (1, 25)


def test_what_an_animator_changed_elsewhere_stays(context, rig, lay):
    lay(WALK, WAVE)
    make()
    curve = next(c for c in fcurves(rig.animation_data.action) if "head" in c.data_path)
    curve.keyframe_points[3].co[1] += 0.1
    action = rig.animation_data.action
    curves, word = curves_of(action, slot_of(action))
    curves.new('pose.bones["head"].scale', index=0, **{word: "head"}).keyframe_points.insert(30, 1.5)
    value = curve.keyframe_points[3].co[1]
    rig.laban_strips.strips[1].seed = 8
    make()
    curve = next(c for c in fcurves(rig.animation_data.action) if "head" in c.data_path)
    assert curve.keyframe_points[3].co[1] == value
    scales = [c for c in fcurves(rig.animation_data.action) if c.data_path.endswith("scale")]
    assert [len(c.keyframe_points) for c in scales] == [1]


def test_a_copy_of_the_rig_keeps_its_motion(context, rig, lay):
    lay(WALK, WAVE)
    make()
    other = rig.copy()
    context.collection.objects.link(other)
    assert other.animation_data.action == rig.animation_data.action
    poses = heads(context, other, 1, 49)
    rig.laban_strips.strips[1].seed = 5
    make()
    assert other.animation_data.action != rig.animation_data.action
    np.testing.assert_allclose(heads(context, other, 1, 49), poses, atol=1e-6)
    assert np.abs(heads(context, rig, 1, 49) - poses).max() > 0.01


def test_as_nla_strips_named_after_their_prompts(context, rig, lay):
    lay(WALK, WAVE, ("a person sits down", 61, 85))
    rig.laban_strips.output = "NLA"
    make()
    assert rig.animation_data.action is None
    assert nla(rig) == [WALK, WAVE, ("(between)", 49, 61), ("a person sits down", 61, 85)]
    assert [track.name for track in rig.animation_data.nla_tracks] == ["Prompt Strips"]
    assert reasons(context, rig) == []
    steps = np.linalg.norm(np.diff(heads(context, rig, 1, 85), axis=0), axis=-1).max(axis=1)
    assert steps[[23, 24, 47, 48, 59, 60]].max() < 2 * np.percentile(steps, 95)
    assert steps.min() > 0


def test_nla_strips_are_made_again_one_by_one(context, rig, lay):
    lay(WALK, WAVE, SIT)
    rig.laban_strips.output = "NLA"
    make()
    poses = heads(context, rig, 1, 73)
    rig.laban_strips.strips[1].seed = 5
    make()
    now = heads(context, rig, 1, 73)
    np.testing.assert_allclose(now[48:], poses[48:], atol=1e-4)
    np.testing.assert_allclose(now[:18], poses[:18], atol=1e-4)
    assert np.abs(now[30:45] - poses[30:45]).max() > 0.01
    assert nla(rig) == [WALK, WAVE, SIT]
    assert len(bpy.data.actions) == 3


def test_from_one_action_to_nla_strips_and_back(context, rig, lay):
    lay(WALK, WAVE)
    make()
    poses = heads(context, rig, 1, 49)
    rig.laban_strips.output = "NLA"
    make()
    assert nla(rig) == [WALK, WAVE]
    assert len(bpy.data.actions) == 2
    np.testing.assert_allclose(heads(context, rig, 1, 49), poses, atol=1e-4)
    rig.laban_strips.output = "ACTION"
    make()
    assert nla(rig) == []
    assert len(bpy.data.actions) == 1
    np.testing.assert_allclose(heads(context, rig, 1, 49), poses, atol=1e-4)
    assert reasons(context, rig) == []


def test_the_user_s_own_action_and_tracks_stay(context, rig, lay):
    mine = bpy.data.actions.new("Mine")
    rig.animation_data_create().action = mine
    track = rig.animation_data.nla_tracks.new()
    track.strips.new("Old", 10, bpy.data.actions.new("Old"))
    lay(WALK)
    rig.laban_strips.output = "NLA"
    make()
    assert bpy.data.actions["Mine"].use_fake_user
    assert {"Old", "a person walks"} <= {name for name, _, _ in nla(rig)}


def test_sparse_keys_of_what_stays_keep_their_shape(context, rig, lay):
    lay(WALK, WAVE, SIT)
    make()
    bpy.ops.laban.reduce_keys(millimetres=10, degrees=2)
    poses, before = heads(context, rig, 1, 73), keys_of(rig)
    rig.laban_strips.strips[1].seed = 5
    make()
    now, after = heads(context, rig, 1, 73), keys_of(rig)
    np.testing.assert_allclose(now[:18], poses[:18], atol=1e-4)
    np.testing.assert_allclose(now[48:], poses[48:], atol=1e-4)
    assert np.abs(now[30:45] - poses[30:45]).max() > 0.01
    path = ('pose.bones["left_knee"].rotation_quaternion', 1)
    assert [key for key in after[path] if key[0] < 18] == [key for key in before[path] if key[0] < 18]
    rig.laban_strips.chosen = 2
    bpy.ops.laban.remove_strip()
    rig.laban_strips.strips[0].seed = 6
    make()
    assert rig.animation_data.action.frame_range[1] == 49
    np.testing.assert_allclose(heads(context, rig, 30, 49), now[29:49], atol=1e-4)
