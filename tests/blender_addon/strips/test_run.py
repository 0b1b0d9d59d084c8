"""Prompt strips, from the list to the rig, with a real backend that runs a tiny network."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from control_rigs import make_rigify
from strip_lists import SIT, WALK, WAVE, heads, keys_of, lay_strips, make, reasons, start

from blender_addon.actions.actions import fcurves
from blender_addon.actions.records import records_of
from blender_addon.session.session import SESSION

pytestmark = pytest.mark.usefixtures("session")


def test_strips_become_one_action_without_seams(context, rig, lay):
    lay(WALK, WAVE, SIT)
    assert reasons(context, rig) == [WALK[0], WAVE[0], SIT[0]]
    assert make() == {"FINISHED"}
    action = rig.animation_data.action
    assert tuple(action.frame_range) == (1, 73)
    assert action.name == "a person walks / a person waves / a person sits down"
    assert {len(c.keyframe_points) for c in fcurves(action)} == {73}
    assert reasons(context, rig) == []
    assert SESSION.outcome.text.startswith("3 prompt strips made")
    poses = heads(context, rig, 1, 73)
    steps = np.linalg.norm(np.diff(poses, axis=0), axis=-1).max(axis=1)
    borders = steps[[22, 23, 24, 25, 46, 47, 48, 49]]
    assert borders.max() < 2 * np.percentile(steps, 95)
    assert steps.min() > 0  # nothing freezes


def test_the_same_strips_give_the_same_motion(context, rig, lay):
    lay(WALK, WAVE)
    make("ALL")
    first = heads(context, rig, 1, 49)
    make("ALL")
    np.testing.assert_allclose(heads(context, rig, 1, 49), first, atol=1e-5)


def test_only_what_changed_is_made_again(context, rig, lay):
    lay(WALK, WAVE, SIT)
    make()
    before, poses = keys_of(rig), heads(context, rig, 1, 73)
    rig.laban_strips.strips[1].prompt = "a person kicks"
    assert reasons(context, rig) == ["a person kicks"]
    make()
    assert reasons(context, rig) == []
    after, now = keys_of(rig), heads(context, rig, 1, 73)
    back = 6  # half the transition
    for curve, keys in before.items():  # to the bit, where nothing was made
        assert after[curve][: 25 - back] == keys[: 25 - back]
        np.testing.assert_allclose(np.abs(after[curve][48:]), np.abs(keys[48:]), atol=1e-6)
    assert np.abs(now[30:45] - poses[30:45]).max() > 0.01
    np.testing.assert_allclose(now[48:], poses[48:], atol=1e-5)
    assert len(bpy.data.actions) == 1


def test_euler_rigs(context, rig, lay):
    for bone in rig.pose.bones:
        bone.rotation_mode = "YZX"
    lay(WALK, WAVE, SIT)
    make()
    poses = heads(context, rig, 1, 73)
    rig.laban_strips.strips[1].seed = 11
    make()
    now = heads(context, rig, 1, 73)
    np.testing.assert_allclose(now[48:], poses[48:], atol=1e-5)
    for curve in fcurves(rig.animation_data.action):  # no full turn within a frame
        values = np.array([key.co[1] for key in curve.keyframe_points])
        assert np.abs(np.diff(values)).max() < 3.0


def test_the_pose_of_this_frame_is_seen_at_once(context, rig, lay):
    lay(WALK, WAVE)
    make()
    context.scene.frame_set(40)
    rig.laban_strips.strips[1].seed = 5
    make()
    posed = rig.evaluated_get(context.evaluated_depsgraph_get())
    seen = np.array([tuple(bone.head) for bone in posed.pose.bones])
    assert context.scene.frame_current == 40
    np.testing.assert_allclose(seen, heads(context, rig, 40, 40)[0], atol=1e-6)


@pytest.mark.parametrize("output", ["ACTION", "NLA"])
def test_control_rigs(context, session, output):
    rig = make_rigify(context)
    context.scene.laban_edit.trial = False
    lay_strips(rig, WALK, WAVE, ("a person sits down", 60, 84))
    rig.laban_strips.output = output
    make()
    names = [rig.pose.bones.find(name) for name in ("DEF-hand.L", "DEF-foot.R", "DEF-spine.006")]
    poses = heads(context, rig, 1, 84)[:, names]
    steps = np.linalg.norm(np.diff(poses, axis=0), axis=-1).max(axis=1)
    assert steps[[22, 23, 24, 46, 47, 48, 57, 58, 59]].max() < 2 * np.percentile(steps, 95)
    rig.laban_strips.strips[1].seed = 5
    make()
    now = heads(context, rig, 1, 84)[:, names]
    np.testing.assert_allclose(now[:15], poses[:15], atol=2e-3)
    np.testing.assert_allclose(now[50:], poses[50:], atol=5e-3)
    assert np.abs(now[30:45] - poses[30:45]).max() > 0.01
    assert reasons(context, rig) == []


def test_a_rig_deleted_meanwhile(context, rig, lay):
    lay(WALK, WAVE)
    start(context, rig)
    bpy.data.objects.remove(rig)
    SESSION.wait()
    assert SESSION.outcome.failed
    assert "is not in this file any more" in SESSION.outcome.text
    assert SESSION.outcome.file.is_file()


def test_cancelled_in_the_middle_nothing_changed(context, rig, lay):
    lay(WALK, WAVE)
    start(context, rig)
    while "2 of 2" not in SESSION.outcome.text:
        SESSION.tick()
    bpy.ops.laban.cancel()
    assert rig.animation_data is None
    assert reasons(context, rig) == [WALK[0], WAVE[0]]
    assert make() == {"FINISHED"}


def test_nla_tweak_mode_is_told(context, rig, lay):
    lay(WALK)
    rig.laban_strips.output = "NLA"
    make()
    track = rig.animation_data.nla_tracks[0]
    rig.animation_data.nla_tracks.active = track
    track.strips[0].select = True
    rig.animation_data.use_tweak_mode = True
    if not rig.animation_data.use_tweak_mode:
        pytest.skip("this Blender enters tweak mode with a window only")
    with pytest.raises(RuntimeError, match="NLA tweak mode"):
        make("ALL")


def test_broken_records_are_none(context):
    action = bpy.data.actions.new("Broken")
    for words in ("{", "[1]", '[{"uid": "a"}]', "{}", '"text"', "null"):
        action["laban_strips"] = words
        assert records_of(action) == {}
