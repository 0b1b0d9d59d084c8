"""Motions without what networks do and bodies do not: joints that flip from one frame to the next, and tremor."""

from __future__ import annotations

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.jumps import bridge_jumps
from motion_core.editing.smooth import smooth

# Seconds: five frames at 20 a second, the least that a cubic smooths. Real motion it hardly changes.
TREMOR = 0.25


def calm(motion: Motion, kept: np.ndarray | None = None) -> Motion:
    """The motion with flips led over and tremor smoothed away; it begins where it began.

    kept (T,) bool: frames that stay bit for bit, the smoothing fading towards them.
    """
    kept = np.zeros(len(motion), dtype=bool) if kept is None else kept
    steady = smooth(bridge_jumps(motion, kept), TREMOR, keep_contacts=False, frozen=kept)
    if kept.any():
        return steady
    x, y, _ = (motion.pelvis[0] - steady.pelvis[0]).tolist()  # smoothing moved it by a millimetre
    return steady.moved(offset=(x, y, 0.0))
