"""A pose held for a while without turning to stone: the last still moments, gone through to and fro."""

from __future__ import annotations

import numpy as np

from motion_core.body.motion import Motion

STILL = 0.35  # m/s: mean speed of the joints below which a body only sways
SWAY = 1.0  # seconds of the end that are used at most
PERIOD = 4.0  # seconds to and fro


def held_on(motion: Motion, frames: int) -> Motion:
    """The motion at a length of so many frames: cut, or with its last pose held, swaying a little as it did."""
    if frames <= len(motion):
        return motion.slice(0, frames)
    more = np.arange(1, frames - len(motion) + 1) / motion.fps
    depth = _still_frames(motion)
    back = depth * (1 - np.cos(2 * np.pi * more / PERIOD)) / 2  # starts and turns without a jerk
    times = np.concatenate([np.arange(len(motion)), len(motion) - 1 - back])
    return motion.at_frames(times)


def _still_frames(motion: Motion) -> int:
    """How many of the last frames, up to SWAY seconds, are still."""
    if len(motion) < 2:
        return 0
    steps = np.linalg.norm(np.diff(motion.joints().astype(np.float64), axis=0), axis=-1).mean(1) * motion.fps
    moving = np.flatnonzero(steps > STILL)
    still = len(steps) - 1 - int(moving[-1]) if len(moving) else len(steps)
    return min(still, round(SWAY * motion.fps))
