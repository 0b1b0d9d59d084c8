"""A motion opened up and closed again, and parts of it turned in the world."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import same_frames, swaying

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT
from motion_core.editing.pose import Pose, frozen_mask


def test_opened_and_closed_it_is_the_same_motion():
    motion = swaying(0)
    again = Pose.of(motion).motion(motion)
    np.testing.assert_allclose(again.trans, motion.trans, atol=1e-6)
    np.testing.assert_array_equal(again.rotations, motion.rotations)
    assert again.fps == motion.fps and again.meta == motion.meta


def test_world_places_and_directions_are_the_motions_own():
    motion = swaying(1)
    pose, (joints, facings) = Pose.of(motion), motion.kinematics()
    np.testing.assert_allclose(pose.at("left_wrist"), joints[:, JOINT["left_wrist"]], atol=1e-5)
    assert quat.angle_between(pose.facing("head"), facings[:, JOINT["head"]]).max() < 1e-3


def test_what_is_turned_in_the_world_faces_there_and_its_children_keep_their_own_turn():
    pose = Pose.of(swaying(2))
    own, head = pose.rotations[:, JOINT["left_wrist"]].copy(), pose.facing("head").copy()
    turn = quat.about_z(np.linspace(0, 1, len(own)))
    wanted = {joint: quat.multiply(turn, pose.facing(joint)) for joint in ("left_shoulder", "left_elbow")}
    pose.set_facing(wanted)
    pose.update()
    for joint, facing in wanted.items():
        assert quat.angle_between(pose.facing(joint), facing).max() < 1e-6
    np.testing.assert_array_equal(pose.facing("head"), head)
    np.testing.assert_array_equal(pose.rotations[:, JOINT["left_wrist"]], own)


def test_frozen_frames_come_back_bit_for_bit():
    motion = swaying(3)
    pose, frozen = Pose.of(motion), np.arange(len(motion)) % 3 == 0
    pose.pelvis += 0.1
    pose.rotations[:, JOINT["head"]] = quat.about_z(np.full(len(motion), 0.5))
    made = pose.motion(motion, frozen)
    assert same_frames(made, motion, frozen)
    np.testing.assert_allclose(made.trans[~frozen], motion.trans[~frozen] + 0.1, atol=1e-6)


def test_a_mask_is_bool_and_as_long_as_the_motion():
    motion = swaying(0, 5)
    assert frozen_mask(motion, None).tolist() == [False] * 5
    assert frozen_mask(motion, [0, 1, 0, 0, 2]).tolist() == [False, True, False, False, True]
    with pytest.raises(ValueError, match=r"shape \(4,\): the motion has 5 frames"):
        frozen_mask(motion, np.zeros(4))
