"""For tests of commands: options of a fast run, and whether a file has the frames of another motion."""

from __future__ import annotations

from typing import Any

import numpy as np

from motion_core.body.motion import Motion

FAST = ("--steps", "2", "--device", "cpu", "--model", "mdm")


def near(a: Motion, b: Motion, frames: Any) -> bool:
    """Whether two motions have the same joints in these frames, but for the rounding of a file."""
    return bool(np.abs(a.joints()[frames] - b.joints()[frames]).max() < 1e-5)
