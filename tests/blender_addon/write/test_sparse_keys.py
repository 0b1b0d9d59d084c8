"""Sparse keys: what Blender shows stays within the tolerance, on any rig; everything else stays as it is."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from control_rigs import make_rigify
from rig_rests import RestStyle

from blender_addon.actions.actions import active_curves, curves_of, slot_of
from blender_addon.actions.keys import read_keys
from blender_addon.rig.rig import add_rig
from blender_addon.write import sparse_keys
from blender_addon.write.bake import bake
from blender_addon.write.sparse_keys import Tolerance, reduce_action
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.editing.contacts import find_contacts, runs
from motion_core.editing.pose import Pose
from motion_core.retarget import RigError


@pytest.fixture
def motion(walking_motion) -> Motion:
    return walking_motion.resample(24.0)


@pytest.fixture
def rig(context, motion):
    rig = add_rig(context)
    bake(context, rig, motion, start_frame=5)
    return rig


def poses(context, rig, frames: range) -> tuple[np.ndarray, np.ndarray]:
    """Heads (T,B,3) and matrices (T,B,3,3) of all bones, evaluated frame by frame, in the world."""
    heads, turns = [], []
    for frame in frames:
        context.scene.frame_set(frame)
        posed = rig.evaluated_get(context.evaluated_depsgraph_get())
        world = [posed.matrix_world @ bone.matrix for bone in posed.pose.bones]
        heads.append([m.translation for m in world])
        turns.append([m.to_quaternion() for m in world])
    return np.array(heads), np.array(turns)


def span(rig) -> range:
    low, high = rig.animation_data.action.frame_range
    return range(int(low), int(high) + 1)


def keys(rig) -> int:
    return sum(len(curve.keyframe_points) for curve in active_curves(rig))


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize(("mm", "degrees"), [(20.0, 4.0), (5.0, 1.0), (1.0, 0.2)])
@pytest.mark.parametrize("mode", ["QUATERNION", "YZX", "AXIS_ANGLE"])
def test_blender_shows_the_motion_within_the_tolerance(context, rig, motion, mode, mm, degrees, linear):
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    bake(context, rig, motion, start_frame=5)
    frames, before = span(rig), keys(rig)
    given = poses(context, rig, frames)
    found = reduce_action(context, rig, Tolerance(mm, degrees, linear))
    shown = poses(context, rig, frames)
    error = 1000 * np.linalg.norm(shown[0] - given[0], axis=-1).max()
    assert error <= mm + 0.01
    assert error == pytest.approx(found.millimetres, abs=0.02)
    assert found.degrees <= degrees + 1e-3
    assert (found.before, found.after) == (before, keys(rig))
    assert found.after < before * {20.0: 0.5, 5.0: 0.8, 1.0: 0.99}[mm] / (1.0 if linear else 1.5)
    assert tuple(rig.animation_data.action.frame_range) == (frames.start, frames.stop - 1)


def test_less_tolerance_needs_more_keys_and_bezier_fewer_than_linear(context, rig, motion):
    counts = []
    for tolerance in (Tolerance(20, 4), Tolerance(5, 1), Tolerance(1, 0.2), Tolerance(5, 1, linear=True)):
        bake(context, rig, motion, start_frame=5)
        counts.append(reduce_action(context, rig, tolerance).after)
    assert counts[0] < counts[1] < counts[2]
    assert counts[1] < counts[3]


def test_the_library_s_cubics_are_what_blender_evaluates(context, rig):
    """`reduce.interpolate` through the keys is Blender's curve at every frame, with handles that stay in line."""
    frames = span(rig)
    dense = {
        (c.data_path, c.array_index): np.array([c.evaluate(f) for f in frames]) for c in active_curves(rig)
    }
    reduce_action(context, rig, Tolerance(10, 2))
    for curve in active_curves(rig):
        rows = np.array([round(key.co[0]) for key in curve.keyframe_points]) - frames.start
        column = dense[curve.data_path, curve.array_index][:, None]
        ours = sparse_keys.interpolate(column, rows)[:, 0]
        shown = np.array([curve.evaluate(frame) for frame in frames])
        np.testing.assert_allclose(np.abs(shown), np.abs(ours), atol=2e-5)


@pytest.mark.parametrize("style", [RestStyle(seed=3, arms_down=0.8, scale=100.0, prefix="mixamorig:")])
def test_foreign_rigs_in_centimetres(context, make_foreign, motion, style):
    rig = make_foreign(style)
    rig.scale = (0.01,) * 3
    for bone in list(rig.pose.bones)[::2]:
        bone.rotation_mode = "XYZ"
    context.view_layer.update()
    bake(context, rig, motion, start_frame=1)
    frames, before = span(rig), keys(rig)
    given = poses(context, rig, frames)[0]
    found = reduce_action(context, rig, Tolerance(5, 2))
    error = 1000 * np.linalg.norm(poses(context, rig, frames)[0] - given, axis=-1).max()
    assert error <= 5.01
    assert found.after < before / 2


def test_control_rigs(context, motion):
    rig = make_rigify(context)
    bake(context, rig, motion, start_frame=1)
    frames, before = span(rig), keys(rig)
    rows = [rig.pose.bones.find(name) for name in ("DEF-hand.L", "DEF-foot.R", "DEF-spine.006", "DEF-toe.L")]
    given = poses(context, rig, frames)[0][:, rows]
    found = reduce_action(context, rig, Tolerance(8, 2))
    error = 1000 * np.linalg.norm(poses(context, rig, frames)[0][:, rows] - given, axis=-1).max()
    assert error <= 8.01
    assert found.after < before / 2


def test_extremes_and_contacts_keep_keys(context, rig, motion):
    reduce_action(context, rig, Tolerance(10, 3))
    first = span(rig).start
    curve = next(
        c for c in active_curves(rig) if c.data_path == 'pose.bones["left_knee"].rotation_quaternion'
    )
    at = {round(key.co[0]) - first for key in curve.keyframe_points}
    contacts = find_contacts(Pose.of(motion), motion.fps)["left"].ball
    edges = {frame for start, stop in runs(contacts) for frame in (start, stop - 1)}
    assert edges
    assert len(edges - at) <= len(edges) // 4  # capturing may move a border by a frame
    bend = motion.rotations[:, JOINT["left_knee"], 0]
    assert min(abs(int(bend.argmin()) - frame) for frame in at) <= 1


def test_other_curves_stay_to_the_bit(context, rig):
    action = rig.animation_data.action
    curves, word = curves_of(action, slot_of(action))
    for path, bone in (('pose.bones["head"].scale', "head"), ("hide_viewport", "")):
        curve = curves.new(path, index=0, **({word: bone} if bone else {}))
        curve.keyframe_points.insert(7, 1.25)
        curve.keyframe_points.insert(31, 0.5)
    others = [c for c in active_curves(rig) if c.data_path.endswith(("scale", "viewport"))]
    before = [read_keys(curve) for curve in others]
    reduce_action(context, rig, Tolerance())
    for curve, table in zip(others, before):
        for name, rows in read_keys(curve).items():
            np.testing.assert_array_equal(rows, table[name])


def test_curves_that_cannot_be_reduced_are_left_alone_and_told(context, rig):
    by_path = {}
    for curve in active_curves(rig):
        by_path.setdefault(curve.data_path, []).append(curve)
    by_path['pose.bones["head"].rotation_quaternion'][0].modifiers.new("NOISE")
    by_path['pose.bones["neck"].rotation_quaternion'][1].mute = True
    by_path['pose.bones["spine1"].rotation_quaternion'][2].lock = True
    found = reduce_action(context, rig, Tolerance())
    assert len(found.left_alone) == 3
    assert len(by_path['pose.bones["head"].rotation_quaternion'][0].keyframe_points) == len(span(rig))


def test_the_operator_is_one_step_and_reports(context, rig, enabled):
    before = keys(rig)
    context.view_layer.objects.active = rig
    assert bpy.ops.laban.reduce_keys(millimetres=10, degrees=2, interpolation="LINEAR") == {"FINISHED"}
    assert keys(rig) < before * 0.75
    assert {key.interpolation for c in active_curves(rig) for key in c.keyframe_points} == {"LINEAR"}
    assert "UNDO" in bpy.types.LABAN_OT_reduce_keys.bl_options


def test_a_fault_in_the_middle_changes_nothing(context, rig, monkeypatch):
    before = [read_keys(curve) for curve in active_curves(rig)]

    def interrupted(rows) -> None:
        assert keys(rig) < len(before) * len(span(rig))  # after the keys were written
        raise KeyboardInterrupt

    monkeypatch.setattr(sparse_keys, "_judge", lambda *given: interrupted)
    with pytest.raises(KeyboardInterrupt):
        reduce_action(context, rig, Tolerance())
    for curve, table in zip(active_curves(rig), before):
        for name, rows in read_keys(curve).items():
            np.testing.assert_array_equal(rows, table[name])


def test_what_cannot_be_reduced_is_told(context, motion, tmp_path):
    rig = add_rig(context)
    with pytest.raises(RigError, match="no active action"):
        reduce_action(context, rig, Tolerance())
    for wrong in (Tolerance, lambda mm: Tolerance(5, mm)):
        for value in (0, -1, float("nan")):
            with pytest.raises(RigError, match="give one above 0"):
                wrong(value)
    rig.animation_data_create().action = bpy.data.actions.new("Empty")
    with pytest.raises(RigError, match="'Empty' has no curves"):
        reduce_action(context, rig, Tolerance())
    bake(context, rig, motion.slice(0, 2), start_frame=1, name="Short")
    with pytest.raises(RigError, match="'Short' has 2 frames"):
        reduce_action(context, rig, Tolerance())
