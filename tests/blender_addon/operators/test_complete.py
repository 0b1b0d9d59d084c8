"""Complete, edit, follow and pins from the panel's settings to the rig, with a real backend and a tiny network."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from rig_animation import curve_table, joint_poses, stepping
from rig_states import KEYS, foreign, keyed_rig, snapshot
from session_ticks import kept_files

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
    scene.laban_edit.trial = True
    before = snapshot(rig)
    bpy.ops.laban.generate()
    assert rig.laban_preview.playing
    assert scene.frame_end > 20
    bpy.ops.laban.reject()
    assert snapshot(rig) == before
    assert rig.animation_data is None


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
