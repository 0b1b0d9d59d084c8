"""Whether a body stands upright, ready for whatever comes next."""

from __future__ import annotations

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS

TILT = 25.0  # degrees that the back leans at most
SUNK = 0.75  # of the height of the pelvis of somebody who stands, at least


def tilt(motion: Motion) -> np.ndarray:
    """Degrees (T,) that the line from pelvis to neck leans, to whatever side."""
    joints = motion.joints().astype(np.float64)
    spine = joints[:, JOINT["neck"]] - joints[:, JOINT["pelvis"]]
    return np.degrees(np.arctan2(np.linalg.norm(spine[:, :2], axis=1), spine[:, 2]))


def is_upright(motion: Motion, frames: int = 1) -> bool:
    """Whether its last poses are."""
    last = motion.slice(max(0, len(motion) - frames))
    return bool(tilt(last).max() < TILT and last.pelvis[:, 2].min() > SUNK * STANDING_PELVIS)
