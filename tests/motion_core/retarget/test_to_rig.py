"""Retargeting, checked by posing the rig the way Blender does, in plain numpy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from posed_rigs import directions, few, heads, pose, random_motion, styles
from rig_rests import Y_UP, RestStyle, foreign_rig

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.retarget import (
    RigBone,
    RigError,
    bone_curves_to_motion,
    bone_poses_to_motion,
    match_bones,
    motion_to_bone_curves,
    pose_bones,
)


@few
@given(styles, st.integers(0, 1000))
def test_joints_point_where_the_source_points(style, seed):
    bones, motion = foreign_rig(style), random_motion(seed)
    mapping = match_bones(bone.name for bone in bones)
    curves = motion_to_bone_curves(motion, bones, mapping)
    for frame in range(len(motion)):
        wanted = quat.rotate(np.array(style.space), directions(motion.joints()[frame].astype(float)))
        found = directions(heads(bones, curves, mapping, frame))
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_travel_is_scaled_by_the_legs_and_turned_with_the_rig():
    bones = foreign_rig(RestStyle(scale=50.0, space=tuple(Y_UP), root=True))
    mapping = match_bones(bone.name for bone in bones)
    still = np.tile(quat.IDENTITY, (2, 22, 1))
    still[:, 0] = UPRIGHT
    motion = Motion.from_pelvis(20.0, [[0, 0, STANDING_PELVIS], [1, -2, STANDING_PELVIS]], still)
    curves = motion_to_bone_curves(motion, bones, mapping)
    moved = heads(bones, curves, mapping, 1) - heads(bones, curves, mapping, 0)
    np.testing.assert_allclose(moved, np.tile([50.0, 0, 100.0], (22, 1)), atol=1e-3)


@few
@given(st.integers(0, 1000))
def test_a_rig_in_smpl_rest_takes_smpl_rotations_as_they_are(seed):
    """Bones with SMPL's own axes: the channels are the motion's rotations; only the root's standing up is taken off."""
    bones = [
        replace(bone, rest=np.block([[np.eye(3), bone.head[:, None]], [np.zeros(3), 1]]))
        for bone in foreign_rig(RestStyle(space=tuple(Y_UP), stretch=0.02, seed=seed))
    ]
    motion = random_motion(seed)
    curves = motion_to_bone_curves(motion, bones, {joint: joint for joint in JOINTS})
    for joint in JOINTS:
        wanted = motion.rotations[:, JOINT[joint]]
        if joint == "pelvis":
            wanted = quat.multiply(quat.conjugate(UPRIGHT), wanted)
        assert np.max(quat.angle_between(curves.rotations[joint], wanted)) < 1e-3


def test_a_control_above_the_pelvis_carries_and_turns_the_body():
    """Whether or not everything else hangs on the pelvis' own bone."""
    torso = foreign_rig(RestStyle(seed=3))[0]
    bones = [
        replace(torso, name="torso"),
        *(replace(b, parent=b.parent or "torso") for b in foreign_rig(RestStyle(seed=3))),
    ]
    mapping = {joint: joint for joint in JOINTS}
    motion = random_motion(5, frames=3)
    curves = motion_to_bone_curves(motion, bones, mapping, carrier="torso")
    assert curves.root == "torso"
    back = bone_curves_to_motion(curves, bones, mapping, motion.fps)
    np.testing.assert_allclose(back.joints(), motion.joints(), atol=1e-4)


def test_our_own_rest_reproduces_world_positions_exactly():
    bones, motion = foreign_rig(RestStyle(seed=3)), random_motion(5)
    curves = motion_to_bone_curves(motion, bones, {joint: joint for joint in JOINTS})
    for frame in range(len(motion)):
        found = heads(bones, curves, {joint: joint for joint in JOINTS}, frame)
        np.testing.assert_allclose(found, motion.joints()[frame], atol=1e-5)


def test_bones_may_be_missing_between_required_ones():
    style = RestStyle(arms_down=0.8, seed=1)
    dropped = {"spine2", "neck", "left_collar", "left_foot", "right_foot"}
    parents = {"spine3": "spine1", "head": "spine3", "left_shoulder": "spine3"}
    bones = [
        replace(bone, parent=parents.get(bone.name, bone.parent))
        for bone in foreign_rig(style)
        if bone.name not in dropped
    ]
    mapping = match_bones(bone.name for bone in bones)
    motion = random_motion(2)
    posed = pose(bones, motion_to_bone_curves(motion, bones, mapping), 1)
    joints = motion.joints()[1]
    for joint, end in (("left_shoulder", "left_elbow"), ("right_knee", "right_ankle")):
        span = posed[end][:3, 3] - posed[joint][:3, 3]
        np.testing.assert_allclose(span, joints[JOINT[end]] - joints[JOINT[joint]], atol=1e-5)


@pytest.mark.parametrize("changed", ["left_knee", "spine2", "head"])
def test_bones_that_do_not_inherit_rotation(changed):
    bones = [
        replace(bone, inherit_rotation=bone.name != changed) for bone in foreign_rig(RestStyle(arms_down=0.5))
    ]
    mapping = {joint: joint for joint in JOINTS}
    motion = random_motion(8)
    curves = motion_to_bone_curves(motion, bones, mapping)
    found = directions(heads(bones, curves, mapping, 1))
    np.testing.assert_allclose(found, directions(motion.joints()[1].astype(float)), atol=1e-5)


def test_a_connected_pelvis_is_carried_by_the_root():
    bones = [
        replace(bone, connected=bone.name != "root") for bone in foreign_rig(RestStyle(root=True, seed=4))
    ]
    mapping = {joint: joint for joint in JOINTS}
    motion = random_motion(4)
    curves = motion_to_bone_curves(motion, bones, mapping)
    assert curves.root == "root"
    np.testing.assert_allclose(heads(bones, curves, mapping, 1), motion.joints()[1], atol=1e-5)


def test_a_root_that_takes_locations_along_the_armature():
    bones = [replace(bone, local_location=bone.name != "pelvis") for bone in foreign_rig(RestStyle())]
    motion = random_motion(4)
    curves = motion_to_bone_curves(motion, bones, {joint: joint for joint in JOINTS})
    np.testing.assert_allclose(curves.locations, motion.pelvis - [0, 0, STANDING_PELVIS], atol=1e-6)


def test_signs_are_continuous():
    turns = np.zeros((60, 22, 3))
    turns[:, 0, 2] = np.linspace(0, 6 * np.pi, 60)
    rotations = quat.multiply(
        quat.rotvec_to_quat(turns), np.where(np.arange(22)[:, None] == 0, UPRIGHT, quat.IDENTITY)
    )
    rotations[::3] *= -1
    motion = Motion.from_pelvis(20.0, np.tile([0, 0, 1.0], (60, 1)), rotations)
    curves = motion_to_bone_curves(motion, foreign_rig(RestStyle()), {joint: joint for joint in JOINTS})
    for values in curves.rotations.values():
        assert np.all(np.sum(values[1:] * values[:-1], axis=1) > 0)


def test_errors_name_what_is_missing():
    with pytest.raises(RigError, match="no bone for left_knee, right_wrist"):
        match_bones(joint for joint in JOINTS if joint not in ("left_knee", "right_wrist"))
    with pytest.raises(RigError, match="pelvis, spine1"):
        match_bones(["Bone", "Bone.001"])
    bones = foreign_rig(RestStyle())
    mapping = {joint: joint for joint in JOINTS}
    motion = random_motion(0)
    with pytest.raises(RigError, match="no bone 'gone'"):
        motion_to_bone_curves(motion, bones, mapping | {"head": "gone"})
    with pytest.raises(RigError, match="tail"):
        motion_to_bone_curves(motion, bones, mapping | {"tail": "head"})
    with pytest.raises(RigError, match="no bone for pelvis"):
        motion_to_bone_curves(motion, bones, {k: v for k, v in mapping.items() if k != "pelvis"})
    with pytest.raises(RigError, match="scale"):
        motion_to_bone_curves(motion, bones, mapping, scale=0.0)
    flat = [replace(bone, rest=np.eye(4)) for bone in bones]
    with pytest.raises(RigError, match="front"):
        motion_to_bone_curves(motion, flat, mapping)
    loose = [replace(b, parent=None) if b.name == "spine1" else b for b in bones]
    with pytest.raises(RigError, match="carries the whole body"):
        motion_to_bone_curves(motion, loose, mapping)


def test_a_carrier_takes_the_travel_and_turns_with_the_pelvis():
    """As in Rigify: a torso above two chains that start in the middle of the back, the pelvis at the end of one."""
    bones = {bone.name: bone for bone in foreign_rig(RestStyle(seed=4, arms_down=0.5))}
    torso = RigBone("torso", None, bones["spine2"].rest)
    chains = {
        "spine2": "torso",
        "spine1": "torso",
        "pelvis": "spine1",
        "left_hip": "pelvis",
        "right_hip": "pelvis",
    }
    rig = [torso, *(replace(bone, parent=chains.get(name, bone.parent)) for name, bone in bones.items())]
    mapping, motion = {joint: joint for joint in JOINTS}, random_motion(6)
    curves = motion_to_bone_curves(motion, rig, mapping, carrier="torso")
    assert curves.root == "torso"
    turned = pose_bones(curves, rig).orientations
    change = quat.multiply(turned["torso"], quat.conjugate(torso.orientation))
    pelvis = quat.multiply(motion.kinematics()[1][:, JOINT["pelvis"]], quat.conjugate(UPRIGHT))
    assert np.max(quat.angle_between(change, pelvis)) < 1e-6
    poses = pose_bones(curves, rig)
    back = bone_poses_to_motion(poses, rig, mapping, motion.fps)
    np.testing.assert_allclose(
        back.rotations,
        motion.rotations * np.sign(np.sum(back.rotations * motion.rotations, -1, keepdims=True)),
        atol=1e-5,
    )
