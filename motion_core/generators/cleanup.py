"""A light clean-up of generated motions: what a viewer notices first, and nothing that changes the pose."""

from __future__ import annotations

import numpy as np

from motion_core.motion import Motion
from motion_core.skeleton import JOINT, SOLE

BALLS = [JOINT["left_foot"], JOINT["right_foot"]]


def lift_to_floor(motion: Motion) -> Motion:
    """The motion raised by a constant where its lowest sole would be under the floor (z = 0); else itself."""
    lowest = float(motion.joints()[:, BALLS, 2].min()) - SOLE
    return motion.moved(offset=(0.0, 0.0, -lowest)) if lowest < 0 else motion


def frame_count(seconds: float, fps: float) -> int:
    """Frames that fill `seconds`, at least one."""
    return max(1, int(np.floor(seconds * fps + 0.5)))
