"""Retargeting, checked by posing the rig the way Blender does, in plain numpy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig_rests import Y_UP, Z_UP, RestStyle, foreign_rig

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import ANKLE_HEIGHT, JOINT, JOINTS, PARENT_OF, SOLE, STANDING_PELVIS, UPRIGHT
from motion_core.retarget import (
    BoneCurves,
    RigBone,
    RigError,
    bone_curves_to_motion,
    bone_poses_to_motion,
    joint_of,
    match_bones,
    motion_space,
    motion_to_bone_curves,
    pose_bones,
    rig_frame,
)

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


@few
@given(styles, st.integers(0, 1000), st.sampled_from([None, 0.9]))
def test_there_and_back(style, seed, stride):
    """Whatever the rest, the size and the proportions: the same motion comes back, also from leaps and handstands."""
    bones = foreign_rig(style)
    mapping = match_bones(bone.name for bone in bones)
    motion = random_motion(seed, frames=4)
    scale = None if stride is None else stride * style.scale
    curves = motion_to_bone_curves(motion, bones, mapping, scale)
    back = bone_curves_to_motion(curves, bones, mapping, motion.fps, scale)
    np.testing.assert_allclose(back.joints(), motion.joints(), atol=2e-4)
    turned = quat.angle_between(back.rotations.astype(float), motion.rotations.astype(float))
    assert np.max(turned) < 2e-3


@few
@given(styles, st.integers(0, 1000))
def test_posing_is_blender_s(style, seed):
    """`pose_bones` against the matrices above, with locations of other bones and bones that inherit no rotation."""
    rng = np.random.default_rng(seed)
    bones = [
        replace(bone, inherit_rotation=bool(rng.random() > 0.2), connected=bool(rng.random() < 0.2))
        for bone in foreign_rig(style)
    ]
    mapping = match_bones(bone.name for bone in bones)
    curves = motion_to_bone_curves(random_motion(seed), foreign_rig(style), mapping)
    found, wanted = pose_bones(curves, bones), pose(bones, curves, 1)
    for name, matrix in wanted.items():
        if name == curves.root and next(b for b in bones if b.name == name).connected:
            return  # a connected root takes no location: nothing to compare with
        turn = quat.matrix_to_quat(matrix[:3, :3])
        assert quat.angle_between(found.orientations[name][1], turn) < 1e-6
        np.testing.assert_allclose(found.heads[name][1], matrix[:3, 3], atol=1e-6 * style.scale)


def test_locations_of_other_bones_are_along_their_own_axes():
    bones = foreign_rig(RestStyle(seed=2))
    table = {bone.name: bone for bone in bones}
    still = BoneCurves({}, "pelvis", np.zeros((1, 3)), {"left_collar": np.array([[0.0, 0.3, 0.0]])})
    moved = pose_bones(still, bones)
    shift = table["left_collar"].rest[:3, 1] * 0.3
    np.testing.assert_allclose(moved.heads["left_wrist"][0] - table["left_wrist"].head, shift, atol=1e-12)
    np.testing.assert_allclose(moved.heads["right_wrist"][0], table["right_wrist"].head, atol=1e-12)


def test_joints_that_the_rig_lacks_are_put_between_their_neighbours():
    dropped = {"spine2": "spine1", "neck": "spine3", "left_collar": "spine3", "left_foot": "left_ankle"}
    bones = [
        replace(bone, parent=dropped.get(bone.parent, bone.parent))
        for bone in foreign_rig(RestStyle(seed=1))
        if bone.name not in dropped
    ]
    mapping = match_bones(bone.name for bone in bones)
    motion = random_motion(3, spread=0.3)
    curves = motion_to_bone_curves(motion, bones, mapping)
    back = bone_curves_to_motion(curves, bones, mapping, motion.fps)
    ours, theirs = motion.kinematics()[1], back.kinematics()[1]
    for joint in mapping:
        assert np.max(quat.angle_between(ours[:, JOINT[joint]], theirs[:, JOINT[joint]])) < 1e-3
    np.testing.assert_allclose(back.rotations[:, JOINT["left_foot"]] @ quat.IDENTITY, 1, atol=1e-6)
    for joint, above, below in (("spine2", "spine1", "spine3"), ("neck", "spine3", "head")):
        halves = [quat.angle_between(theirs[:, JOINT[joint]], theirs[:, JOINT[o]]) for o in (above, below)]
        np.testing.assert_allclose(halves[0], halves[1], atol=1e-3)


def test_a_standing_foot_stays_on_a_rig_of_other_proportions():
    """Standing on the left foot and bending the knee, thighs a fifth longer than the shins: the foot may not travel."""
    bones = foreign_rig(RestStyle())
    longer = {
        side: 0.08 * (heads_at(bones, f"{side}_knee") - heads_at(bones, f"{side}_hip"))
        for side in ("left", "right")
    }
    legs = ("knee", "ankle", "foot")
    moved = {f"{side}_{joint}": longer[side] / 0.4 for side in longer for joint in legs}
    bones = [
        replace(bone, rest=bone.rest + np.pad(moved.get(bone.name, np.zeros(3))[:, None], ((0, 1), (3, 0))))
        for bone in bones
    ]
    motion = squatting()
    mapping = {joint: joint for joint in JOINTS}
    foot = pose_bones(motion_to_bone_curves(motion, bones, mapping), bones).heads["left_foot"]
    ours = motion.joints()[:, JOINT["left_foot"]]
    assert np.ptp(ours, axis=0).max() < 1e-4
    assert np.ptp(foot, axis=0).max() < 0.004
    knee = pose_bones(motion_to_bone_curves(motion, bones, mapping), bones).heads["left_knee"]
    assert np.ptp(knee, axis=0).max() > 0.1


def heads_at(bones: list[RigBone], name: str) -> np.ndarray:
    return next(bone.head for bone in bones if bone.name == name)


def squatting() -> Motion:
    """Ten frames into the knees on the left leg, the right one lifted; the left foot level and in its place."""
    bend = np.linspace(0.0, 1.2, 10)
    turns = np.zeros((10, 22, 3))
    for joint, share in (("hip", -0.5), ("knee", 1.0), ("ankle", -0.5)):
        turns[:, JOINT[f"left_{joint}"], 0] = share * bend
    turns[:, JOINT["right_hip"], 0] = -1.0
    rotations = quat.rotvec_to_quat(turns)
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    motion = Motion.from_pelvis(20.0, np.zeros((10, 3)), rotations)
    foot = motion.joints()[:, JOINT["left_foot"]]
    return Motion.from_pelvis(20.0, np.array([0.1, 0.2, SOLE]) - foot, rotations)


@pytest.mark.parametrize(("scale", "space"), [(1.0, Z_UP), (100.0, Y_UP)], ids=["metres", "centimetres-y-up"])
def test_points_of_the_motion_are_found_on_the_rig(scale, space):
    bones = foreign_rig(RestStyle(seed=3, scale=scale, space=tuple(space)))
    mapping = {joint: joint for joint in JOINTS}
    motion = random_motion(5, spread=0.2)
    matrix = motion_space(bones, mapping)
    posed = pose_bones(motion_to_bone_curves(motion, bones, mapping), bones)
    for joint in ("pelvis", "left_wrist", "right_foot"):
        points = motion.joints()[:, JOINT[joint]] @ matrix[:3, :3].T + matrix[:3, 3]
        np.testing.assert_allclose(posed.heads[joint], points, atol=1e-4 * scale)


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


def test_a_ring_of_parents_is_refused():
    bones = [replace(b, parent="left_foot") if b.name == "left_knee" else b for b in foreign_rig(RestStyle())]
    with pytest.raises(RigError, match="its own ancestor"):
        pose_bones(BoneCurves({}, "pelvis", np.zeros((1, 3))), bones)
