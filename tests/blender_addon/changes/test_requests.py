"""The panel's settings become a task and a landing; what is wrong is named before anything changes."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from rig_animation import curve_table, joint_poses, stepping
from rig_states import KEYS, keyed_rig, select_bones, snapshot

from blender_addon.actions.actions import fcurves
from blender_addon.actions.remembered import RememberedRequest
from blender_addon.changes.requests import READ_TASK, with_request
from blender_addon.operators.complete import edit_fault, task_settings
from blender_addon.write.bake import bake
from motion_core.body.joints import PARTS
from motion_core.tasks import Sampling

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return keyed_rig(context)


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


def test_a_task_says_what_is_given_and_its_landing_where_it_goes(context, rig):
    settings = task_settings(context)
    asked = READ_TASK["COMPLETE"](context, rig, settings)
    assert (asked.landing.first, asked.landing.frames, len(asked.task.motion)) == (5, 36, 36)
    kept = [tuple(range(start, stop)) for start, stop in asked.task.keep]
    assert [row + 5 for rows in kept for row in rows] == list(KEYS)
    assert asked.landing.keep == asked.task.keep and asked.title == "between Laban"
    context.scene.laban_edit.part = "LEFT_ARM"
    asked = READ_TASK["EDIT"](context, rig, task_settings(context))
    assert set(asked.landing.joints) == set(PARTS["left_arm"]) and asked.task.parts == ("left_arm",)
    assert asked.title == "variation of Laban"


def test_an_edit_is_shown_what_is_beside_its_range_and_keeps_that(context, rig):
    settings, scene = context.scene.laban_edit, context.scene
    settings.part, settings.range = "BODY", "PREVIEW"
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 20, 30
    asked = READ_TASK["EDIT"](context, rig, task_settings(context))
    assert (asked.landing.first, asked.landing.frames, len(asked.task.motion)) == (5, 36, 36)
    assert asked.task.span == (15, 26)  # frames 20 to 30
    assert asked.landing.keep == ((0, 15), (26, 36))


def test_what_is_asked_is_remembered_with_the_task(context, rig):
    asked = READ_TASK["COMPLETE"](context, rig, task_settings(context))
    made, request = with_request(context, asked, "dit-adaln", Sampling(seed=3))
    kept = RememberedRequest.from_text(made.landing.request)
    assert (kept.about["first"], kept.about["frames"], kept.about["fps"]) == (5, 36, 24.0)
    assert kept.asked.sampling.seed == request.sampling.seed == 3
    np.testing.assert_array_equal(kept.task.motion.rotations, request.task.motion.rotations)
    assert made.landing.note == ""
