"""Joints' constant turns from a frame that the user calls a T-pose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from foreign_bvh import foreign_text, march

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, UPRIGHT
from motion_core.formats import FormatError
from motion_core.formats.bvh import bvh_to_motion, read_bvh, read_bvh_motion
from motion_core.formats.reading import Reading

POSED = 3  # the frame of the T-pose, from 1


def with_pose(motion: Motion, arms_down: float = 0.0, yaw: float = 0.7) -> Motion:
    """The motion with a T- or A-pose in one frame."""
    rotations = motion.rotations.astype(np.float64)
    rotations[POSED - 1] = quat.IDENTITY
    rotations[POSED - 1, JOINT["pelvis"]] = quat.multiply(quat.about_z(np.array(yaw)), UPRIGHT)
    for side, sign in (("left", -1.0), ("right", 1.0)):
        rotations[POSED - 1, JOINT[f"{side}_shoulder"]] = quat.rotvec_to_quat(
            np.array([0, 0, sign * arms_down])
        )
    return replace(motion, rotations=rotations.astype(np.float32))


@pytest.mark.parametrize(("seed", "arms_down", "up", "degrees"), [(1, 0.0, "y", 0.01), (2, 0.7, "z", 1)])
def test_every_joint_is_turned_as_it_was(seed, arms_down, up, degrees):
    """Where the motion alone leaves feet, hands and head to a guess."""
    motion = with_pose(march(40), arms_down)
    clip = read_bvh(foreign_text(motion, seed, up=up).encode())
    found = bvh_to_motion(clip, t_pose=POSED)
    off = np.degrees(quat.angle_between(found.kinematics()[1], motion.kinematics()[1]))
    assert off.max() < degrees
    assert "T-pose in frame 3" in found.meta["read"]
    guess = bvh_to_motion(clip)
    assert np.degrees(quat.angle_between(guess.kinematics()[1], motion.kinematics()[1])).max() > 2 * off.max()


def test_two_frames_that_hardly_move_are_enough():
    still = with_pose(march(4))
    found = bvh_to_motion(read_bvh(foreign_text(still, 7).encode()), t_pose=POSED)
    assert np.degrees(quat.angle_between(found.kinematics()[1], still.kinematics()[1])).max() < 1.0


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "counted from 1"),
        (41, "has 40 frames"),
        (30, r"frame 30 is no T-pose: the left thigh leans by \d+ degrees"),
    ],
)
def test_what_is_no_t_pose_is_refused(number, said, tmp_path):
    path = tmp_path / "march.bvh"
    path.write_text(foreign_text(with_pose(march(40)), 1))
    with pytest.raises((FormatError, ValueError), match=said):
        read_bvh_motion(path, Reading(t_pose=number))


def test_who_lies_down_is_no_t_pose():
    motion = with_pose(march(10))
    lying = motion.rotations.copy()
    lying[POSED - 1, JOINT["pelvis"]] = quat.IDENTITY
    clip = read_bvh(foreign_text(replace(motion, rotations=lying), 1).encode())
    with pytest.raises(ValueError, match="the torso leans by 9"):
        bvh_to_motion(clip, up="y", t_pose=POSED)
