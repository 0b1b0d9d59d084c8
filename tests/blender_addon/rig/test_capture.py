"""Capturing in real Blender: what was baked comes back, however it is animated, and nothing else changes."""

from __future__ import annotations

import time

import bpy
import numpy as np
import pytest
from rig_animation import stepping
from rig_rests import Y_UP, RestStyle

from blender_addon.actions.actions import fcurves
from blender_addon.actions.read_poses import moved_by_action_alone
from blender_addon.rig.capture import capture, space_of
from blender_addon.rig.rig import add_rig
from blender_addon.write.bake import bake
from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.retarget import RigError

MILLIMETRE = 1e-3


def check_same(found: Motion, wanted: Motion, tolerance: float = MILLIMETRE) -> None:
    assert len(found) == len(wanted)
    assert found.fps == pytest.approx(wanted.fps)
    np.testing.assert_allclose(found.joints(), wanted.joints(), atol=tolerance)
    assert np.max(quat.angle_between(found.rotations.astype(float), wanted.rotations.astype(float))) < 2e-3


def nudge_by_constraint(rig) -> None:
    """A constraint of full influence that changes nothing, so that poses must be evaluated."""
    constraint = rig.pose.bones["pelvis"].constraints.new("LIMIT_SCALE")
    constraint.owner_space = "LOCAL"


@pytest.mark.parametrize("evaluated", [False, True], ids=["curves", "evaluated"])
def test_our_rig_there_and_back(context, evaluated):
    rig, motion = add_rig(context), stepping()
    bake(context, rig, motion, start_frame=5)
    if evaluated:
        nudge_by_constraint(rig)
    assert moved_by_action_alone(rig, set(rig.data.bones.keys())) is not evaluated
    check_same(capture(context, rig), motion)
    check_same(capture(context, rig, 10, 20), motion.slice(5, 15))


@pytest.mark.parametrize("evaluated", [False, True], ids=["curves", "evaluated"])
@pytest.mark.parametrize(
    "style",
    [
        RestStyle(seed=1, arms_down=0.9, elbows_bent=0.2, prefix="m_avg_", root=True),
        RestStyle(seed=3, arms_down=0.7, legs_apart=0.15, stretch=0.1),
        RestStyle(seed=4, scale=100.0, space=tuple(Y_UP), arms_down=0.8, legs_apart=0.1, root=True),
    ],
    ids=["a-pose", "other-proportions", "centimetres-y-up"],
)
def test_foreign_rests_there_and_back(context, make_foreign, style, evaluated):
    rig, motion = make_foreign(style), stepping()
    if style.scale != 1:
        rig.scale, rig.rotation_euler = (0.01, 0.01, 0.01), (np.pi / 2, 0, 0)
        context.view_layer.update()
    bake(context, rig, motion, start_frame=1)
    if evaluated:
        constraint = rig.pose.bones[f"{style.prefix}pelvis"].constraints.new("LIMIT_SCALE")
        constraint.owner_space = "LOCAL"
    check_same(capture(context, rig), motion, 2 * MILLIMETRE)


@pytest.mark.parametrize("mode", ["XYZ", "ZXY", "AXIS_ANGLE"])
def test_any_rotation_mode(context, mode):
    rig, motion = add_rig(context), stepping()
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    bake(context, rig, motion, start_frame=1)
    check_same(capture(context, rig), motion)


def test_the_two_ways_agree_on_a_rig_animated_by_hand(context):
    """A moved collar, an unkeyed bend of the knee, Bezier keys: whatever the curves say is what is evaluated."""
    rig = add_rig(context)
    bones = rig.pose.bones
    bones["left_knee"].rotation_quaternion = (np.cos(0.3), np.sin(0.3), 0, 0)
    for frame, angle in ((1, 0.0), (12, 1.1), (30, -0.4)):
        bones["left_shoulder"].rotation_quaternion = (np.cos(angle / 2), 0, 0, np.sin(angle / 2))
        bones["left_shoulder"].keyframe_insert("rotation_quaternion", frame=frame)
        bones["left_collar"].location = (angle * 0.02, 0, 0.01)
        bones["left_collar"].keyframe_insert("location", frame=frame)
        bones["pelvis"].location = (0, angle * 0.05, 0.1)
        bones["pelvis"].keyframe_insert("location", frame=frame)
    by_curves = capture(context, rig)
    assert len(by_curves) == 30
    nudge_by_constraint(rig)
    check_same(by_curves, capture(context, rig), 1e-4)


def test_nla_and_drivers_count(context):
    rig, motion = add_rig(context), stepping(frames=20)
    action = bake(context, rig, motion, start_frame=1)
    rig.animation_data.nla_tracks.new().strips.new("walk", 11, action)
    rig.animation_data.action = None
    check_same(capture(context, rig, 11, 31), motion)
    driver = rig.pose.bones["head"].driver_add("location", 1).driver
    driver.expression = "frame * 0"
    check_same(capture(context, rig, 11, 31), motion)


def test_the_moving_object_is_part_of_the_motion(context):
    """Walking on the spot while the object travels: both together, seen from where the object stands now."""
    rig, motion = add_rig(context), stepping(frames=11)
    bake(context, rig, motion, start_frame=1)
    rig.location = (0, 0, 0)
    for frame, place in ((1, 0.0), (11, 2.0)):
        rig.location[0] = place
        rig.keyframe_insert("location", index=0, frame=frame)
    for curve in fcurves(rig.animation_data.action):
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"
    context.scene.frame_set(1)
    moved = capture(context, rig)
    wanted = motion.pelvis + np.outer(np.linspace(0, 2, 11), [1, 0, 0])
    np.testing.assert_allclose(moved.pelvis, wanted, atol=MILLIMETRE)


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_where_the_object_stands_makes_no_difference(context, scale):
    rig, motion = add_rig(context), stepping(frames=8)
    rig.location, rig.rotation_euler, rig.scale = (3, -2, 1), (0.1, 0.2, 2.0), (scale,) * 3
    context.view_layer.update()
    bake(context, rig, motion, start_frame=1)
    check_same(capture(context, rig), motion)
    context.scene.frame_set(4)
    world = rig.matrix_world @ rig.pose.bones["left_foot"].head
    foot = motion.joints()[3, JOINT["left_foot"]]
    np.testing.assert_allclose((space_of(rig) @ [*foot, 1])[:3], world, atol=MILLIMETRE)


def test_nothing_of_the_scene_changes(context):
    rig, scene = add_rig(context), context.scene
    bake(context, rig, stepping(), start_frame=1)
    nudge_by_constraint(rig)
    scene.frame_set(17, subframe=0.25)
    rig.pose.bones["head"].rotation_quaternion = (0.8, 0.6, 0, 0)  # set by hand and not keyed
    rig.location = (1, 2, 3)
    context.view_layer.update()
    before = np.array([bone.matrix for bone in rig.pose.bones])
    capture(context, rig)
    context.view_layer.update()
    assert (scene.frame_current, scene.frame_subframe) == (17, 0.25)
    np.testing.assert_allclose([bone.matrix for bone in rig.pose.bones], before, atol=1e-6)
    assert tuple(rig.location) == (1, 2, 3)
    assert tuple(rig.pose.bones["head"].rotation_quaternion) == pytest.approx((0.8, 0.6, 0, 0))


def test_without_an_action_it_is_the_pose_of_this_moment(context):
    rig = add_rig(context)
    rig.pose.bones["left_elbow"].rotation_quaternion = (np.cos(0.5), np.sin(0.5), 0, 0)
    pose = capture(context, rig)
    assert len(pose) == 1
    assert quat.angle_between(pose.rotations[0, JOINT["left_elbow"]], quat.IDENTITY) == pytest.approx(
        1, abs=1e-3
    )
    assert len(capture(context, rig, 1, 9)) == 8


def test_the_words_of_the_active_action_come_along(context):
    rig = add_rig(context)
    rig.animation_data_create().action = action = bpy.data.actions.new("walk")
    assert capture(context, rig).meta == {}
    action["laban_text"] = "walks and bows"
    assert capture(context, rig).meta == {"text": "walks and bows"}
    action["laban_prompts"] = '[["walks", 2.0], ["bows", 2.0]]'
    assert capture(context, rig).meta == {"text": "bows"}
    rig.animation_data.nla_tracks.new().strips.new("other", 1, bpy.data.actions.new("other"))
    assert capture(context, rig).meta == {}


def test_faults_are_named(context):
    rig, motion = add_rig(context), stepping(frames=10)
    bake(context, rig, motion, start_frame=1)
    with pytest.raises(RigError, match=r"frames 50 to 59 lie outside the action .* \(1 to 10\)"):
        capture(context, rig, 50, 60)
    with pytest.raises(RigError, match="give an end after the start"):
        capture(context, rig, 5, 5)
    rig.pose.bones["left_knee"].scale = (0, 0, 0)
    with pytest.raises(RigError, match="'left_knee' is scaled to nothing"):
        capture(context, rig)
    rig.scale[0] = -1
    context.view_layer.update()
    with pytest.raises(RigError, match="negative"):
        capture(context, rig)
    with pytest.raises(RigError, match="negative"):
        bake(context, rig, motion)


def test_three_hundred_frames_take_a_tenth_of_a_second(context):
    """Of the processor's time: other programs may be busy too."""
    rig = add_rig(context)
    bake(context, rig, stepping(frames=300), start_frame=1)
    spent = []
    for _ in range(3):
        begin = time.process_time()
        capture(context, rig)
        spent.append(time.process_time() - begin)
    print(f"capture of 22 bones x 300 frames: {min(spent) * 1e3:.0f} ms")
    assert min(spent) < 0.1
