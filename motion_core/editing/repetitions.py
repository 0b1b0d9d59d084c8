"""How often a body does a thing, and when: jumps, steps, waves, claps, squats, kicks, punches, bows, turns.

Each kind of thing has signals that rise when it is done and fall when it is over. One rise and fall is one repetition.
The least rise of each was set on real clips whose captions say a number (docs/measures.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, SOLE
from motion_core.editing.root import running_mean

SIDES = ("left", "right")
STEADY = 0.15  # seconds over which a signal is averaged
STRIDE = 0.12  # metres that a foot goes at least in a step
CLOSING = 0.7  # of the longest stride, which is longer than the one that draws a foot beside the other


@dataclass(frozen=True)
class Repetition:
    """One time that a thing is done."""

    # Frames: it begins, is at its height, is over.
    start: int
    peak: int
    stop: int
    # How far its signal rises, of the least that counts.
    clear: float = 2.0


class Body:
    """One motion, seen from the body itself: x to its left, y backwards, z up; metres."""

    def __init__(self, motion: Motion) -> None:
        self.motion, self.fps = motion, motion.fps

    @cached_property
    def joints(self) -> np.ndarray:
        """World positions (T,22,3)."""
        return self.motion.joints().astype(np.float64)

    @cached_property
    def heading(self) -> np.ndarray:
        """Radians (T,), unwrapped."""
        return self._steady(self.motion.heading().astype(np.float64), 0.5)

    def at(self, joint: str) -> np.ndarray:
        return self.joints[:, JOINT[joint]]

    def seen(self, joint: str, origin: str) -> np.ndarray:
        """A joint (T,3) from another one."""
        apart = self.at(joint) - self.at(origin)
        cos, sin = np.cos(self.heading), np.sin(self.heading)
        x, y = apart[:, 0], apart[:, 1]
        return np.stack([cos * x + sin * y, -sin * x + cos * y, apart[:, 2]], axis=1)

    def lean(self) -> np.ndarray:
        """Degrees (T,) that the back leans forwards."""
        spine = self.seen("neck", "pelvis")
        return np.degrees(np.arctan2(-spine[:, 1], np.maximum(spine[:, 2], 1e-6)))

    def steady(self, signal: np.ndarray) -> np.ndarray:
        return self._steady(signal, STEADY)

    def _steady(self, signal: np.ndarray, seconds: float) -> np.ndarray:
        return running_mean(signal, max(1, round(seconds * self.fps)))


Signals = Callable[[Body], list[np.ndarray]]


def _jumps(body: Body) -> list[np.ndarray]:
    return [np.minimum(*(body.at(f"{side}_foot")[:, 2] for side in SIDES)) - SOLE]


def _steps(body: Body) -> list[np.ndarray]:
    """m/s of each foot over the floor."""
    feet = [body.at(f"{side}_foot")[:, :2] for side in SIDES]
    return [body.steady(np.linalg.norm(np.gradient(foot, axis=0), axis=1) * body.fps) for foot in feet]


def _waves(body: Body) -> list[np.ndarray]:
    """Of each hand, outwards; a hand that hangs is at rest."""
    found = []
    for side, sign in zip(SIDES, (1, -1)):
        hand = body.seen(f"{side}_wrist", f"{side}_elbow")
        found.append(body.steady(np.where(hand[:, 2] > 0.0, sign * hand[:, 0], np.nan)))
    return found


def _punches(body: Body) -> list[np.ndarray]:
    found = []
    for side in SIDES:
        hand = body.seen(f"{side}_wrist", f"{side}_shoulder")
        found.append(np.where(np.abs(hand[:, 2]) < 0.35, -hand[:, 1], 0.0))
    return found


def _claps(body: Body) -> list[np.ndarray]:
    return [-np.linalg.norm(body.at("left_wrist") - body.at("right_wrist"), axis=1)]


def _kicks(body: Body) -> list[np.ndarray]:
    left, right = (body.at(f"{side}_ankle")[:, 2] for side in SIDES)
    return [np.maximum(left - right, 0), np.maximum(right - left, 0)]


def _squats(body: Body) -> list[np.ndarray]:
    return [-body.steady(body.at("pelvis")[:, 2])]


def _bows(body: Body) -> list[np.ndarray]:
    return [body.steady(body.lean())]


def _nods(body: Body) -> list[np.ndarray]:
    """Degrees that the head goes down, in the body."""
    face = body.seen("head", "neck")
    return [np.degrees(np.arctan2(-face[:, 1], face[:, 2])) - body.lean()]


def _raised_hands(body: Body) -> list[np.ndarray]:
    return [body.steady(np.maximum(*(body.at(f"{side}_wrist")[:, 2] for side in SIDES)))]


def _both_hands(body: Body) -> list[np.ndarray]:
    return [body.steady(np.minimum(*(body.at(f"{side}_wrist")[:, 2] for side in SIDES)))]


@dataclass(frozen=True)
class Kind:
    """One kind of thing that is done."""

    # (T,) each, that rise with it.
    signals: Signals
    # How far they rise at least.
    rise: float
    # Whether signals are counted together; else the one that has most counts, one hand that waves beside the other.
    many: bool = False
    # How high a signal gets at least.
    level: float = -np.inf
    # The share of its height that it falls by, where half of the rise is not enough.
    fall: float = 0.0


KINDS: dict[str, Kind] = {
    "jump": Kind(_jumps, 0.06, level=0.06),
    "step": Kind(_steps, 0.4, many=True, fall=0.7),
    "wave": Kind(_waves, 0.08),
    "clap": Kind(_claps, 0.08, level=-0.35),
    "squat": Kind(_squats, 0.2),
    "kick": Kind(_kicks, 0.2, many=True, level=0.25),
    "punch": Kind(_punches, 0.2, many=True, level=0.3),
    "bow": Kind(_bows, 18.0, level=22.0),
    "nod": Kind(_nods, 8.0),
    "raise": Kind(_raised_hands, 0.3),
    "jack": Kind(_both_hands, 0.5),
}
ROUNDS = {"turn": 180.0, "spin": 360.0}  # degrees
SLACK = 40.0  # degrees that are taken for a round, too


def find_repetitions(motion: Motion, kind: str) -> list[Repetition]:
    """Every time that the body does what a row of KINDS or ROUNDS says, in order of time."""
    if len(motion) < 3:
        return []
    if kind in ROUNDS:
        return _rounds(Body(motion), ROUNDS[kind])
    row, body = KINDS[kind], Body(motion)
    found = [_peaks(signal, row) for signal in row.signals(body)]
    if kind == "step":
        return _strides(body, dict(zip(SIDES, found)))
    chosen = [r for peaks in found for r in peaks] if row.many else max(found, key=len)
    return sorted(chosen, key=lambda r: r.peak)


def _rounds(body: Body, degrees: float) -> list[Repetition]:
    """Every so many degrees of heading, to the side to which the body turns further."""
    turned = np.degrees(body.heading - body.heading[0])
    turned = turned if turned.max() > -turned.min() else -turned
    found: list[Repetition] = []
    while len(reached := np.flatnonzero(turned >= (len(found) + 1) * degrees - SLACK)):
        start = found[-1].stop if found else int(np.flatnonzero(turned <= SLACK / 2)[0])
        most = (len(found) + 1) * degrees
        stop = int(reached[0])
        while stop + 1 < len(turned) and turned[stop] < most and turned[stop + 1] > turned[stop]:
            stop += 1
        found.append(Repetition(start, stop, stop))
    return found


def _strides(body: Body, found: dict[str, list[Repetition]]) -> list[Repetition]:
    """The swings of both feet that go somewhere; the last ones that only draw a foot beside the other are none."""
    strides: list[tuple[float, Repetition]] = []
    for side, peaks in found.items():
        foot = body.at(f"{side}_foot")[:, :2]
        ways = [float(np.linalg.norm(foot[r.stop] - foot[r.start])) for r in peaks]
        strides += [(way, r) for way, r in zip(ways, peaks) if way > STRIDE]
    strides.sort(key=lambda stride: stride[1].peak)
    for _ in SIDES:  # one foot, and the other that is put right
        if len(strides) > 1 and strides[-1][0] < CLOSING * max(way for way, _ in strides[:-1]):
            strides = strides[:-1]
    return [r for _, r in strides]


def _peaks(signal: np.ndarray, row: Kind) -> list[Repetition]:
    """The peaks of a signal (T,) that rise far enough from the valley before, and fall far enough after.

    NaN: the thing cannot be done there; the signal is as low as it gets.
    """
    low = np.nanmin(signal) if np.isfinite(signal).any() else 0.0
    values = np.nan_to_num(signal, nan=low)
    found: list[Repetition] = []
    valley, peak, up = 0, 0, False
    for frame, value in enumerate(values.tolist()):
        if up and value > values[peak]:
            peak = frame
        elif up and value < values[peak] - max(row.rise / 2, row.fall * values[peak]):
            if values[peak] >= row.level:
                found.append(Repetition(valley, peak, frame, _clear(values, valley, peak, row)))
            up, valley = False, frame
        elif not up and value < values[valley]:
            valley = frame
            if found and frame - found[-1].stop >= 0:
                found[-1] = replace(found[-1], stop=frame)
        elif not up and value > values[valley] + row.rise:
            up, peak = True, frame
    if up and values[peak] >= row.level:
        found.append(Repetition(valley, peak, len(values) - 1, _clear(values, valley, peak, row)))
    return found


def _clear(values: np.ndarray, valley: int, peak: int, row: Kind) -> float:
    return float(values[peak] - values[valley]) / row.rise
