"""Prompt strips on trial: they play, Accept keeps them, Reject brings back everything that was there."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from control_rigs import make_rigify
from rig_animation import key_pose
from rig_states import reopened, state_of, tracks
from strip_lists import SIT, WALK, WAVE, heads, lay_strips, make, nla

from blender_addon.actions.actions import fcurves
from blender_addon.actions.records import records_on
from blender_addon.session.session import SESSION
from blender_addon.strips.stale import stale
from blender_addon.strips.strip_list import in_order
from motion_core.body.skeleton import JOINTS

pytestmark = pytest.mark.usefixtures("session")
OUTPUTS = pytest.mark.parametrize("output", ["ACTION", "NLA"])


@pytest.fixture
def rig(context, session):
    bpy.ops.laban.add_rig()
    context.scene.laban_edit.trial = True
    return context.object


def accepted(rig, *strips, output: str = "ACTION"):
    lay_strips(rig, *strips)
    rig.laban_strips.output = output
    make()
    assert rig.laban_preview.playing
    assert bpy.ops.laban.accept() == {"FINISHED"}


def reasons(rig) -> list[str]:
    found = stale(in_order(rig), records_on(rig), 24.0)
    return [strip.prompt for strip in in_order(rig) if strip.uid in found]


@OUTPUTS
def test_reject_leaves_nothing_of_a_first_motion(context, rig, output):
    lay_strips(rig, WALK, ("a person waves", 30, 54))
    rig.laban_strips.output = output
    context.scene.frame_end = 20
    before = state_of(rig)
    assert make() == {"FINISHED"}
    assert rig.laban_preview.playing
    assert context.scene.frame_end == 54
    assert reasons(rig) == []
    assert np.abs(np.diff(heads(context, rig, 1, 54), axis=0)).max() > 0.001
    context.scene.frame_set(before["frame"])
    assert bpy.ops.laban.reject() == {"FINISHED"}
    assert state_of(rig) == before
    assert rig.animation_data is None
    assert reasons(rig) == [WALK[0], "a person waves"]


@OUTPUTS
@pytest.mark.parametrize("which", ["CHANGED", "ONE", "ALL"])
def test_reject_brings_back_the_strips_of_before(context, rig, output, which):
    """With what an animator did to them: a key moved, blending and a curve of influence on an NLA strip."""
    accepted(rig, WALK, WAVE, SIT, output=output)
    data = rig.animation_data
    action = data.action or data.nla_tracks[0].strips[1].action
    next(iter(fcurves(action))).keyframe_points[3].co[1] += 0.1
    if output == "NLA":
        strip = data.nla_tracks[0].strips[1]
        strip.blend_type, strip.blend_in, strip.use_animated_influence = "COMBINE", 2.0, True
        strip.fcurves.find("influence").keyframe_points.insert(30, 0.5)
    context.scene.frame_set(30)
    rig.pose.bones["head"].location = (0, 0, 0.02)  # set and not keyed over the curve at this frame
    context.view_layer.update()
    rig.laban_strips.chosen = 1
    rig.laban_strips.strips[1].seed = 7
    rig.laban_strips.strips[2].start, rig.laban_strips.strips[2].end = 61, 85  # moves, and leaves a gap
    before, poses = state_of(rig), heads(context, rig, 1, 73)
    context.scene.frame_set(30)
    rig.pose.bones["head"].location = (0, 0, 0.02)
    context.view_layer.update()
    make(which)
    now = heads(context, rig, 1, 73)
    assert np.abs(now[30:45] - poses[30:45]).max() > 0.01
    context.scene.frame_set(30)
    bpy.ops.laban.reject()
    assert state_of(rig) == before
    np.testing.assert_array_equal(heads(context, rig, 1, 73), poses)


@pytest.mark.parametrize(("first", "then"), [("ACTION", "NLA"), ("NLA", "ACTION")])
def test_the_kind_of_result_changes_on_trial_and_goes_back(context, rig, first, then):
    accepted(rig, WALK, WAVE, output=first)
    rig.laban_strips.output = then
    before, poses = state_of(rig), heads(context, rig, 1, 49)
    context.scene.frame_set(before["frame"])
    make()
    np.testing.assert_allclose(heads(context, rig, 1, 49), poses, atol=1e-4)
    context.scene.frame_set(before["frame"])
    bpy.ops.laban.reject()
    assert state_of(rig) == before
    make()
    bpy.ops.laban.accept()
    np.testing.assert_allclose(heads(context, rig, 1, 49), poses, atol=1e-4)
    assert nla(rig) == ([WALK, WAVE] if then == "NLA" else [])
    assert len(bpy.data.actions) == (2 if then == "NLA" else 1)
    assert reasons(rig) == []


def test_the_user_s_own_action_and_tracks_come_back(context, rig):
    key_pose(rig, list(JOINTS), 5, seed=1)
    rig.animation_data.action.name = "Mine"
    track = rig.animation_data.nla_tracks.new()
    track.strips.new("Old", 10, bpy.data.actions.new("Old"))
    rig.animation_data.action_influence = 0.5
    lay_strips(rig, WALK)
    for output in ("NLA", "ACTION"):
        rig.laban_strips.output = output
        before = state_of(rig)
        make()
        bpy.ops.laban.reject()
        assert state_of(rig) == before
    make()
    bpy.ops.laban.accept()
    assert bpy.data.actions["Mine"].use_fake_user
    assert nla(rig) == [("Old", 10, 11)]


def test_what_an_nla_strip_was_set_to_stays_when_its_motion_is_accepted(context, rig):
    accepted(rig, WALK, WAVE, SIT, output="NLA")
    strip = rig.animation_data.nla_tracks[0].strips[1]
    strip.blend_in, strip.extrapolation = 3.0, "NOTHING"
    rig.laban_strips.strips[1].seed = 5
    make()
    assert [track.name for track in rig.animation_data.nla_tracks] == [
        "Prompt Strips",
        "Prompt Strips (on trial)",
    ]
    assert reasons(rig) == []
    tried = heads(context, rig, 32, 40)
    bpy.ops.laban.accept()
    assert [track.name for track in rig.animation_data.nla_tracks] == ["Prompt Strips"]
    assert nla(rig) == [WALK, WAVE, SIT]
    strip = rig.animation_data.nla_tracks[0].strips[1]
    assert (strip.blend_in, strip.extrapolation, strip.mute) == (3.0, "NOTHING", False)
    np.testing.assert_allclose(heads(context, rig, 32, 40), tried, atol=1e-6)
    assert sorted(action.name for action in bpy.data.actions) == sorted(p for p, _, _ in (WALK, WAVE, SIT))
    assert reasons(rig) == []


def test_a_strip_that_the_user_muted_stays_muted(context, rig):
    accepted(rig, WALK, WAVE, output="NLA")
    rig.animation_data.nla_tracks[0].strips[0].mute = True
    context.scene.frame_set(1)
    before = state_of(rig)
    make()
    bpy.ops.laban.reject()
    assert state_of(rig) == before


@OUTPUTS
def test_pressed_again_it_starts_from_what_was_there(context, rig, output):
    accepted(rig, WALK, WAVE, output=output)
    count = len(bpy.data.actions)
    found = []
    for seed in (5, 6, 5):
        rig.laban_strips.strips[1].seed = seed
        make()
        found.append(heads(context, rig, 1, 49))
    np.testing.assert_allclose(found[2], found[0], atol=1e-5)
    assert np.abs(found[1] - found[0]).max() > 0.01
    bpy.ops.laban.accept()
    assert len(bpy.data.actions) == count
    np.testing.assert_allclose(heads(context, rig, 1, 49), found[0], atol=1e-5)


def test_keys_changed_by_hand_stay_in_the_file(context, rig):
    accepted(rig, WALK, WAVE)
    mine = rig.animation_data.action
    curve = next(c for c in fcurves(mine) if "head" in c.data_path)
    curve.keyframe_points[30].co[1] += 0.1
    rig.laban_strips.strips[1].seed = 5
    make()
    bpy.ops.laban.accept()
    assert mine.use_fake_user
    assert rig.animation_data.action != mine
    rig.laban_strips.strips[1].seed = 6
    make()
    bpy.ops.laban.accept()
    assert len(bpy.data.actions) == 2


@OUTPUTS
def test_a_trial_survives_saving(context, rig, output, tmp_path):
    accepted(rig, WALK, WAVE, output=output)
    rig.laban_strips.strips[1].seed = 5
    before = state_of(rig)
    make()
    path = tmp_path / "trial.blend"
    rig = reopened(path)
    bpy.ops.laban.reject()
    after = state_of(rig)
    for kind in ("keys", "all tracks", "action", "properties", "end"):
        assert after[kind] == before[kind], kind
    bpy.ops.wm.open_mainfile(filepath=str(path))
    rig = bpy.data.objects["Laban"]
    bpy.context.view_layer.objects.active = rig
    bpy.ops.laban.accept()
    assert reasons(rig) == []
    assert len(bpy.data.actions) == (2 if output == "NLA" else 1)


def test_without_trying_it_lands_at_once(context, rig):
    context.scene.laban_edit.trial = False
    lay_strips(rig, WALK)
    make()
    assert not rig.laban_preview.playing
    assert reasons(rig) == []


@OUTPUTS
def test_a_fault_while_it_lands_leaves_nothing(context, rig, output, monkeypatch):
    from blender_addon.strips import write
    from motion_core.retarget import RigError

    def fail(*_):
        raise RigError("no room")

    accepted(rig, WALK, WAVE, output=output)
    rig.laban_strips.strips[1].seed = 5
    before = state_of(rig)
    monkeypatch.setattr(write, "_tell", fail)  # when the new action has its keys already
    with pytest.raises(RuntimeError, match="no room"):
        make()
    assert state_of(rig) == before
    assert SESSION.outcome.file.is_file()


def test_switches_of_a_control_rig_come_back(context, session):
    rig = make_rigify(context)
    lay_strips(rig, WALK)
    context.scene.laban_edit.trial = True
    switch = rig.pose.bones["thigh_parent.L"]
    switch["IK_FK"] = 0.25
    make()
    assert switch["IK_FK"] == 1.0
    bpy.ops.laban.reject()
    assert switch["IK_FK"] == 0.25
    assert rig.animation_data is None or rig.animation_data.action is None


def test_regenerate_is_on_trial_too(context, rig):
    accepted(rig, WALK, WAVE)
    before = state_of(rig)
    assert bpy.ops.laban.regenerate() == {"FINISHED"}
    assert rig.laban_preview.playing
    assert bpy.ops.laban.regenerate() == {"FINISHED"}  # of what is on trial: taken back, made again
    bpy.ops.laban.reject()
    assert state_of(rig) == before


@OUTPUTS
def test_a_library_override_tries_accepts_and_rejects(context, rig, output, tmp_path):
    """A rig of another file, whose strips and NLA tracks are there already."""
    accepted(rig, WALK, WAVE, output=output)
    path = str(tmp_path / "rig.blend")
    bpy.data.libraries.write(path, {rig}, fake_user=True)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (_, target):
        target.objects = ["Laban"]
    rig = target.objects[0].override_create()
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.context.scene.frame_set(30)
    before, poses = tracks(rig), heads(bpy.context, rig, 1, 49)
    rig.laban_strips.strips[1].seed = 5
    make()
    tried = heads(bpy.context, rig, 1, 49)
    assert np.abs(tried[32:40] - poses[32:40]).max() > 0.01
    bpy.ops.laban.reject()
    assert tracks(rig) == before
    np.testing.assert_allclose(heads(bpy.context, rig, 1, 49), poses, atol=1e-6)
    make()
    bpy.ops.laban.accept()
    np.testing.assert_allclose(heads(bpy.context, rig, 1, 49), tried, atol=1e-6)
    assert reasons(rig) == []
