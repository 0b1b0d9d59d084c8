"""Motions without what networks do and bodies do not: joints that flip from one frame to the next, and tremor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.editing.contacts import runs
from motion_core.editing.fill import hermite
from motion_core.editing.smooth import smooth

# Seconds: five frames at 20 a second, the least that a cubic smooths. Real motion it hardly changes.
TREMOR = 0.25
LIMIT = np.radians(1400)  # a second: of 45,000 real frames one had a joint turn faster
REACH = 0.2  # seconds on each side that a flip is spread over


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


def bridge_jumps(motion: Motion, kept: np.ndarray) -> Motion:
    """The motion with each flip between two frames that are not `kept` (T,) bool bridged by a cubic of that joint.

    Kept frames stay bit for bit, and so does a motion that has no flip.
    """
    given = motion.rotations.astype(np.float64)
    fast = quat.angle_between(given[:-1], given[1:]) > LIMIT / motion.fps  # (T-1,22)
    fast &= ~(kept[:-1] | kept[1:])[:, None]
    if not fast.any():
        return motion
    rotations = motion.rotations.copy()
    for joint in np.flatnonzero(fast.any(axis=0)):
        for start, stop in runs(fast[:, joint]):  # steps: frames start to stop
            a, b = _gap(start, stop, kept, max(1, round(REACH * motion.fps)))
            if 0 < a < b < len(motion):
                rotations[a:b, joint] = hermite(motion, (a, b)).rotations[a:b, joint]
    return replace(motion, rotations=rotations)


def _gap(start: int, stop: int, kept: np.ndarray, reach: int) -> tuple[int, int]:
    """The free frames a:b around the steps start:stop, as far as `reach` and no kept frame lets."""
    a, b = max(1, start + 1 - reach), min(len(kept) - 1, stop + reach)
    before, after = np.flatnonzero(kept[: start + 1]), np.flatnonzero(kept[stop:])
    a = max(a, int(before[-1]) + 1) if len(before) else a
    b = min(b, stop + int(after[0])) if len(after) else b
    return a, b
