"""Motions read off rigs, there and back, checked by posing the rig the way Blender does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from posed_rigs import few, pose, random_motion, styles
from rig_rests import Y_UP, Z_UP, RestStyle, foreign_rig

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT, JOINTS
from motion_core.retarget import (
    BoneCurves,
    RigError,
    bone_curves_to_motion,
    match_bones,
    motion_space,
    motion_to_bone_curves,
    pose_bones,
)


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


def test_a_ring_of_parents_is_refused():
    bones = [replace(b, parent="left_foot") if b.name == "left_knee" else b for b in foreign_rig(RestStyle())]
    with pytest.raises(RigError, match="its own ancestor"):
        pose_bones(BoneCurves({}, "pelvis", np.zeros((1, 3))), bones)
