"""A joint brought to points: there where it can be, on feet that stay, the trunk leaning no further than it may."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import swaying

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT, JOINTS
from motion_core.editing.ik import LIMBS
from motion_core.editing.pose import Pose
from motion_core.editing.reach import FARTHEST, LEAN, limb_of, reach

FEET = ("left_ankle", "right_ankle")
FREE, HELD = np.ones(30), np.zeros(30)


def brought(joint: str, by: tuple[float, float, float], free: np.ndarray = FREE) -> tuple[Pose, Pose, float]:
    """The pose before and after, and how far (metres, worst frame) the joint is from its goal."""
    given, pose = Pose.of(swaying(4, 30)), Pose.of(swaying(4, 30))
    goal = given.at(joint) + np.array(by)
    reach(pose, joint, goal, free)
    return given, pose, float(np.linalg.norm(pose.at(joint) - goal, axis=1).max())


def test_limbs_and_their_roles():
    roles = {joint: limb_of(joint)[1] for joint in JOINTS}
    assert {j for j, role in roles.items() if role == "end"} == {limb.end for limb in LIMBS.values()}
    assert roles["left_elbow"] == roles["right_knee"] == "middle"
    assert roles["left_foot"] == roles["right_foot"] == "tip"
    assert roles["pelvis"] == roles["head"] == roles["left_shoulder"] == ""


@pytest.mark.parametrize(
    "joint", ["left_wrist", "right_wrist", "left_elbow", "left_ankle", "right_foot", "head"]
)
def test_a_near_goal_is_reached_and_other_feet_stay(joint):
    given, pose, miss = brought(joint, (0.03, -0.04, -0.02))
    assert miss < 0.01
    for foot in FEET:
        if foot.split("_")[0] != joint.split("_")[0]:
            np.testing.assert_allclose(pose.at(foot), given.at(foot), atol=1e-3)


def test_a_far_goal_moves_the_pelvis_only_so_far_and_the_trunk_only_so_much():
    given, pose, miss = brought("left_wrist", (0.0, -3.0, 0.0))
    assert miss > 1.0
    moved = np.linalg.norm(pose.pelvis - given.pelvis, axis=1)
    assert moved.max() == pytest.approx(FARTHEST, abs=1e-6)
    for joint, most in LEAN.items():
        leant = quat.angle_between(given.rotations[:, JOINT[joint]], pose.rotations[:, JOINT[joint]])
        assert leant.max() < most + 1e-3


def test_a_pelvis_that_is_held_stays():
    given, pose, _ = brought("right_wrist", (0.0, -1.0, 0.0), HELD)
    np.testing.assert_array_equal(pose.pelvis, given.pelvis)


def test_where_it_already_is_nothing_moves():
    given, pose, miss = brought("left_wrist", (0.0, 0.0, 0.0))
    assert miss < 1e-6
    assert quat.angle_between(given.rotations, pose.rotations).max() < 1e-5
