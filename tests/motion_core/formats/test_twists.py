"""Twists that a capture solved wrongly."""

from __future__ import annotations

import numpy as np
import pytest
from foreign_bvh import MIXAMO, foreign_text, march
from hypothesis import given
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.body.fitting import unit
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, OFFSETS
from motion_core.formats.bvh import bvh_to_motion, read_bvh
from motion_core.formats.twists import TURN_SPEED, at_most, mend_twist

FRAMES = 150
AXES = {"left_elbow": (0, -1, 0), "left_knee": (1, 0, 0)}  # positive angles bend
ALONG = {"left_elbow": (1, 0, 0), "left_shoulder": (1, 0, 0), "left_knee": (0, -1, 0)}  # the bone itself


def turned(joint: str, axis: tuple[float, ...], degrees: np.ndarray, fps: float = 30.0) -> Motion:
    """Somebody who marches, with one joint's rotation turned further by the angles (T,)."""
    motion = march(FRAMES)
    rotations = motion.rotations.astype(np.float64)
    turn = quat.rotvec_to_quat(np.radians(degrees)[:, None] * np.array(axis, dtype=float))
    rotations[:, JOINT[joint]] = quat.multiply(rotations[:, JOINT[joint]], turn)
    return Motion.from_pelvis(fps, motion.pelvis, rotations)


def bending(joint: str, degrees: np.ndarray, fps: float = 30.0) -> Motion:
    """The same with a hinge bent by these angles alone."""
    motion = march(FRAMES)
    rotations = motion.rotations.astype(np.float64)
    rotations[:, JOINT[joint]] = quat.rotvec_to_quat(
        np.radians(degrees)[:, None] * np.array(AXES[joint], float)
    )
    return Motion.from_pelvis(fps, motion.pelvis, rotations)


def read(motion: Motion) -> Motion:
    return bvh_to_motion(read_bvh(foreign_text(motion, 2).encode()), MIXAMO, up="y", unit="cm")


def turns(motion: Motion) -> np.ndarray:
    """Degrees (T-1,22) from frame to frame in the world."""
    world = motion.kinematics()[1].astype(np.float64)
    return np.degrees(quat.angle_between(world[1:], world[:-1]))


@pytest.mark.parametrize("fps", [20.0, 30.0, 120.0])
@pytest.mark.parametrize("joint", ["left_elbow", "left_knee"])
@pytest.mark.parametrize("lowest", [-12.0, -25.0, -60.0])
def test_a_bend_through_straight_makes_no_pop(joint, lowest, fps):
    given = bending(joint, np.interp(np.arange(FRAMES), [0, 20, 110, FRAMES], [60, 60, lowest, lowest]), fps)
    slack = np.degrees(TURN_SPEED) / fps + 0.5
    assert (turns(read(given)) - turns(given)).max() < 2 * slack  # the lower bone turns with the upper one
    assert np.abs(read(given).joints() - given.joints())[:, JOINT["left_wrist"]].max() < 0.05


@pytest.mark.parametrize("joint", ["left_elbow", "left_knee"])
def test_a_bone_that_spins_for_some_frames_is_held(joint):
    spin = np.zeros(FRAMES)
    spin[60:64] = 130, 100, -150, 40
    given = turned(joint, ALONG[joint], spin)
    assert turns(given)[:, JOINT[joint]].max() > 100
    assert turns(read(given))[:, JOINT[joint]].max() < 45


def twisted_arm(motion: Motion, degrees: np.ndarray) -> Motion:
    """The upper arm turned about itself by angles (T,), the forearm back: positions stay, the elbow bends elsewhere."""
    rotations = motion.rotations.astype(np.float64)
    arm, elbow = JOINT["left_shoulder"], JOINT["left_elbow"]
    bone = np.array(unit(OFFSETS[elbow]), dtype=float)
    turn = quat.rotvec_to_quat(np.radians(degrees)[:, None] * bone)
    rotations[:, arm] = quat.multiply(rotations[:, arm], turn)
    rotations[:, elbow] = quat.multiply(quat.conjugate(turn), rotations[:, elbow])
    return Motion.from_pelvis(motion.fps, motion.pelvis, rotations)


@pytest.mark.parametrize("length", [10, 20, 40])
def test_an_arm_twisted_back_and_forth_stays_within_its_speed(length):
    right = bending("left_elbow", np.full(FRAMES, 70.0))
    given = twisted_arm(right, np.where(np.arange(FRAMES) // length % 3 == 2, 170.0, 0.0))
    assert turns(given)[:, JOINT["left_shoulder"]].max() > 160
    assert turns(read(given))[:, JOINT["left_shoulder"]].max() < 40


@pytest.mark.parametrize("joint", ["left_shoulder", "left_elbow", "left_wrist"])
def test_an_arm_solved_with_its_elbow_backwards_is_turned_over(joint):
    right = bending("left_elbow", np.full(FRAMES, 70.0))
    given = twisted_arm(right, np.where(np.arange(FRAMES) > 110, 180.0, 0.0))
    worlds = (m.kinematics()[1].astype(np.float64)[125:, JOINT[joint]] for m in (read(given), right))
    limit = 70 if joint == "left_wrist" else 12  # hands keep their turn against the forearm
    assert np.degrees(quat.angle_between(*worlds)).max() < limit


def test_what_is_right_is_left_alone():
    fit = np.tile(quat.IDENTITY, (50, 1))
    bone = np.tile([0.0, -1.0, 0.0], (50, 1))
    slightly = quat.rotvec_to_quat(np.radians(40) * np.sin(np.arange(50) / 5)[:, None] * bone)
    assert mend_twist(slightly, fit, bone, np.ones(50), np.radians(75), ((0,), 30.0)) is None


def test_takes_do_not_know_each_other():
    fit = np.tile(quat.IDENTITY, (80, 1))
    bone = np.tile([0.0, -1.0, 0.0], (80, 1))
    angle = np.where(np.arange(80) < 40, 170.0, 0.0)
    given = quat.rotvec_to_quat(np.radians(angle)[:, None] * bone)
    mend = mend_twist(given, fit, bone, np.ones(80), np.radians(75), ((0, 40), 30.0))
    np.testing.assert_array_equal(mend[40:], fit[40:])
    np.testing.assert_allclose(np.degrees(quat.angle_between(mend[:40], fit[:40])), 170, atol=0.1)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=30), st.floats(0.01, 5))
def test_at_most(values, step):
    given = np.array(values)
    slow = at_most(given, step)
    assert np.all(np.abs(np.diff(slow)) <= step + 1e-9)
    assert given.min() - 1e-9 <= slow.min() and slow.max() <= given.max() + 1e-9
    np.testing.assert_array_equal(at_most(slow * 0.99, step), slow * 0.99)
