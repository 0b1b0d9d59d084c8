"""Motions without what networks do and bodies do not: joints that flip from one frame to the next, and tremor.

Bodies tremble too, the more the faster they move. A local cubic (`smooth`) leaves a rest of r beside it: of real motion
r is about NATURAL (v / PACE)^POWER at a speed of v. Only what goes beyond that is taken away.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.editing.contacts import runs
from motion_core.editing.fill import hermite
from motion_core.editing.root import running_mean
from motion_core.editing.smooth import smooth
from motion_core.tasks.pins_and_paths import CALM

# Seconds: five frames at 20 a second, the least that a cubic smooths. Real motion it hardly changes.
TREMOR = 0.25
LIMIT = np.radians(1400)  # a second: of 45,000 real frames one had a joint turn faster
REACH = 0.2  # seconds on each side that a flip is spread over
# Median rests of real motion, of a joint's turn and of the pelvis' place: radians at a radian a second, metres at m/s
TURN_REST, TURN_POWER = np.radians(0.285), 0.75
PLACE_REST, PLACE_POWER = 0.00135, 0.75
AROUND = 0.75  # seconds over which rests and speeds are averaged


def calm(motion: Motion, kept: np.ndarray | None = None, amount: float = CALM) -> Motion:
    """The motion with flips led over, and without tremor that bodies have not; it begins where it began.

    kept (T,) bool: frames that stay bit for bit, the smoothing fading towards them. amount: 0 leaves all tremor, 1
    takes all, and a half takes what goes beyond that of real motion.
    """
    kept = np.zeros(len(motion), dtype=bool) if kept is None else kept
    bridged = bridge_jumps(motion, kept)
    if amount <= 0:
        return bridged
    steady = smooth(bridged, TREMOR, keep_contacts=False, frozen=kept)
    steady = _with_natural_tremor(steady, bridged, (1 - amount) / amount)
    if kept.any():
        return _with_frames(steady, motion, kept)
    x, y, _ = (motion.pelvis[0] - steady.pelvis[0]).tolist()  # smoothing moved it by a millimetre
    return steady.moved(offset=(x, y, 0.0))


def _with_frames(motion: Motion, other: Motion, kept: np.ndarray) -> Motion:
    """The motion with the very frames `kept` (T,) bool of another."""
    trans = np.where(kept[:, None], other.trans, motion.trans)
    rotations = np.where(kept[:, None, None], other.rotations, motion.rotations)
    return replace(motion, trans=trans, rotations=rotations)


def _with_natural_tremor(steady: Motion, given: Motion, share: float) -> Motion:
    """The steady motion with so much of what was smoothed away as `share` of a real body's tremor."""
    if share <= 0:
        return steady
    calm, wild = steady.rotations.astype(np.float64), given.rotations.astype(np.float64)
    rest = quat.angle_between(calm, wild)  # (T,22)
    speed = _speeds(quat.angle_between(calm[1:], calm[:-1]), steady.fps)
    natural = share * TURN_REST * speed**TURN_POWER
    rotations = quat.slerp(calm, wild, _part(natural, rest, steady.fps))
    apart = given.trans.astype(np.float64) - steady.trans
    speed = _speeds(np.linalg.norm(np.diff(steady.trans, axis=0), axis=1)[:, None], steady.fps)
    part = _part(share * PLACE_REST * speed**PLACE_POWER, np.linalg.norm(apart, axis=1)[:, None], steady.fps)
    return replace(steady, trans=steady.trans + part * apart, rotations=rotations)


def _speeds(steps: np.ndarray, fps: float) -> np.ndarray:
    """Root mean square speeds (T,N) around each frame, of steps (T-1,N)."""
    if not len(steps):
        return np.zeros((1, *steps.shape[1:]))
    return _mean_square(np.concatenate([steps, steps[-1:]]) * fps, fps)


def _mean_square(values: np.ndarray, fps: float) -> np.ndarray:
    return np.sqrt(np.maximum(running_mean(values**2, round(AROUND * fps)), 0.0))


def _part(natural: np.ndarray, rest: np.ndarray, fps: float) -> np.ndarray:
    """How much (T,N), 0 to 1, of a rest may stay."""
    return np.minimum(natural / np.maximum(_mean_square(rest, fps), 1e-9), 1.0)


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
