"""Where the body is and which way it faces: split off, corrected and put together again.

A correction of the root is a turn about the world's Z axis that carries the path along, then a shift. The path is
turned step by step. A person who must face elsewhere at one time walks a bent path, and does not swing about the
origin.
"""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.editing.spread import spread

Z_AXIS = np.array([0.0, 0.0, 1.0])
STILL = 0.05  # share of the mean pace that even a still body takes
STEADY = 0.2  # seconds over which the pace is averaged


def yaw_of(q: np.ndarray) -> np.ndarray:
    """The turn (...) about world Z in a rotation (...,4), in radians; defined for a lying body as well."""
    _, twist = quat.swing_twist(q, Z_AXIS)
    return 2 * np.arctan2(twist[..., 3], twist[..., 0])


def turned(floor: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Vectors (...,2) over the floor, turned by `angle` (...) radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * floor[..., 0] - s * floor[..., 1], s * floor[..., 0] + c * floor[..., 1]], axis=-1)


def turned_path(floor: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """The path (T,2) with each of its steps turned by `angle` (T,), the mean of both its ends; starts where it did."""
    steps = turned(np.diff(floor, axis=0), (angle[1:] + angle[:-1]) / 2)
    return floor[:1] + np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])


def running_mean(values: np.ndarray, width: int) -> np.ndarray:
    """Mean of (N,...) weighted by a Hann window of so many frames (made odd), the ends continued as they are."""
    half = min(width // 2, len(values) - 1)
    if half < 1:
        return np.asarray(values, dtype=np.float64)
    window = np.hanning(2 * half + 3)[1:-1]
    flat = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    padded = np.pad(flat, ((half, half), (0, 0)), mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=0)
    return (views @ (window / window.sum())).reshape(np.shape(values))


def pace_of(motion: Motion) -> np.ndarray:
    """How much the body moves in each step between frames (T-1,): mean of pelvis and feet over the floor, smoothed."""
    if len(motion) < 2:
        return np.zeros(0)
    joints = motion.kinematics()[0][:, [JOINT["pelvis"], JOINT["left_foot"], JOINT["right_foot"]], :2]
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(axis=1)
    steady = running_mean(speed, round(2 * STEADY * motion.fps))
    return steady + STILL * steady.mean() + 1e-6


def correct_heading(motion: Motion, yaw: np.ndarray, known: np.ndarray, pace: np.ndarray) -> Motion:
    """The motion turned by `yaw` (T,) radians where `known`, and in between elsewhere. Its path bends with it."""
    angle = spread(yaw, known, motion.fps, pace=pace)
    trans = motion.pelvis.astype(np.float64)
    trans[:, :2] = turned_path(trans[:, :2], angle)
    rotations = motion.rotations.astype(np.float64)
    pelvis = JOINT["pelvis"]
    rotations[:, pelvis] = quat.multiply(quat.about_z(angle), rotations[:, pelvis])
    return Motion.from_pelvis(
        motion.fps, trans, rotations, betas=motion.betas, gender=motion.gender, meta=motion.meta
    )


def correct_place(motion: Motion, place: np.ndarray, known: np.ndarray, pace: np.ndarray) -> np.ndarray:
    """A path (T,2) over the floor that is at `place` (T,2) where `known` and moves as the motion does elsewhere."""
    floor = motion.pelvis[:, :2].astype(np.float64)
    return floor + spread(place - floor, known, motion.fps, pace=pace)
