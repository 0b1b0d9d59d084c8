"""The list of the last results: read, and put on the rig again."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from rig_animation import curve_table, stepping
from rig_states import keyed_rig, snapshot

from blender_addon.properties.preferences import results_folder
from blender_addon.session.session import SESSION
from motion_core.formats.npz import write_npz

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def rig(context, session):
    return keyed_rig(context)


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


def test_without_a_chosen_result_there_is_nothing_to_put_on(context, rig):
    bpy.ops.laban.refresh_history()
    assert not bpy.ops.laban.reapply.poll()
    bpy.ops.laban.complete()
    bpy.ops.laban.reject()
    bpy.ops.laban.refresh_history()
    assert bpy.ops.laban.reapply.poll()
    context.view_layer.objects.active = None
    assert not bpy.ops.laban.reapply.poll()


def test_a_motion_made_for_no_frames_comes_where_generate_would_put_it(context, rig):
    write_npz(results_folder() / "walk.npz", stepping(24))
    bpy.ops.laban.refresh_history()
    context.scene.frame_set(101)
    context.scene.laban_edit.trial = False
    assert bpy.ops.laban.reapply() == {"FINISHED"}
    assert not rig.laban_preview.playing
    assert tuple(rig.animation_data.action.frame_range) == (101, 124)
    assert "a result of before" in SESSION.outcome.text


def test_a_file_that_went_or_broke_is_told_and_changes_nothing(context, rig):
    results_folder().mkdir(parents=True, exist_ok=True)
    path = results_folder() / "broken.npz"
    path.write_bytes(b"nothing")
    bpy.ops.laban.refresh_history()
    before = snapshot(rig)
    with pytest.raises(RuntimeError, match=r"broken\.npz"):
        bpy.ops.laban.reapply()
    path.unlink()
    with pytest.raises(RuntimeError, match=r"broken\.npz"):
        bpy.ops.laban.reapply()
    assert snapshot(rig) == before
