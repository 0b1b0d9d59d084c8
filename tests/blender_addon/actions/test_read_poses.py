"""Poses read from f-curves are those that Blender evaluates, wherever curves alone decide them."""

from __future__ import annotations

import numpy as np
import pytest
from rig_animation import key_pose

from blender_addon.actions.actions import active_curves
from blender_addon.actions.read_poses import action_poses, bone_path, curve_values, moved_by_action_alone
from blender_addon.rig.rig import add_rig, read_rig
from motion_core.body import quaternions as quat

NAMES = ["pelvis", "spine1", "left_hip", "left_knee", "head"]


@pytest.fixture
def rig(context):
    rig = add_rig(context)
    rig.pose.bones["left_hip"].rotation_mode = "ZXY"
    for seed, frame in enumerate((1, 12, 20)):
        key_pose(rig, NAMES, frame, seed)
    return rig


def test_data_paths_of_bones_are_told_from_others():
    assert bone_path('pose.bones["hip"].location') == ("hip", "location")
    assert bone_path('pose.bones["odd \\"name\\""].scale') == ('odd "name"', "scale")
    assert bone_path('pose.bones["hip"].constraints["IK"].mute') is None
    assert bone_path('pose.bones["hip"]["switch"]') is None
    assert bone_path("location") is None


def test_poses_are_those_that_blender_evaluates(context, rig):
    chain = {bone.name for bone in rig.data.bones}
    rig.pose.bones["neck"].rotation_quaternion = (0.8, 0.6, 0, 0)  # set, not keyed
    poses = action_poses(rig, read_rig(rig), chain, range(1, 21))
    for frame in (1, 7, 20):
        context.scene.frame_set(frame)
        for name in [*NAMES, "left_foot", "neck"]:
            matrix = np.array(rig.pose.bones[name].matrix)
            np.testing.assert_allclose(poses.heads[name][frame - 1], matrix[:3, 3], atol=1e-4)
            turn = quat.matrix_to_quat(matrix[:3, :3].astype(float))
            assert quat.angle_between(poses.orientations[name][frame - 1], turn) < 2e-3


def test_values_of_dense_and_of_sparse_curves_are_those_evaluated(rig):
    curve = active_curves(rig)[0]
    frames = range(2, 15)
    wanted = [curve.evaluate(frame) for frame in frames]
    np.testing.assert_array_equal(curve_values(curve, frames), wanted)
    for frame, value in zip(frames, wanted):
        curve.keyframe_points.insert(frame, value + frame)
    values = curve_values(curve, frames)
    assert isinstance(values, np.ndarray)  # read at once
    np.testing.assert_array_equal(values, [curve.evaluate(frame) for frame in frames])
    curve.modifiers.new("LIMITS").max_y = 1.0
    curve.modifiers[0].use_max_y = True
    assert max(curve_values(curve, frames)) == 1


CHANGES = {
    "constraint": lambda rig: rig.pose.bones["head"].constraints.new("LIMIT_SCALE"),
    "scale": lambda rig: setattr(rig.pose.bones["head"], "scale", (2, 1, 1)),
    "keyed scale": lambda rig: rig.pose.bones["head"].keyframe_insert("scale", frame=1),
    "driver": lambda rig: rig.driver_add("location", 0),
    "influence": lambda rig: setattr(rig.animation_data, "action_influence", 0.5),
    "NLA": lambda rig: rig.animation_data.nla_tracks.new().strips.new("a", 1, rig.animation_data.action),
    "travel": lambda rig: rig.keyframe_insert("location", frame=1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_else_moves_a_rig_is_told(rig, change):
    chain = {"pelvis", "spine1", "spine2", "spine3", "neck", "head"}
    assert moved_by_action_alone(rig, chain)
    CHANGES[change](rig)
    assert not moved_by_action_alone(rig, chain)
    assert moved_by_action_alone(rig, chain, travelling=False) == (change == "travel")
    others = change in ("constraint", "scale", "keyed scale")  # of a bone that is not asked about
    assert moved_by_action_alone(rig, {"pelvis", "left_hip"}) == others
