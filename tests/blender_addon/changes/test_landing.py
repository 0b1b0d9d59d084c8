"""How a result comes onto an animated rig: at which frames, for which bones, and what stays."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest
from rig_animation import curve_table, joint_poses, stepping
from rig_states import keyed_rig
from session_ticks import kept_files, tick_to_end

from blender_addon.actions.remembered import RememberedRequest
from blender_addon.changes.landing import META, NOTHING, Landing, landing_again, landing_of
from blender_addon.session.chosen import place_of
from blender_addon.session.session import SESSION
from motion_core.retarget import RigError
from motion_core.tasks import Complete, Request, Sampling, TaskError
from motion_core.tasks.pins_and_paths import Pin

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return keyed_rig(context)


def test_pins_that_contradict_are_told(context, rig):
    context.scene.frame_set(30)
    for _ in range(2):
        bpy.ops.laban.add_pin(joint="right_wrist")
    rig.laban_pins.pins[1].target.location.x += 0.3
    context.view_layer.update()
    bpy.ops.laban.complete()
    assert "Missed: right_wrist" in SESSION.outcome.text
    assert "29.9" in SESSION.outcome.text or "30." in SESSION.outcome.text


def test_a_rig_deleted_meanwhile_keeps_its_motion_as_a_file(context, rig):
    from blender_addon.operators.complete import start_task

    start_task(context, "COMPLETE")
    bpy.data.objects.remove(rig)
    tick_to_end()
    assert SESSION.outcome.failed
    assert "is not in this file any more. The motion is kept as" in SESSION.outcome.text
    assert kept_files() == [SESSION.outcome.file]


PIN = Pin("left_wrist", 0.5, 1.0, (0.1, 0.2, 1.3))


@pytest.fixture
def landing(context, rig):
    """Of a completion of frames 5 to 40 whose first and last five frames are kept."""
    return Landing(place_of(context), "complete", 5, 36, keep=((0, 5), (31, 36)), pins=(PIN,))


def test_kept_rows_and_other_bones_stay(context, rig, landing):
    curves = curve_table(rig.animation_data.action, range(1, 45))
    kept = {frame: joint_poses(rig, frame)[0] for frame in (5, 9, 36, 40)}
    action, _ = replace(landing, joints=("left_elbow", "head"), pins=()).put(stepping(36))
    after = curve_table(action, range(1, 45))
    changed = {path for path, index in curves if not np.allclose(curves[path, index], after[path, index])}
    assert changed == {f'pose.bones["{joint}"].rotation_quaternion' for joint in ("left_elbow", "head")}
    for frame, heads in kept.items():
        np.testing.assert_allclose(joint_poses(rig, frame)[0], heads, atol=1e-5)


def test_a_result_at_another_rate_fills_its_frames(context, rig):
    motion = stepping(31, fps=20.0)  # 1.5 s, which is 37 frames of the scene
    action, _ = Landing(place_of(context), "follow", 101, 37).put(motion)
    assert action.frame_range[1] == 137
    pelvis = joint_poses(rig, 101 + 18)[0][0] - joint_poses(rig, 101)[0][0]
    np.testing.assert_allclose(pelvis, motion.joints()[15, 0] - motion.joints()[0, 0], atol=2e-3)


def test_a_kept_file_tells_where_it_belongs(context, landing, tmp_path):
    motion = stepping(36)
    path = tmp_path / "kept.npz"
    assert landing_of(path, motion, landing.place) is None
    told = replace(motion, meta={META: landing._about()})
    found = landing_of(path, told, landing.place)
    assert (found.facts(), found.pins, found.place) == (landing.facts(), (PIN,), landing.place)
    del told.meta[META]["first"]
    with pytest.raises(RigError, match=r"kept\.npz does not say rightly where it belongs"):
        landing_of(path, told, landing.place)


def test_what_is_made_again_belongs_where_it_was_or_as_long_at_another_rate(context, landing):
    task = Complete(stepping(36), landing.keep, "a person waves", pins=(PIN,))
    asked = Request(task, Sampling(seed=3), "dit-adaln")
    kept = RememberedRequest.of(asked, {**landing.facts(), "fps": 24.0})
    same = landing_again(kept, landing.place, 24.0, again=77)
    assert (same.facts(), same.pins, same.again) == (landing.facts(), (PIN,), 77)
    twice = landing_again(kept, landing.place, 48.0, again=77)
    assert (twice.first, twice.frames, twice.keep, twice.again) == (5, 71, (), NOTHING)
    for facts in ({"first": "x"}, {"keep": 7}, {"joints": None}):
        odd = RememberedRequest.of(asked, {**landing.facts(), "fps": 24.0, **facts})
        with pytest.raises(TaskError, match="does not say rightly where its motion belongs"):
            landing_again(odd, landing.place, 24.0, again=77)


def test_results_are_named_after_what_was_asked(context, rig):
    """They kept the name of the action before, with a number."""
    edit = context.scene.laban_edit
    rig.animation_data.action.name = "blocking"
    edit.text = "a person waves"
    bpy.ops.laban.complete()
    assert rig.laban_preview.shown.name == "a person waves"  # on trial, too
    bpy.ops.laban.accept()
    assert rig.animation_data.action.name == "a person waves"
    edit.text, edit.mode, edit.part = "", "EDIT", "LEFT_ARM"
    bpy.ops.laban.edit()
    assert rig.laban_preview.shown.name == "a person waves (other left arm)"
    bpy.ops.laban.accept()
    edit.part = "BODY"
    bpy.ops.laban.edit()
    assert rig.laban_preview.shown.name == "a person waves (variation)"
    bpy.ops.laban.accept()
    bpy.ops.laban.regenerate(seed=3)
    bpy.ops.laban.accept()
    assert rig.animation_data.action.name == "a person waves (variation)"
