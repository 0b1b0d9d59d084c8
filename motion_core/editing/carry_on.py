"""What a body does next if it goes on as before: its own last cycle again, or straight on where there is no cycle.

A cycle is found where the last moments look like those a period earlier. With s(t) pose and velocity (`loop.states`):

    error(P) = rms over the last LIKE seconds of |s(t) - s(t - P)|  /  rms distance of two moments of the last seconds

A walk has 0.1 to 0.4 at its period, a gesture about 1. The cycle is walked on from where the body is: each round is
turned and moved to where the last one ended. The pose differs a little at the seam; that difference fades.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.editing.loop import states
from motion_core.editing.meet import meet
from motion_core.editing.root import turned, turned_path

PELVIS = JOINT["pelvis"]
SHORTEST, LONGEST = 0.35, 1.6  # seconds of a cycle: running steps, slow strides
LIKE = 0.6  # seconds that are compared with those a period before
RECENT = 2.0  # seconds in which two moments may differ by as much as they like
CYCLIC = 0.5  # an error below it is a cycle: real gaits of the library have less, gestures more
STILL = 0.02  # metres: a body whose moments differ by less stands
STEADY = 2  # steps that a velocity is read from
STRAIGHT = 0.7  # seconds in which a velocity without a cycle goes down to a third
TURN = 0.3  # the same of the turn of one with a cycle
SEAM = 2  # frames on each side of the seam: a pose and its step


@dataclass(frozen=True)
class Cycle:
    """A period at the end of a motion."""

    frames: int
    # How unlike its rounds are, against any two moments: 0 is the same again, 1 is no cycle.
    error: float


def find_cycle(motion: Motion) -> Cycle | None:
    """The cycle that the motion is in at its end; None where it is in none, stands, or is too short to tell."""
    shortest, longest, like, recent = (round(s * motion.fps) for s in (SHORTEST, LONGEST, LIKE, RECENT))
    seen = states(motion.slice(max(0, len(motion) - longest - like)))[
        :-1
    ]  # the last one's velocity is one-sided
    if len(seen) < shortest + like:
        return None
    spread = float(np.sqrt(2 * seen[-recent:].var(axis=0).sum()))
    if spread < STILL:
        return None
    now, periods = seen[-like:], np.arange(1, len(seen) - like + 1)
    errors = (
        np.array([np.sqrt(np.square(now - seen[-like - p : -p]).sum(1).mean()) for p in periods]) / spread
    )
    risen = int(
        np.argmax(np.diff(errors, append=0.0) < 0)
    )  # before it, moments are alike because they are near
    errors[: max(risen, shortest - 1)] = np.inf
    best = int(errors.argmin())
    return Cycle(int(periods[best]), float(errors[best])) if errors[best] < CYCLIC else None


def carry_on(motion: Motion, frames: int) -> Motion:
    """The motion with so many frames behind it, as it would go on by itself."""
    cycle = find_cycle(motion)
    return straight_ahead(motion, frames) if cycle is None else repeat(motion, cycle.frames, frames)


def repeat(motion: Motion, period: int, frames: int) -> Motion:
    """The motion with so many frames behind it, its last `period` frames again and again.

    Raises ValueError where the motion has not the period and SEAM frames before it.
    """
    if len(motion) < period + SEAM:
        raise ValueError(f"a cycle of {period} frames is not in a motion of {len(motion)}")
    on = motion.slice(len(motion) - period - SEAM, len(motion) - period)
    round_ = motion.slice(len(motion) - period - 1)  # begins where the next one begins
    on = _led_to(on, on.slice(SEAM - 1), motion)
    while len(on) < SEAM + frames:
        on = on.concatenate(_led_to(round_, round_, on).slice(1), align=False)
    on = _turning(on.slice(0, SEAM + frames), motion, period)
    target = motion.slice(len(motion) - SEAM).at_frames(np.arange(len(on)))
    return motion.concatenate(meet(on, target, np.arange(len(on)) < SEAM).slice(SEAM), align=False)


def _turning(on: Motion, motion: Motion, period: int) -> Motion:
    """`on` with the last turn of the motion, which fades, in the place of the turn of each of its rounds: who walks
    round a corner does not walk in circles."""
    heading = motion.heading()
    count = min(round(LIKE * motion.fps), len(motion) - 1)
    rate = np.polyfit(np.arange(count + 1), heading[-1 - count :], 1)[0]
    times = np.maximum(np.arange(len(on)) - (SEAM - 1), 0)
    angle = _faded(rate, times, TURN * motion.fps) - (heading[-1] - heading[-1 - period]) * times / period
    pelvis, rotations = on.pelvis.astype(np.float64), on.rotations.astype(np.float64)
    pelvis[:, :2] = turned_path(pelvis[:, :2], angle)
    rotations[:, PELVIS] = quat.multiply(quat.about_z(angle), rotations[:, PELVIS])
    return Motion.from_pelvis(on.fps, pelvis, rotations)


def _faded(rate: float, frames: np.ndarray, fade: float) -> np.ndarray:
    """What a rate per frame that fades comes to after so many frames (N,)."""
    return rate * fade * (1 - np.exp(-frames / fade))


def straight_ahead(motion: Motion, frames: int) -> Motion:
    """The motion with so many frames behind it: its last pose, its way and turn fading."""
    held = motion.at_frames(np.arange(len(motion) + frames))
    steps = min(STEADY, len(motion) - 1)
    if steps < 1:
        return held
    gone = _faded(1.0, np.arange(1, frames + 1), STRAIGHT * motion.fps)  # frames at the full velocity
    heading = motion.heading()
    turn = float(heading[-1] - heading[-1 - steps]) / steps
    way = (motion.pelvis[-1] - motion.pelvis[-1 - steps])[:2].astype(np.float64) / steps
    ways = np.diff(gone, prepend=0.0)[:, None] * turned(np.tile(way, (frames, 1)), turn * gone)
    trans, rotations = held.trans.copy(), held.rotations.astype(np.float64)
    trans[len(motion) :, :2] += np.cumsum(ways, axis=0)
    rotations[len(motion) :, PELVIS] = quat.multiply(quat.about_z(turn * gone), rotations[-1, PELVIS])
    rotations[: len(motion)] = motion.rotations
    return replace(held, trans=trans, rotations=rotations)


def _led_to(part: Motion, at: Motion, end: Motion) -> Motion:
    """`part`, moved so that the first frame of `at`, which lies in it, is where and as `end` ends."""
    yaw = float(end.heading()[-1] - at.heading()[0])
    x, y, _ = end.pelvis[-1] - at.moved(yaw=yaw).pelvis[0]
    return part.moved(yaw=yaw).moved(offset=(float(x), float(y), 0.0))
