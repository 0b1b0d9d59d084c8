"""Deeds of the whole body: sitting down, kneeling, lying down, getting up, a bow, a squat."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from motion_core.data.seen.spans import (
    HALT,
    Span,
    around,
    long_runs,
    rest_after,
    rest_before,
)
from motion_core.editing.measures import OTHER, SIDES, Measures


def _sitting(m: Measures) -> np.ndarray:
    """On a seat or the floor: thighs up, trunk upright, feet in front of the pelvis."""
    thighs = np.minimum(m.thigh("left"), m.thigh("right"))
    feet = (m.joint("left_ankle") + m.joint("right_ankle"))[:, :2] / 2
    before = np.linalg.norm(feet - m.joint("pelvis")[:, :2], axis=-1)
    return (m.pelvis < 0.65) & (m.trunk < 45) & (thighs > 55) & (m.speed < 0.3) & (before > 0.3)


def _squatting(m: Measures) -> np.ndarray:
    feet = (m.joint("left_ankle") + m.joint("right_ankle"))[:, :2] / 2
    over = np.linalg.norm(feet - m.joint("pelvis")[:, :2], axis=-1) < 0.27
    knees = np.minimum(m.height("left_knee"), m.height("right_knee")) > 0.22
    return (m.pelvis < 0.62) & (m.trunk < 60) & over & knees


def _into(m: Measures, held: np.ndarray, seconds: float, content: str, stay: float = 1.5) -> Iterator[Span]:
    """From upright to a posture that is then held."""
    for start, stop in long_runs(m, held, seconds):
        first = rest_before(m, start, m.upright, 3.5)
        if first is not None:
            yield Span(first, min(stop, start + round(stay * m.fps)), content)


def _out_of(m: Measures, held: np.ndarray, seconds: float, content: str) -> Iterator[Span]:
    """From a posture that was held to upright."""
    for start, stop in long_runs(m, held, seconds):
        last = rest_after(m, stop, m.upright, 3.5)
        if last is not None:
            yield Span(max(start, stop - round(1.0 * m.fps)), last, content)


def postures(m: Measures) -> Iterator[Span]:
    """Sitting down, kneeling, lying down and getting up again."""
    sitting = _sitting(m)
    yield from _into(m, sitting, 0.7, "sit down")
    yield from _out_of(m, sitting, 0.7, "stand up from sitting")
    lying = (m.pelvis < 0.3) & (m.trunk > 65)
    yield from _into(m, lying, 0.6, "lie down", stay=2.0)
    yield from _out_of(m, lying, 0.6, "get up from the floor")
    for start, stop in long_runs(m, lying, 1.5):
        yield Span(start, min(stop, start + round(6 * m.fps)), "lie")
    knee = {s: m.height(f"{s}_knee") < 0.16 for s in SIDES}
    hands = np.minimum(m.height("left_wrist"), m.height("right_wrist")) > 0.25
    erect = (m.trunk < 45) & hands & (m.pelvis > 0.25)
    yield from _into(m, knee["left"] & knee["right"] & erect, 0.5, "kneel")
    for side in SIDES:
        one = knee[side] & (m.height(f"{OTHER[side]}_knee") > 0.3) & erect
        yield from _into(m, one, 0.4, f"kneel {side} knee")


def bends(m: Measures) -> Iterator[Span]:
    """A bow and a squat, from upright to upright."""
    lean = -m.in_body("neck")[:, 1]
    hands = np.minimum(m.height("left_wrist"), m.height("right_wrist"))
    legs = np.maximum(m.thigh("left"), m.thigh("right"))
    for start, stop in long_runs(m, (m.trunk > 35) & (lean > 0.2) & (legs < 35), 0.15):
        span = around(m, start, stop, m.trunk < 15, 2.0)
        if span and m.travel(*span) < HALT and hands[slice(*span)].min() > 0.42:
            yield Span(*span, "bow")
    for start, stop in long_runs(m, _squatting(m), 0.2):
        span = around(m, start, stop, m.upright, 2.5)
        if span and m.travel(*span) < HALT and hands[slice(*span)].min() > 0.3:
            yield Span(*span, "squat")
