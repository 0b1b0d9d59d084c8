"""Feet that stand on the floor instead of a little above it: what models that average over possibilities leave."""

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

SLOW, FAST = 0.35, 0.8  # m/s over the floor: below a foot may stand, above it does not
LOW = 0.06  # metres: up to here a slow foot hovers, at twice as many it is lifted on purpose
APART, AHEAD = (
    0.02,
    0.2,
)  # metres and m/s: the foot that is so much higher, or faster, than the other does not stand
STEADY = 0.1  # seconds that speeds are averaged over
SOFT = 0.12  # seconds over which a foot comes down
BORDER = 0.1  # seconds beside frozen frames in which that grows


def settle_feet(motion: Motion, *, frozen: np.ndarray | None = None) -> Motion:
    """The motion with hovering feet set down: those that are slow and hardly above the floor.

    The knee stretches, the pelvis sinks where the leg is too short, and the ankle keeps its angle.

    frozen (T,) bool: frames that stay bit for bit.
    """
    frozen = frozen_mask(motion, frozen)
    if len(motion) < 3 or frozen.all():
        return motion
    pose, fps = Pose.of(motion), motion.fps
    balls = {side: pose.at(f"{side}_foot") for side in SIDES}
    speeds = {side: running_mean(speed_of(balls[side][:, :2], fps), round(STEADY * fps)) for side in SIDES}
    grown = smoothstep(frames_to(frozen) / max(BORDER * fps, 1.0)) if frozen.any() else np.ones(len(motion))
    drops = {
        side: grown * _drop(balls[side], balls[other], speeds[side], speeds[other], fps)
        for side, other in zip(SIDES, reversed(SIDES))
    }
    if not any(drop.any() for drop in drops.values()):
        return motion
    place_feet(pose, {side: _lowered(pose, side, drop) for side, drop in drops.items()}, fps)
    return pose.motion(motion, frozen)


def _drop(
    ball: np.ndarray, other: np.ndarray, speed: np.ndarray, others_speed: np.ndarray, fps: float
) -> np.ndarray:
    """(T,) metres that the ball of a foot (T,3) is too high for one that stands."""
    height = ball[:, 2] - SOLE
    slow = smoothstep((FAST - speed) / (FAST - SLOW)) * smoothstep(1 + (others_speed - speed) / AHEAD)
    low = smoothstep(2 - height / LOW) * smoothstep(1 + (other[:, 2] - ball[:, 2]) / APART)
    return running_mean(np.maximum(height, 0.0) * slow * low, round(SOFT * fps))


def _lowered(pose: Pose, side: str, drop: np.ndarray) -> FootPlan:
    ball = pose.at(f"{side}_foot") - drop[:, None] * np.array([0.0, 0.0, 1.0])
    return FootPlan(ball, quat.continuous(pose.facing(f"{side}_ankle")), pose.facing(f"{side}_foot"))
