"""Retargeting, checked by posing the rig the way Blender does, in plain numpy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig_rests import Y_UP, Z_UP, RestStyle, foreign_rig

from motion_core import quaternions as quat
from motion_core.motion import Motion
from motion_core.retarget import (
    BoneCurves,
    RigBone,
    RigError,
    joint_of,
    match_bones,
    motion_to_bone_curves,
    rig_frame,
)
from motion_core.skeleton import ANKLE_HEIGHT, JOINT, JOINTS, PARENT_OF, SOLE, STANDING_PELVIS, UPRIGHT

LYING = quat.rotvec_to_quat(np.array([0.3, 1.2, -0.4]))  # no axis of the armature is up

styles = st.builds(
    RestStyle,
    seed=st.integers(0, 10_000),
    arms_down=st.floats(0.1, 1.4),
    elbows_bent=st.floats(0, 0.6),
    legs_apart=st.floats(0, 0.4),
    scale=st.sampled_from([1.0, 100.0, 0.3]),
    space=st.sampled_from([tuple(Z_UP), tuple(Y_UP), tuple(quat.about_z(np.pi / 2))]),
    stretch=st.sampled_from([0.0, 0.3]),
    prefix=st.sampled_from(["", "m_avg_", "Body:"]),
    root=st.booleans(),
)
few = settings(max_examples=12, deadline=None, derandomize=True)


def random_motion(seed: int, frames: int = 2, spread: float = 0.6) -> Motion:
    rng = np.random.default_rng(seed)
    rotations = quat.rotvec_to_quat(rng.normal(0, spread, (frames, 22, 3)))
    rotations[:, 0] = quat.multiply(UPRIGHT, rotations[:, 0])
    pelvis = rng.normal(0, 0.5, (frames, 3)) + [0, 0, 1]
    return Motion.from_pelvis(20.0, pelvis, rotations)


def pose(bones: list[RigBone], curves: BoneCurves, frame: int) -> dict[str, np.ndarray]:
    """Pose matrices (4,4) in armature space, as Blender evaluates the channels."""
    table = {bone.name: bone for bone in bones}
    done: dict[str, np.ndarray] = {}

    def matrix(name: str) -> np.ndarray:
        if name not in done:
            bone, channel = table[name], np.eye(4)
            if name in curves.rotations:
                channel[:3, :3] = quat.quat_to_matrix(curves.rotations[name][frame])
            if name == curves.root:
                channel[:3, 3] = curves.locations[frame]
            if bone.parent is None:
                done[name] = bone.rest @ channel
            else:
                offset = np.linalg.inv(table[bone.parent].rest) @ bone.rest
                posed = matrix(bone.parent) @ offset
                if not bone.inherit_rotation:
                    posed[:3, :3] = bone.rest[:3, :3]
                done[name] = posed @ channel
        return done[name]

    return {name: matrix(name) for name in table}


def heads(bones: list[RigBone], curves: BoneCurves, mapping: dict[str, str], frame: int) -> np.ndarray:
    """(22,3) posed heads in joint order."""
    posed = pose(bones, curves, frame)
    return np.array([posed[mapping[joint]][:3, 3] for joint in JOINTS])


def directions(joints: np.ndarray) -> np.ndarray:
    spans = [joints[JOINT[j]] - joints[JOINT[p]] for j in JOINTS if (p := PARENT_OF[j]) is not None]
    return np.array(spans) / np.linalg.norm(spans, axis=1, keepdims=True)


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


@few
@given(styles, st.integers(0, 1000))
def test_feet_land_as_high_as_the_source_s(style, seed):
    bones = foreign_rig(style)
    mapping = match_bones(bone.name for bone in bones)
    motion = random_motion(seed, spread=0.3)
    joints = motion.joints()
    clear = {"ankle": ANKLE_HEIGHT, "foot": SOLE}
    feet = [f"{side}_{part}" for side in ("left", "right") for part in clear]
    lowest = np.min([joints[:, JOINT[f], 2] - clear[f.split("_")[1]] for f in feet], axis=0)
    motion = motion.moved(offset=(0, 0, -lowest[0]))  # the first frame stands on the floor
    curves = motion_to_bone_curves(motion, bones, mapping, scale=style.scale)
    up = quat.rotate(np.array(style.space), np.array([0, 0, 1.0]))
    rest = {bone.name: bone.head for bone in bones}
    posed = heads(bones, curves, mapping, 0)
    rises = [(posed[JOINT[f]] - rest[mapping[f]]) @ up for f in feet]
    assert abs(min(rises)) < 1e-5 * style.scale


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


@pytest.mark.parametrize("space", [Z_UP, Y_UP, quat.about_z(0.7), LYING], ids=["z", "y", "turned", "lying"])
def test_the_rig_s_front_is_found(space):
    bones = foreign_rig(RestStyle(space=tuple(space)))
    assert quat.angle_between(rig_frame(bones, match_bones(b.name for b in bones)), space) < 0.05


@pytest.mark.parametrize(
    ("name", "joint"),
    [
        ("left_hip", "left_hip"), ("L_Hip", "left_hip"), ("m_avg_L_Hip", "left_hip"), ("f_avg_R_Foot", "right_foot"),
        ("Pelvis", "pelvis"), ("m_avg_Pelvis", "pelvis"), ("Spine1", "spine1"), ("SMPLX:right_wrist", "right_wrist"),
        ("LEFT_KNEE", "left_knee"), ("root", None), ("m_avg_root", None), ("left_index1", None), ("jaw", None),
        ("L_Hand", None), ("left_eye_smplhf", None), ("mixamorig:Hips", None), ("", None), ("_", None),
    ],
)  # fmt: skip
def test_bone_names(name, joint):
    assert joint_of(name) == joint


def test_the_exact_name_wins_over_a_look_alike():
    names = ["L_Knee", *JOINTS, "R_Knee"]
    assert match_bones(names) == {joint: joint for joint in JOINTS}


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
