"""Bodies that do one thing a number of times, made by formula."""

from __future__ import annotations

import numpy as np
from editing_motions import standing

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS

FPS = 20.0


def bumps(times: int, frames: int = 24, rest: int = 8) -> np.ndarray:
    """(T,) from 0 to 1 and back so many times, with rests between."""
    one = np.concatenate([np.zeros(rest), np.sin(np.linspace(0, np.pi, frames)), np.zeros(rest)])
    return np.concatenate([np.zeros(rest), *[one] * times])


def moved(heights: np.ndarray) -> Motion:
    """Somebody who stands, moved up and down by (T,) metres."""
    still = standing(len(heights), FPS)
    pelvis = still.pelvis.astype(float)
    pelvis[:, 2] = STANDING_PELVIS + heights
    return Motion.from_pelvis(FPS, pelvis, still.rotations)


def turned(angles: dict[str, np.ndarray], axis: int = 0) -> Motion:
    """Somebody who stands, joints turned by (T,) radians about an axis of their parents."""
    frames = len(next(iter(angles.values())))
    still = standing(frames, FPS)
    rotations = still.rotations.astype(float).copy()
    for joint, angle in angles.items():
        rotvec = np.zeros((frames, 3))
        rotvec[:, axis] = angle
        turn = quat.rotvec_to_quat(rotvec)
        rotations[:, JOINT[joint]] = quat.multiply(turn, rotations[:, JOINT[joint]])
    return Motion.from_pelvis(FPS, still.pelvis, rotations)
