"""Results of complete, edit and follow made again from their action alone: same seed, same motion; or another seed."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from ik_rigs import KEPT, RIGS, SPAN, change_of, deform_poses
from rig_animation import curve_table, joint_poses, key_pose
from rig_states import KEYS, foreign, keyed_rig, reopened, select_bones, snapshot, state_of

from blender_addon.actions.actions import fcurves, sign, slot_of
from blender_addon.actions.remembered import LONGEST, RememberedRequest
from blender_addon.session.session import SESSION
from blender_addon.write.put_change import put_change
from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINTS

pytestmark = pytest.mark.usefixtures("session")
FRAMES = range(5, 41)


@pytest.fixture
def rig(context, session):
    return keyed_rig(context)


def accept_and_forget(rig, name: str = "Kept"):
    """Accepts, and leaves nothing but the action: no original, no empties, no curves, other settings."""
    bpy.ops.laban.accept()
    action = rig.animation_data.action
    action.name, action.use_fake_user = name, True
    for other in list(bpy.data.actions):
        if other != action:
            bpy.data.actions.remove(other)
    for thing in list(bpy.data.objects):
        if thing.type in ("EMPTY", "CURVE"):
            bpy.data.objects.remove(thing)
    rig.laban_pins.pins.clear()
    bpy.context.scene.frame_set(77)
    settings = bpy.context.scene.laban
    settings.seed, settings.steps, settings.prompt = 99, 7, "something else"
    edit = bpy.context.scene.laban_edit
    edit.text, edit.way, edit.keys, edit.range, edit.curve = "no", "LOOP", "MARKERS", "SCENE", None
    return action


def poses(rig, frames=FRAMES) -> np.ndarray:
    return np.array([joint_poses(rig, frame)[0] for frame in frames])


def test_a_completion_is_made_again(context, rig):
    context.scene.laban_edit.text = "a person waves"
    bpy.ops.laban.complete()
    first = curve_table(rig.animation_data.action, FRAMES)
    accept_and_forget(rig)
    assert bpy.ops.laban.regenerate() == {"FINISHED"}
    assert rig.laban_preview.playing
    again = curve_table(rig.animation_data.action, FRAMES)
    for place, values in first.items():
        np.testing.assert_allclose(again[place], values, atol=1e-5)
    assert rig.animation_data.action["laban_text"] == "a person waves"
    assert (rig.animation_data.action["laban_seed"], rig.animation_data.action["laban_steps"]) == (0, 2)


def test_with_another_seed_kept_frames_stay(context, rig):
    bpy.ops.laban.complete()
    first = poses(rig)
    accept_and_forget(rig)
    before = snapshot(rig)
    assert bpy.ops.laban.regenerate(seed=5) == {"FINISHED"}
    other = poses(rig)
    inside = [frame - FRAMES.start for frame in KEYS]
    np.testing.assert_allclose(other[inside], first[inside], atol=1e-4)
    assert np.abs(other[25] - first[25]).max() > 0.01
    assert rig.animation_data.action["laban_seed"] == 5
    context.scene.frame_set(77)
    bpy.ops.laban.reject()
    assert snapshot(rig) == before
    bpy.ops.laban.regenerate(seed=5)
    bpy.ops.laban.accept()
    np.testing.assert_allclose(poses(rig), other, atol=1e-5)
    bpy.ops.laban.regenerate()  # by its own seed, which is 5 now
    np.testing.assert_allclose(poses(rig), other, atol=1e-5)
    bpy.ops.laban.regenerate(new_seed=True)
    assert rig.animation_data.action["laban_seed"] not in (0, 5)


def test_the_original_keys_may_be_gone(context, rig):
    """Every key of the action deleted, and on a rig that plays something else: the poses are remembered."""
    bpy.ops.laban.complete()
    first = poses(rig)
    action = accept_and_forget(rig)
    for curve in fcurves(action):
        curve.keyframe_points.clear()
    bpy.ops.laban.regenerate()
    np.testing.assert_allclose(poses(rig), first, atol=1e-4)
    bpy.ops.laban.reject()
    rig.animation_data.action = None
    key_pose(rig, list(JOINTS), 12, seed=9)
    mine = rig.animation_data.action
    bpy.ops.laban.regenerate(action="Kept")
    np.testing.assert_allclose(poses(rig), first, atol=1e-4)
    bpy.ops.laban.reject()
    assert rig.animation_data.action == mine
    assert "Kept" in bpy.data.actions


@pytest.mark.parametrize("way", ["CONTINUE", "LEAD_IN", "LOOP"])
def test_other_ways_too(context, rig, way):
    edit = context.scene.laban_edit
    edit.way, edit.seconds = way, 1.0
    bpy.ops.laban.complete()
    frames = range(*(int(edge) for edge in rig.animation_data.action.frame_range))
    first = curve_table(rig.animation_data.action, frames)
    accept_and_forget(rig)
    bpy.ops.laban.regenerate()
    again = curve_table(rig.animation_data.action, frames)
    assert rig.animation_data.action.frame_range[1] == frames.stop
    for place, values in first.items():
        np.testing.assert_allclose(again[place], values, atol=1e-5)


def test_pins_are_met_though_their_empties_are_gone(context, rig):
    context.scene.frame_set(30)
    bpy.ops.laban.add_pin(joint="right_wrist")
    rig.laban_pins.pins[0].target.location.z += 0.08
    context.view_layer.update()
    aim = np.array(rig.laban_pins.pins[0].target.location)
    bpy.ops.laban.complete()
    first = poses(rig)
    accept_and_forget(rig)
    bpy.ops.laban.regenerate()
    np.testing.assert_allclose(poses(rig), first, atol=1e-4)
    context.scene.frame_set(30)
    wrist = np.array(rig.matrix_world @ rig.pose.bones["right_wrist"].head)
    assert np.linalg.norm(wrist - aim) < 0.01


def test_a_way_is_gone_again_though_its_curve_is_gone(context, rig):
    data = bpy.data.curves.new("Way", "CURVE")
    spline = data.splines.new("POLY")
    spline.points.add(2)
    for point, place in zip(spline.points, ((0, 0, 0), (2, 0, 0), (2, 2, 0))):
        point.co = (*place, 1)
    way = bpy.data.objects.new("Way", data)
    context.collection.objects.link(way)
    context.scene.laban_edit.curve, context.scene.laban_edit.way_seconds = way, 2.0
    context.scene.frame_set(101)
    bpy.ops.laban.follow()
    frames = range(101, 149)
    first = poses(rig, frames)
    accept_and_forget(rig)
    bpy.ops.laban.regenerate()
    np.testing.assert_allclose(poses(rig, frames), first, atol=1e-4)


def test_an_edit_leaves_the_other_bones_alone(context, rig):
    edit = context.scene.laban_edit
    edit.text, edit.range = "a person waves", "KEYS"
    select_bones(rig, "left_shoulder", "left_elbow")
    bpy.ops.laban.edit()
    first = curve_table(rig.animation_data.action, FRAMES)
    accept_and_forget(rig)
    select_bones(rig)
    seen = poses(rig)
    keys = {(c.data_path, c.array_index): len(c.keyframe_points) for c in fcurves(rig.animation_data.action)}
    bpy.ops.laban.regenerate()
    again = rig.animation_data.action
    for place, values in curve_table(again, FRAMES).items():
        np.testing.assert_allclose(values, first[place], atol=1e-5)
    assert {(c.data_path, c.array_index): len(c.keyframe_points) for c in fcurves(again)} == keys
    bpy.ops.laban.reject()
    for curve in fcurves(rig.animation_data.action):
        if "knee" in curve.data_path:
            curve.keyframe_points.clear()
    bpy.ops.laban.regenerate()  # a bone that was not edited lost its keys: all bones come back
    np.testing.assert_allclose(poses(rig), seen, atol=1e-3)


@pytest.mark.parametrize("kind", ["mixamo", "rigify"])
def test_other_rigs(context, session, kind):
    rig = foreign(context, kind)
    bpy.ops.laban.complete()
    first = poses(rig)
    accept_and_forget(rig)
    bpy.ops.laban.regenerate()
    np.testing.assert_allclose(poses(rig), first, atol=2e-3)


@pytest.mark.parametrize("kind", list(RIGS))
def test_a_rig_in_ik_that_was_completed_takes_the_same_again(context, kind):
    """In the gaps its switches are right already, beside them they are not."""
    rig = RIGS[kind](context)
    change = change_of(context, rig, KEPT)
    put_change(context, rig, change, "test")
    first = deform_poses(rig, SPAN)
    put_change(context, rig, change, "test")
    points, turns = deform_poses(rig, SPAN)
    assert np.abs(points - first[0]).max() < 2e-3
    assert np.degrees(quat.angle_between(turns, first[1])).max() < 0.5


def test_pushed_down_it_is_made_again_in_its_nla_strip(context, rig):
    bpy.ops.laban.complete()
    strip = pushed_down(rig, accept_and_forget(rig))
    data = rig.animation_data
    first = poses(rig, range(105, 141))
    context.scene.laban_edit.trial = False
    context.scene.frame_set(110)
    assert bpy.ops.laban.regenerate() == {"FINISHED"}
    assert not rig.laban_preview.playing
    assert data.action is None
    assert (strip.frame_start, strip.frame_end) == (105, 140)
    np.testing.assert_allclose(poses(rig, range(105, 141)), first, atol=1e-4)
    assert [action.name for action in bpy.data.actions] == ["Kept"]
    context.scene.frame_set(110)
    bpy.ops.laban.regenerate(seed=3)
    assert strip.action["laban_seed"] == 3
    assert np.abs(poses(rig, range(105, 141)) - first).max() > 0.01


def pushed_down(rig, action, start: int = 105):
    """The rig's active action as an NLA strip, untouched."""
    action.use_fake_user = False
    sign(action)
    data = rig.animation_data
    slot = getattr(data, "action_slot", None)
    strip = data.nla_tracks.new().strips.new("walk", start, action)
    if slot is not None:
        strip.action_slot = slot
    data.action = None
    return strip


@pytest.mark.parametrize("task", ["generate", "complete"])
def test_in_its_nla_strip_it_is_on_trial(context, rig, task):
    """Reject brings back the strips with all that was set on them; Accept keeps them, with the new action in them."""
    scene = context.scene
    scene.laban.prompt, scene.laban.seconds = "a person walks", 1.5
    scene.laban_edit.trial = True
    getattr(bpy.ops.laban, task)()
    action = accept_and_forget(rig)
    strip = pushed_down(rig, action)
    strip.action_frame_end -= 5
    strip.frame_end, strip.blend_type = 175, "COMBINE"
    twice = rig.animation_data.nla_tracks.new().strips.new("again", 205, action)
    if hasattr(twice, "action_slot"):
        twice.action_slot = slot_of(action)
    own = bpy.data.actions.new("own")
    rig.animation_data.action = own
    if hasattr(own, "slots"):
        rig.animation_data.action_slot = own.slots.new(id_type="OBJECT", name="own")
    scene.frame_set(110)
    frames = range(105, 241)
    before, first = state_of(rig), poses(rig, frames)
    scene.frame_set(110)
    assert bpy.ops.laban.regenerate(action="Kept", seed=3) == {"FINISHED"}
    assert rig.laban_preview.playing and rig.animation_data.action == own
    assert strip.action == twice.action == rig.laban_preview.shown != action
    assert (strip.frame_start, strip.frame_end, twice.frame_start) == (105, 175, 205)
    tried = poses(rig, frames)
    assert np.abs(tried - first).max() > 0.01
    scene.frame_set(110)
    bpy.ops.laban.regenerate(action=strip.action.name, seed=4)  # another one in its place
    assert rig.laban_preview.playing and rig.laban_preview.replaced == action
    assert strip.action["laban_seed"] == 4
    assert len(bpy.data.actions) == 3
    scene.frame_set(110)
    bpy.ops.laban.reject()
    assert state_of(rig) == before
    np.testing.assert_array_equal(poses(rig, frames), first)
    scene.frame_set(110)
    bpy.ops.laban.regenerate(action="Kept", seed=3)
    bpy.ops.laban.accept()
    assert not rig.laban_preview.playing
    np.testing.assert_allclose(poses(rig, frames), tried, atol=1e-5)
    assert sorted(action.name for action in bpy.data.actions) == ["Kept", "own"]
    assert strip.action["laban_seed"] == 3


def test_a_strip_on_trial_survives_saving(context, rig, tmp_path):
    bpy.ops.laban.complete()
    pushed_down(rig, accept_and_forget(rig))
    context.scene.frame_set(110)
    before = state_of(rig)
    bpy.ops.laban.regenerate(seed=3)
    rig = reopened(tmp_path / "trial.blend")
    bpy.ops.laban.reject()
    assert state_of(rig) == before


def test_the_ik_of_the_active_action_stays_on_when_a_strip_is_made_again(context, session):
    """Making a motion turns constraints off; an action that does not key them must find them as they were."""
    rig = RIGS["mixamo"](context)
    context.view_layer.objects.active = rig
    own, scene = rig.animation_data.action, context.scene
    scene.laban.prompt, scene.laban.seconds, scene.laban.steps = "a person walks", 1.0, 2
    scene.laban_edit.trial = True
    own.use_fake_user = True
    bpy.ops.laban.generate()
    bpy.ops.laban.accept()
    made = rig.animation_data.action
    pushed_down(rig, made, 105).extrapolation = "NOTHING"
    rig.animation_data.action = own
    if hasattr(own, "slots"):
        rig.animation_data.action_slot = own.slots[0]
    rig.animation_data.action_extrapolation = "NOTHING"
    scene.frame_set(30)
    first = deform_poses(rig, SPAN)
    scene.frame_set(30)
    for seed, end in ((3, bpy.ops.laban.accept), (4, bpy.ops.laban.reject)):
        bpy.ops.laban.regenerate(action=rig.animation_data.nla_tracks[0].strips[0].action.name, seed=seed)
        assert rig.laban_preview.playing
        points, turns = deform_poses(rig, SPAN)
        np.testing.assert_allclose(points, first[0], atol=1e-5)
        assert np.degrees(quat.angle_between(turns, first[1])).max() < 0.02
        scene.frame_set(30)
        end()
    np.testing.assert_allclose(deform_poses(rig, SPAN)[0], first[0], atol=1e-5)


def test_at_another_frame_rate_it_lasts_as_long(context, rig):
    bpy.ops.laban.complete()
    first = poses(rig, (5, 40))
    accept_and_forget(rig)
    context.scene.render.fps = 48
    bpy.ops.laban.regenerate()
    assert tuple(rig.animation_data.action.frame_range) == (5, 75)
    np.testing.assert_allclose(poses(rig, (5, 75)), first, atol=1e-4)


def test_it_survives_saving(context, rig, tmp_path):
    bpy.ops.laban.complete()
    first = poses(rig)
    accept_and_forget(rig)
    rig = reopened(tmp_path / "years.blend")
    bpy.ops.laban.regenerate()
    np.testing.assert_allclose(poses(rig), first, atol=1e-5)


def test_of_what_is_on_trial_another_one_is_tried(context, rig):
    context.scene.frame_set(13)
    before = snapshot(rig)
    bpy.ops.laban.complete()
    first = poses(rig)
    bpy.ops.laban.regenerate()
    np.testing.assert_allclose(poses(rig), first, atol=1e-5)
    context.scene.frame_set(before["frame"])
    bpy.ops.laban.reject()
    assert snapshot(rig) == before


def test_what_a_later_result_does_not_say_is_forgotten(context, rig):
    """An action that is completed twice says of itself what the second was asked, and can be made again as that."""
    edit = context.scene.laban_edit
    edit.text = "a person waves"
    bpy.ops.laban.complete()
    bpy.ops.laban.accept()
    edit.text, edit.part, edit.range, edit.strength = "", "BODY", "KEYS", 0.5
    bpy.ops.laban.edit()
    action = rig.animation_data.action
    assert "laban_text" not in action
    assert action["laban_task"] == "edit"
    assert RememberedRequest.from_text(action["laban_request"]).task.strength == 0.5


def test_results_of_before_can_be_made_again_too(context, rig):
    bpy.ops.laban.complete()
    first = poses(rig)
    bpy.ops.laban.reject()
    bpy.ops.laban.refresh_history()
    context.window_manager.laban_history.chosen = 0
    bpy.ops.laban.reapply()
    accept_and_forget(rig)
    bpy.ops.laban.regenerate()
    np.testing.assert_allclose(poses(rig), first, atol=1e-4)


def test_one_that_is_too_long_says_so(context, rig, monkeypatch):
    from blender_addon.actions import remembered

    monkeypatch.setattr(remembered, "LONGEST", 100)
    assert LONGEST > 100
    bpy.ops.laban.complete()
    assert "too long to remember" in SESSION.outcome.text
    bpy.ops.laban.accept()
    assert "laban_request" not in rig.animation_data.action
    with pytest.raises(RuntimeError, match="which it does not hold"):
        bpy.ops.laban.regenerate()


def test_a_damaged_request_changes_nothing(context, rig):
    bpy.ops.laban.complete()
    action = accept_and_forget(rig)
    text = action["laban_request"]
    for damaged in ("{", text[:-40], text.replace("packed", "pecked"), text.replace('"first"', '"fist"')):
        action["laban_request"] = damaged
        before = snapshot(rig)
        with pytest.raises(RuntimeError, match=r"cannot be read any more|does not say rightly"):
            bpy.ops.laban.regenerate()
        assert snapshot(rig) == before


def test_the_licence_of_what_the_rig_played_is_told(context, rig):
    rig.animation_data.action["laban_licence"] = "CC BY-SA 4.0"
    bpy.ops.laban.complete()
    both = "CC0 (random numbers); CC BY-SA 4.0"
    assert rig.animation_data.action["laban_licence"] == both
    assert rig.animation_data.action["laban_given_licence"] == "CC BY-SA 4.0"
    accept_and_forget(rig)
    bpy.ops.laban.regenerate()
    assert rig.animation_data.action["laban_licence"] == both
