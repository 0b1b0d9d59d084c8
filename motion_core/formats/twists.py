"""Twists of limbs that a capture solved wrongly: what turns them back, slowly. Numpy only.

Some captures solve an arm twisted by half a turn with the elbow bent backwards: right positions, wrong twist. Others
let a bone spin about itself within a few frames. The hinge tells the right twist while it is bent. A straight limb
tells nothing, so there the turn goes over from one frame that is sure to the next, never faster than TURN_SPEED.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import Times, smooth

MEND_SECONDS = 0.2  # standard deviation of the window in which a twist is judged
MEND_TRUST = np.sin(np.radians(20)) ** 2  # a limb straighter than this says nothing about its twist
SPIN_SPEED = np.radians(1200)  # per second: a bone that turns faster about itself was lost there
SPIN_SECONDS = 0.1  # before and after a spin, in which a twist says nothing
TURN_SPEED = np.radians(360)  # per second: how fast a twist is turned back
DOUBT = 1e-3  # weight of a frame that says nothing, beside squared sines of the bend


def mend_twist(
    given: np.ndarray, fit: np.ndarray, bone: np.ndarray, trust: np.ndarray, limit: float, times: Times
) -> np.ndarray | None:
    """Turns (T,4) about the bone (T,3) that undo twists of `given` (T,4) beyond `limit` against `fit` (T,4), and spins.

    trust (T,): squared sine of the bend, by which the fit knows the twist. None where nothing is to be mended.
    """
    starts, fps = times
    turn = quat.quat_to_rotvec(quat.multiply(given, quat.conjugate(fit)))
    twist = np.sum(turn * bone, axis=-1)
    seen = smooth(trust * np.exp(1j * twist), MEND_SECONDS * fps, starts)
    contradicts = (np.abs(np.angle(seen)) > limit) & (np.abs(seen) > MEND_TRUST)
    leaps = np.abs(_wrapped(np.diff(twist, prepend=twist[:1]))) > SPIN_SPEED / fps
    mend = np.zeros_like(twist)
    for first, last in pairwise((*starts, len(twist))):
        take = slice(first, last)
        if np.any(contradicts[take]) or np.any(leaps[first + 1 : last]):
            spun = _spun(given[take], bone[take], leaps[take], fps)
            mend[take] = _mend(twist[take], trust[take], spun, limit, fps)
    return quat.rotvec_to_quat(mend[:, None] * bone) if np.any(mend) else None


def _wrapped(angle: np.ndarray) -> np.ndarray:
    """The same angles from -pi to pi."""
    return (angle + np.pi) % (2 * np.pi) - np.pi


def _spun(given: np.ndarray, bone: np.ndarray, leaps: np.ndarray, fps: float) -> np.ndarray:
    """By how much the bone spun up to each frame (T,): turns about itself that are no movement of a body.

    leaps (T,): where the twist against the fit leaps too, so that it is not the whole body that spins.
    """
    step = quat.multiply(given[1:], quat.conjugate(given[:-1]))
    step = quat.multiply(step, quat.conjugate(quat.between(bone[:-1], bone[1:])))
    spin = _wrapped(np.sum(quat.quat_to_rotvec(step) * bone[1:], axis=-1))
    spin = np.where(leaps[1:] & (np.abs(spin) > SPIN_SPEED / fps), spin, 0.0)
    return np.concatenate([[0.0], np.cumsum(spin)])


def _mend(twist: np.ndarray, trust: np.ndarray, spun: np.ndarray, limit: float, fps: float) -> np.ndarray:
    """Angles (T,) to turn one take by: its spins back, then slowly to where the hinge agrees."""
    steady = twist - spun
    seen = smooth(trust * np.exp(1j * steady), MEND_SECONDS * fps)
    excess = _wrapped(np.angle(seen) + spun)
    contradicts = np.abs(excess) > limit
    sure = np.maximum(np.abs(seen) - MEND_TRUST, 0.0)
    sure[_beside(np.diff(spun, prepend=0.0) != 0, SPIN_SECONDS * fps)] = 0.0
    known = np.flatnonzero(sure)
    if not len(known) or not (np.any(contradicts[known]) or np.any(spun)):
        return np.zeros_like(twist)
    wanted = np.where(contradicts, spun - excess, spun)
    frames = np.arange(len(twist))
    wanted = np.interp(frames, known, np.unwrap(wanted[known]))
    weight = sure + DOUBT
    width = MEND_SECONDS * fps / 2
    slow = smooth(weight * wanted, width) / smooth(weight, width)
    return at_most(slow, TURN_SPEED / fps) - spun


def _beside(marked: np.ndarray, frames: float) -> np.ndarray:
    """(T,) bool: the marked frames and those less than so many frames away."""
    reach = int(frames) + 1
    return np.convolve(marked, np.ones(2 * reach + 1), mode="same") > 0.5


def at_most(values: np.ndarray, step: float) -> np.ndarray:
    """Values (T,) that change by at most `step` a frame: between the lowest above and the highest below those given.

    Values that change no faster stay as they are.
    """
    if np.all(np.abs(np.diff(values)) <= step):
        return values
    ramp = step * np.arange(len(values))

    def highest(v: np.ndarray) -> np.ndarray:
        after = np.maximum.accumulate((v - ramp)[::-1])[::-1] + ramp
        return np.maximum(np.maximum.accumulate(v + ramp) - ramp, after)

    return (highest(values) - highest(-values)) / 2
