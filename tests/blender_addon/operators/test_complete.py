"""Complete, edit, follow and pins from the panel's settings to the rig, with a real backend and a tiny network."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from rig_animation import curve_table, joint_poses, stepping
from rig_states import KEYS, foreign, keyed_rig, select_bones, snapshot
from session_ticks import kept_files, tick_to_end

from blender_addon.actions.actions import fcurves
from blender_addon.operators.complete import edit_fault
from blender_addon.session.session import SESSION
from blender_addon.write.bake import bake
from motion_core.body.skeleton import JOINT

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return keyed_rig(context)


def test_in_between_keeps_the_keys_and_fills_the_rest(context, rig):
    before = {frame: joint_poses(rig, frame) for frame in (*KEYS, 30)}
    assert edit_fault(context, "COMPLETE") == ""
    assert bpy.ops.laban.complete() == {"FINISHED"}
    assert rig.laban_preview.playing
    for frame in KEYS:
        heads, turns = joint_poses(rig, frame)
        np.testing.assert_allclose(heads, before[frame][0], atol=1e-4)
        assert turns.angle_to(before[frame][1]).max() < 2e-3
    assert np.abs(joint_poses(rig, 30)[0] - before[30][0]).max() > 0.01
    assert tuple(rig.animation_data.action.frame_range) == (5, 40)
    assert len(kept_files()) == 1


def test_reject_brings_back_exactly_what_was_there(context, rig):
    context.scene.frame_set(13)
    rig.pose.bones["head"].location = (0, 0, 0.02)  # set and not keyed
    context.view_layer.update()
    before = snapshot(rig)
    bpy.ops.laban.complete()
    assert snapshot(rig)["curves"] != before["curves"]
    assert bpy.ops.laban.reject() == {"FINISHED"}
    assert snapshot(rig) == before
    assert not bpy.ops.laban.reject.poll()


def test_accept_leaves_one_action_more_and_the_next_replaces_it(context, rig):
    old = rig.animation_data.action
    for seed in (1, 2):
        context.scene.laban.seed = seed
        bpy.ops.laban.complete()
        assert bpy.ops.laban.accept() == {"FINISHED"}
    assert not rig.laban_preview.playing
    assert len(bpy.data.actions) == 2
    assert old.use_fake_user
    assert rig.animation_data.action["laban_seed"] == 2


def test_another_seed_starts_from_what_was_there(context, rig):
    """Without accepting: the result before is taken back, not built upon."""
    bpy.ops.laban.complete()
    first = curve_table(rig.animation_data.action, range(5, 41))
    context.scene.laban.seed = 9
    bpy.ops.laban.complete()
    context.scene.laban.seed = 0
    bpy.ops.laban.complete()
    again = curve_table(rig.animation_data.action, range(5, 41))
    for place in first:
        np.testing.assert_allclose(again[place], first[place], atol=1e-5)
    assert len(bpy.data.actions) == 2


def test_reject_on_a_rig_without_animation(context, session):
    bpy.ops.laban.add_rig()
    rig, scene = context.object, context.scene
    scene.laban.steps, scene.laban.seconds, scene.frame_end = 2, 2.0, 20
    scene.laban_edit.trial_generate = True
    before = snapshot(rig)
    bpy.ops.laban.generate()
    assert rig.laban_preview.playing
    assert scene.frame_end > 20
    bpy.ops.laban.reject()
    assert snapshot(rig) == before
    assert rig.animation_data is None


@pytest.mark.parametrize(
    ("way", "seconds", "frames"), [("CONTINUE", 1.0, (5, 64)), ("LEAD_IN", 0.5, (-7, 40))]
)
def test_continue_and_lead_in_make_frames_beside_the_keys(context, rig, way, seconds, frames):
    before = {frame: joint_poses(rig, frame)[0] for frame in range(5, 41)}
    settings = context.scene.laban_edit
    settings.way, settings.seconds, settings.text = way, seconds, "a person walks"
    bpy.ops.laban.complete()
    assert tuple(rig.animation_data.action.frame_range) == frames
    for frame in before:
        np.testing.assert_allclose(joint_poses(rig, frame)[0], before[frame], atol=1e-4)


@pytest.mark.parametrize("travel", [True, False])
def test_a_loop_ends_as_it_begins(context, session, travel):
    bpy.ops.laban.add_rig()
    rig, settings = context.object, context.scene.laban_edit
    bake(context, rig, stepping(48), start_frame=1)
    context.scene.laban.steps = 2
    before = joint_poses(rig, 10)[0]
    settings.way, settings.travel = "LOOP", travel
    bpy.ops.laban.complete()
    first, last = joint_poses(rig, 1)[0], joint_poses(rig, 48)[0]
    np.testing.assert_allclose(joint_poses(rig, 10)[0], before, atol=1e-3)
    shift = last[0] - first[0]
    if not travel:
        np.testing.assert_allclose(shift[:2], 0, atol=2e-3)
    lengths = [np.linalg.norm(pose[JOINT["left_wrist"]] - pose[0]) for pose in (first, last)]
    assert lengths[0] == pytest.approx(lengths[1], abs=2e-3)


def test_markers_and_written_frames_are_keys_too(context, rig):
    settings, scene = context.scene.laban_edit, context.scene
    scene.timeline_markers.new("here", frame=10)
    settings.keys, settings.range = "MARKERS", "PREVIEW"
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 6, 18
    before = {frame: joint_poses(rig, frame)[0] for frame in (10, 5, 19, 30)}
    bpy.ops.laban.complete()
    for frame in before:  # the marker, and what is outside the range
        np.testing.assert_allclose(joint_poses(rig, frame)[0], before[frame], atol=1e-4)
    bpy.ops.laban.reject()
    settings.keys, settings.spans = "SPANS", "6:8, 18"
    bpy.ops.laban.complete()
    np.testing.assert_allclose(joint_poses(rig, 5)[0], before[5], atol=1e-4)


def test_selected_keys_count_alone(context, rig):
    for curve in fcurves(rig.animation_data.action):
        for point in curve.keyframe_points:
            point.select_control_point = point.co.x in (5, 40)
    context.scene.laban_edit.keys = "SELECTED"
    before = joint_poses(rig, 20)[0]
    bpy.ops.laban.complete()
    assert np.abs(joint_poses(rig, 20)[0] - before).max() > 0.01


def test_edit_changes_the_selected_bones_alone(context, rig):
    settings = context.scene.laban_edit
    settings.mode, settings.text, settings.range = "EDIT", "a person waves", "KEYS"
    before = curve_table(rig.animation_data.action, range(5, 41))
    select_bones(rig, "left_shoulder", "left_elbow")
    assert edit_fault(context, "EDIT") == ""
    bpy.ops.laban.edit()
    after = curve_table(rig.animation_data.action, range(5, 41))
    changed = {place[0] for place in before if not np.array_equal(before[place], after[place])}
    assert changed == {f'pose.bones["left_{joint}"].rotation_quaternion' for joint in ("shoulder", "elbow")}
    select_bones(rig)
    assert "no bones are selected" in edit_fault(context, "EDIT")
    settings.part = "LEGS"
    assert edit_fault(context, "EDIT") == ""


def test_strength_says_how_far_a_variation_goes(context, rig):
    settings = context.scene.laban_edit
    settings.part = "BODY"
    context.scene.laban.steps = 10
    before = curve_table(rig.animation_data.action, range(5, 41))
    far = []
    for strength in (0.1, 1.0):
        settings.strength = strength
        bpy.ops.laban.edit()
        after = curve_table(rig.animation_data.action, range(5, 41))
        far.append(np.mean([np.abs(before[p] - after[p]).mean() for p in before if "rotation" in p[0]]))
        bpy.ops.laban.reject()
    assert far[0] < far[1]


def test_a_part_of_the_range_leaves_the_frames_beside_it(context, session):
    bpy.ops.laban.add_rig()
    rig, scene = context.object, context.scene
    bake(context, rig, stepping(90), start_frame=1)
    scene.laban.steps = 2
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 40, 60
    scene.laban_edit.part, scene.laban_edit.range = "BODY", "PREVIEW"
    outside = [*range(1, 40), *range(61, 91)]
    before = curve_table(rig.animation_data.action, outside)
    bpy.ops.laban.edit()
    after = curve_table(rig.animation_data.action, outside)
    for place in before:
        np.testing.assert_allclose(after[place], before[place], atol=1e-5)


def test_a_curve_is_followed(context, rig):
    rig.location, rig.rotation_euler, rig.scale = (2, 1, 0), (0, 0, 1.0), (1.5,) * 3
    data = bpy.data.curves.new("Way", "CURVE")
    spline = data.splines.new("POLY")
    spline.points.add(2)
    for point, place in zip(spline.points, ((2, 1, 0), (4, 1, 0), (4, 4, 0))):
        point.co = (*place, 1)
    way = bpy.data.objects.new("Way", data)
    context.collection.objects.link(way)
    context.view_layer.update()
    settings = context.scene.laban_edit
    settings.mode, settings.text, settings.curve, settings.way_seconds = "FOLLOW", "a person walks", way, 3.0
    context.scene.frame_set(101)
    count = len(bpy.data.curves)
    bpy.ops.laban.follow()
    assert len(bpy.data.curves) == count
    for frame, place in ((101, (2, 1)), (101 + 72, (4, 4))):
        context.scene.frame_set(frame)
        pelvis = rig.matrix_world @ rig.pose.bones["pelvis"].head
        np.testing.assert_allclose(pelvis[:2], place, atol=0.25)
    settings.pace, settings.speed = "SPEED", 6.0
    bpy.ops.laban.follow()
    assert "faster than people run" in SESSION.outcome.text
    settings.curve = None
    assert "no curve is chosen" in edit_fault(context, "FOLLOW")


def test_a_curve_of_no_length_is_refused(context, rig):
    data = bpy.data.curves.new("Dot", "CURVE")
    data.splines.new("POLY").points.add(1)
    dot = bpy.data.objects.new("Dot", data)
    context.collection.objects.link(dot)
    context.scene.laban_edit.curve = dot
    before = snapshot(rig)
    with pytest.raises(RuntimeError, match="has no length"):
        bpy.ops.laban.follow()
    assert snapshot(rig) == before


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


def test_pins_that_contradict_are_told(context, rig):
    context.scene.frame_set(30)
    for _ in range(2):
        bpy.ops.laban.add_pin(joint="right_wrist")
    rig.laban_pins.pins[1].target.location.x += 0.3
    context.view_layer.update()
    bpy.ops.laban.complete()
    assert "Missed: right_wrist" in SESSION.outcome.text
    assert "29.9" in SESSION.outcome.text or "30." in SESSION.outcome.text


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


def test_results_of_before_come_back(context, rig):
    bpy.ops.laban.complete()
    first = curve_table(rig.animation_data.action, range(5, 41))
    bpy.ops.laban.reject()
    bpy.ops.laban.refresh_history()
    kept = context.window_manager.laban_history
    assert len(kept.results) == 1
    assert "frames 5 to 40" in kept.results[0].about
    kept.chosen = 0
    bpy.ops.laban.reapply()
    assert rig.laban_preview.playing
    again = curve_table(rig.animation_data.action, range(5, 41))
    for place in first:
        np.testing.assert_allclose(again[place], first[place], atol=1e-3)


def test_what_is_on_trial_survives_saving(context, rig, tmp_path):
    before = curve_table(rig.animation_data.action, range(5, 41))
    bpy.ops.laban.complete()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "trial.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "trial.blend"))
    rig = bpy.data.objects["Laban"]
    assert rig.laban_preview.playing
    bpy.context.view_layer.objects.active = rig
    bpy.ops.laban.reject()
    after = curve_table(rig.animation_data.action, range(5, 41))
    assert {k: v.tolist() for k, v in after.items()} == {k: v.tolist() for k, v in before.items()}


def test_bad_input_is_named_and_changes_nothing(context, rig):
    settings, scene = context.scene.laban_edit, context.scene
    settings.range = "PREVIEW"
    assert "no preview range is set" in edit_fault(context, "COMPLETE")
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 6, 18
    assert "the rig has no keys in frames 6 to 18" in edit_fault(context, "COMPLETE")
    settings.keys, settings.spans = "SPANS", "6:18"
    assert "all frames are kept in frames 6 to 18" in edit_fault(context, "COMPLETE")
    settings.spans = "6-18"
    assert "'6-18' is no span" in edit_fault(context, "COMPLETE")
    settings.spans = "7"
    scene.frame_preview_start, scene.frame_preview_end = 400, 420
    settings.spans = "405"
    before = snapshot(rig)
    with pytest.raises(RuntimeError, match="frames 400 to 420 lie outside the action"):
        bpy.ops.laban.complete()
    assert snapshot(rig) == before
    scene.laban.model = "mdm-action"
    assert "cannot complete: choose another model (MDM, text to motion" in edit_fault(context, "COMPLETE")
    assert not bpy.ops.laban.complete.poll()


def test_bones_of_another_rig_are_not_taken(context, rig):
    bpy.ops.object.select_all(action="DESELECT")
    select_bones(rig)
    bpy.ops.laban.add_rig()
    other = context.object
    other.name = "Other"
    rig.select_set(True)
    other.select_set(True)
    context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="POSE")
    select_bones(rig)
    select_bones(other, "head")
    assert edit_fault(context, "EDIT") == "the selected bones belong to Other, not to 'Laban'"


def test_a_rig_deleted_meanwhile_keeps_its_motion_as_a_file(context, rig):
    from blender_addon.operators.complete import start_task

    start_task(context, "COMPLETE")
    bpy.data.objects.remove(rig)
    tick_to_end()
    assert SESSION.outcome.failed
    assert "is not in this file any more. The motion is kept as" in SESSION.outcome.text
    assert kept_files() == [SESSION.outcome.file]


def test_cancel_is_shared_with_generate(context, rig):
    from blender_addon.operators.complete import start_task

    context.scene.laban.steps = 1000
    before = snapshot(rig)
    start_task(context, "COMPLETE")
    assert edit_fault(context, "EDIT") == "a motion is being made: wait for it or cancel it"
    bpy.ops.laban.cancel()
    assert snapshot(rig) == before


@pytest.mark.parametrize("kind", ["mixamo", "rigify"])
def test_other_rigs_keep_their_keys_and_meet_pins(context, session, kind):
    rig = foreign(context, kind)
    other = {
        place: values
        for place, values in curve_table(rig.animation_data.action, range(41)).items()
        if "breast" in place[0]
    }
    before = {frame: joint_poses(rig, frame) for frame in KEYS}
    state = snapshot(rig)
    context.scene.frame_set(30)
    bpy.ops.laban.add_pin(joint="left_wrist")
    empty = rig.laban_pins.pins[0].target
    empty.location.z += 0.05
    context.view_layer.update()
    aim = np.array(empty.location)
    bpy.ops.laban.complete()
    for frame in KEYS:
        heads, turns = joint_poses(rig, frame)
        assert np.abs(heads - before[frame][0]).max() < 0.01
        assert np.degrees(turns.angle_to(before[frame][1]).max()) < 1
    after = curve_table(rig.animation_data.action, range(41))
    assert bool(other) == (kind == "rigify")
    for place, values in other.items():
        np.testing.assert_array_equal(after[place], values)
    heads, _ = joint_poses(rig, 30)
    from blender_addon.rig.bone_map import bones_of

    wrist = rig.matrix_world.to_scale()[0] * heads[list(bones_of(rig).read).index("left_wrist")]
    assert np.linalg.norm(wrist - aim) < 0.01, SESSION.outcome.text
    bpy.ops.laban.reject()
    context.scene.frame_set(state["frame"])
    now = snapshot(rig)
    for kind_of in ("actions", "action", "slot", "curves", "blending", "tracks", "end", "poses"):
        assert now[kind_of] == state[kind_of], kind_of


@pytest.mark.skipif(bpy.app.version < (4, 4), reason="slots came with Blender 4.4")
def test_a_slot_shared_by_another_rig_is_not_disturbed(context, rig):
    action = rig.animation_data.action
    second = bpy.data.objects.new("Second", rig.data)
    context.collection.objects.link(second)
    second.animation_data_create().action = action
    second.animation_data.action_slot = rig.animation_data.action_slot
    state = snapshot(rig)
    bpy.ops.laban.complete()
    assert second.animation_data.action == action
    assert rig.animation_data.action != action
    bpy.ops.laban.reject()
    assert snapshot(rig) == state


def test_tracks_of_the_nla_come_back(context, rig):
    action = rig.animation_data.action
    rig.animation_data.nla_tracks.new().strips.new("walk", 1, action)
    rig.animation_data.action = None
    context.scene.frame_set(12)
    state = snapshot(rig)
    edit = context.scene.laban_edit
    edit.keys, edit.spans, edit.range = "SPANS", "5, 40", "PREVIEW"
    context.scene.use_preview_range = True
    context.scene.frame_preview_start, context.scene.frame_preview_end = 5, 40
    bpy.ops.laban.complete()
    assert rig.animation_data.action is not None
    bpy.ops.laban.reject()
    assert snapshot(rig) == state


def test_a_library_override_completes_takes_pins_and_goes_back(context, rig, tmp_path):
    name, path = rig.name, str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (_, here):
        here.objects = [name]
    linked = here.objects[0]
    bpy.context.collection.objects.link(linked)
    bpy.context.view_layer.objects.active = linked
    assert "library override" in edit_fault(bpy.context, "COMPLETE")
    bpy.context.collection.objects.unlink(linked)
    override = linked.override_create()
    bpy.context.collection.objects.link(override)
    bpy.context.view_layer.objects.active = override
    bpy.context.scene.laban.steps = 2
    before = {frame: joint_poses(override, frame) for frame in KEYS}
    old = override.animation_data.action
    assert bpy.ops.laban.complete() == {"FINISHED"}
    for frame in KEYS:
        np.testing.assert_allclose(joint_poses(override, frame)[0], before[frame][0], atol=1e-4)
    assert override.animation_data.action != old and override.animation_data.action.library is None
    assert bpy.ops.laban.reject() == {"FINISHED"}
    assert override.animation_data.action == old and len(bpy.data.actions) == 1
    assert bpy.ops.laban.complete() == {"FINISHED"} and bpy.ops.laban.accept() == {"FINISHED"}
    np.testing.assert_allclose(joint_poses(override, 20)[0], before[20][0], atol=1e-4)
