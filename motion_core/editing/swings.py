"""Feet that swing over the floor instead of scraping along it: what models that average over possibilities do wrong."""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import SOLE
from motion_core.editing.contacts import SIDES, speed_of
from motion_core.editing.feet import FootPlan, place_feet
from motion_core.editing.pose import Pose, frozen_mask
from motion_core.editing.root import running_mean
from motion_core.editing.spread import frames_to, smoothstep

CLEARANCE = 0.035  # metres between the ball of a foot that swings and where it is when it stands; median of real: 0.038
SLOW, FAST = 0.35, 0.9  # m/s over the floor: below nothing is asked, above the whole clearance
AHEAD = 0.2  # m/s that a foot must be faster than the other one to be the one that swings
STEADY = 0.1  # seconds that speeds are averaged over
SOFT = 0.15  # seconds over which a lift comes and goes
BORDER = 0.1  # seconds beside frozen frames in which it grows


def lift_swings(motion: Motion, *, frozen: np.ndarray | None = None) -> Motion:
    """The motion with the foot that swings raised to CLEARANCE where it is lower; the knee bends, the ankle keeps its
    angle.

    frozen (T,) bool: frames that stay bit for bit.
    """
    frozen = frozen_mask(motion, frozen)
    if len(motion) < 3 or frozen.all():
        return motion
    pose = Pose.of(motion)
    grown = _grown(frozen, motion.fps)
    speeds = {side: _speed(pose.at(f"{side}_foot"), motion.fps) for side in SIDES}
    lifts = {
        side: _lift(pose.at(f"{side}_foot"), speeds[side], speeds[other], motion.fps) * grown
        for side, other in zip(SIDES, reversed(SIDES))
    }
    if not any(lift.any() for lift in lifts.values()):
        return motion
    plans = {side: _raised(pose, side, lift) for side, lift in lifts.items()}
    place_feet(pose, plans, motion.fps)
    return pose.motion(motion, frozen)


def _speed(ball: np.ndarray, fps: float) -> np.ndarray:
    """m/s (T,) of the ball of a foot (T,3) over the floor."""
    return running_mean(speed_of(ball[:, :2], fps), round(STEADY * fps))


def _lift(ball: np.ndarray, speed: np.ndarray, other: np.ndarray, fps: float) -> np.ndarray:
    """(T,) metres that the ball of a foot (T,3) lacks; the slower of two feet carries the body and is left alone."""
    swings = smoothstep((speed - SLOW) / (FAST - SLOW)) * smoothstep((speed - other) / AHEAD)
    lack = np.maximum(CLEARANCE * swings - (ball[:, 2] - SOLE), 0.0)
    return running_mean(lack, round(SOFT * fps))


def _grown(frozen: np.ndarray, fps: float) -> np.ndarray:
    """(T,) 0 in frozen frames, rising to 1 within BORDER seconds of them."""
    if not frozen.any():
        return np.ones(len(frozen))
    return smoothstep(frames_to(frozen) / max(BORDER * fps, 1.0))


def _raised(pose: Pose, side: str, lift: np.ndarray) -> FootPlan:
    ball = pose.at(f"{side}_foot") + lift[:, None] * np.array([0.0, 0.0, 1.0])
    return FootPlan(ball, quat.continuous(pose.facing(f"{side}_ankle")), pose.facing(f"{side}_foot"))
