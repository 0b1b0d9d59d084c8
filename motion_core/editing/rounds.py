"""Where a motion comes round to a pose it has had: the stretch of about a given length that makes the best loop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT

STEP_WEIGHT = 0.1  # seconds: a joint 1 m/s faster counts as one 10 cm off


def find_round(motion: Motion, frames: int, slack: int) -> Motion:
    """`frames` frames from a longer motion, whose last pose and velocity are most like its first.

    The stretch may be up to `slack` frames longer or shorter than that; its speed is changed to fit. Raises ValueError
    for a motion shorter than `frames`.
    """
    if len(motion) < frames:
        raise ValueError(f"the motion has {len(motion)} frames: a round of {frames} is not in it")
    state = _states(motion)  # (T,D)
    best, found = np.inf, (0, frames)
    for length in range(max(2, frames - slack), min(len(motion), frames + slack) + 1):
        apart = np.linalg.norm(state[length - 1 :] - state[: len(state) - length + 1], axis=1)
        start = int(apart.argmin())
        if apart[start] < best:
            best, found = float(apart[start]), (start, length)
    start, length = found
    part = motion.slice(start, start + length)
    return replace(part.at_frames(np.linspace(0, length - 1, frames)), fps=motion.fps)


def apart(motion: Motion) -> float:
    """How unlike the first and the last pose and velocity are, over all joints, metres; a joint 1 m/s faster counts as
    one STEP_WEIGHT m off."""
    first, last = _states(motion)[[0, -1]]
    return float(np.linalg.norm(last - first))


def _states(motion: Motion) -> np.ndarray:
    """Joints and their velocities (T,22*6) about the pelvis, turned to the front; heights over the floor."""
    joints, heading = motion.joints().astype(np.float64), motion.heading()
    joints[..., :2] -= joints[:, JOINT["pelvis"], None, :2]
    back = quat.about_z(-heading)[:, None]
    places = quat.rotate(back, joints)
    steps = (
        np.gradient(motion.joints().astype(np.float64), axis=0) if len(motion) > 1 else np.zeros_like(joints)
    )
    speeds = STEP_WEIGHT * motion.fps * quat.rotate(back, steps)
    return np.concatenate([places, speeds], axis=-1).reshape(len(motion), -1)
