"""Positions back to rotations: directions exact, hinges forward, no flips."""

from __future__ import annotations

import time

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.fitting import CHILD, _steady, positions_to_rotations, unit
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, OFFSETS, STANDING_PELVIS, UPRIGHT


def pose(frames: int = 1, **turns: tuple[float, float, float]) -> np.ndarray:
    """Local rotations (T,22,4) of an upright body with some joints turned by rotation vectors."""
    rotations = np.tile(quat.IDENTITY, (frames, len(JOINTS), 1))
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    for joint, turn in turns.items():
        rotations[:, JOINT[joint]] = quat.multiply(
            rotations[:, JOINT[joint]], quat.rotvec_to_quat(np.array(turn))
        )
    return rotations


def joints_of(rotations: np.ndarray) -> np.ndarray:
    pelvis = np.tile([0.0, 0.0, STANDING_PELVIS], (len(rotations), 1))
    return Motion.from_pelvis(20.0, pelvis, rotations).kinematics()[0]


def directions(joints: np.ndarray) -> np.ndarray:
    return np.stack([unit(joints[:, JOINT[c]] - joints[:, JOINT[p]]) for p, c in CHILD.items()], axis=1)


def degrees(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(unit(a) - unit(b), axis=-1) / 2, 0, 1)))


def random_pose(frames: int, seed: int) -> np.ndarray:
    """Smooth movement of every joint, elbows and knees as hinges."""
    rng = np.random.default_rng(seed)
    time_axis = np.linspace(0, 6, frames)[:, None, None]
    wave = np.sin(time_axis * rng.uniform(0.5, 2, (1, 22, 1)) + rng.uniform(0, 6, (1, 22, 3)))
    turns = wave * rng.uniform(0.05, 0.5, (1, 22, 3))
    bend = 0.8 + 0.5 * wave[..., 0]
    for joint, axis in (
        ("left_knee", (1, 0, 0)), ("right_knee", (1, 0, 0)), ("left_elbow", (0, -1, 0)), ("right_elbow", (0, 1, 0)),
    ):  # fmt: skip
        turns[:, JOINT[joint]] = bend[:, JOINT[joint], None] * np.array(axis)
    rotations = quat.rotvec_to_quat(turns)
    rotations[:, 0] = quat.multiply(UPRIGHT, rotations[:, 0])
    return rotations


@pytest.mark.parametrize("seed", range(4))
def test_positions_of_our_own_body_come_back(seed):
    rotations = random_pose(60, seed)
    joints = joints_of(rotations)
    fitted = positions_to_rotations(joints)
    assert np.abs(joints_of(fitted) - joints).max() < 1e-5


def test_hinged_limbs_get_their_true_twist():
    rotations = random_pose(60, 3)
    fitted = positions_to_rotations(joints_of(rotations))
    for joint in ("left_knee", "right_knee", "left_elbow", "right_elbow", "left_hip", "right_hip", "pelvis"):
        error = quat.angle_between(rotations[:, JOINT[joint]], fitted[:, JOINT[joint]])
        assert np.degrees(error.max()) < 0.5, joint


def test_directions_are_exact_for_other_bone_lengths():
    rng = np.random.default_rng(0)
    other = OFFSETS * rng.uniform(0.7, 1.4, (22, 1))
    from motion_core.body.motion import forward_kinematics

    joints, _ = forward_kinematics(np.zeros((50, 3)), random_pose(50, 1), other)
    fitted, _ = forward_kinematics(np.zeros((50, 3)), positions_to_rotations(joints))
    assert degrees(directions(fitted), directions(joints)).max() < 1e-4


def test_rest_pose_is_no_rotation():
    fitted = positions_to_rotations(joints_of(pose()))
    assert np.degrees(quat.angle_between(pose(), fitted)).max() < 0.01


def test_a_straight_limb_does_not_flip():
    """A leg that bends, straightens completely (with noise) and bends again keeps its twist throughout."""
    bend = np.maximum(0.0, np.sin(np.linspace(0, 6 * np.pi, 120)))
    rotations = pose(120, left_hip=(-0.3, 0.4, 0.0))
    rotations[:, JOINT["left_knee"]] = quat.rotvec_to_quat(bend[:, None] * np.array([1.0, 0, 0]))
    joints = joints_of(rotations) + np.random.default_rng(0).normal(0, 5e-4, (120, 22, 3))
    fitted = positions_to_rotations(joints)
    steps = quat.angle_between(fitted[1:, JOINT["left_hip"]], fitted[:-1, JOINT["left_hip"]])
    assert np.degrees(steps.max()) < 15
    assert (
        np.degrees(quat.angle_between(fitted[:, JOINT["left_hip"]], rotations[:, JOINT["left_hip"]])).max()
        < 30
    )


@pytest.mark.parametrize("fps", [20.0, 60.0, 120.0])
def test_a_straight_limb_looks_as_far_in_time_at_any_frame_rate(fps):
    """Bent for half a second, then straight: how long its twist is kept is a matter of seconds, not of frames."""
    bent = np.arange(round(2 * fps)) < fps / 2
    twist = _steady(np.full(len(bent), 0.5), bent.astype(float), ((0,), fps))
    kept = np.count_nonzero(twist[~bent] > 0.25) / fps
    assert 0.35 < kept < 0.6


def test_hints_give_the_twist_and_leave_the_direction():
    rotations = pose(5, left_elbow=(0.6, 0, 0), left_wrist=(0.0, 0.3, 0.2), head=(0, 0.5, 0))
    pelvis = np.tile([0.0, 0, 1], (5, 1))
    joints, world = Motion.from_pelvis(20.0, pelvis, rotations).kinematics()
    fitted = positions_to_rotations(joints, world)
    assert np.degrees(quat.angle_between(fitted, rotations)).max() < 1e-3
    partly = np.full_like(world, np.nan)
    partly[:, JOINT["head"]] = world[:, JOINT["head"]]
    fitted = positions_to_rotations(joints, partly)
    assert np.degrees(quat.angle_between(fitted, rotations))[:, JOINT["head"]].max() < 1e-3


def test_196_frames_take_less_than_a_tenth_of_a_second():
    joints = joints_of(random_pose(196, 0))
    best = 1.0
    for _ in range(3):
        start = time.perf_counter()
        positions_to_rotations(joints)
        best = min(best, time.perf_counter() - start)
    assert best < 0.1


def test_bad_input_is_named():
    joints = joints_of(pose(3))
    joints[1, JOINT["left_knee"], 2] = np.nan
    with pytest.raises(ValueError, match="left_knee at frame 1"):
        positions_to_rotations(joints)
    with pytest.raises(ValueError, match=r"\(3, 21, 3\)"):
        positions_to_rotations(np.zeros((3, 21, 3)))
    with pytest.raises(ValueError, match="hints have shape"):
        positions_to_rotations(joints_of(pose(3)), np.zeros((2, 22, 4)))
