"""Deeds of the feet: kicks, balance, turns, circles, steps to a side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from motion_core.data.seen.spans import (
    HALT,
    Span,
    apart,
    long_runs,
    padded,
    windows,
)
from motion_core.editing.contacts import runs
from motion_core.editing.measures import OTHER, SIDES, Measures


def kicks(m: Measures) -> Iterator[Span]:
    """A foot that shoots up, the other on the floor."""
    for side in SIDES:
        ankle, other = m.height(f"{side}_ankle"), m.height(f"{OTHER[side]}_ankle")
        fast = np.linalg.norm(np.gradient(m.joint(f"{side}_ankle"), axis=0), axis=-1) * m.fps
        for start, stop in runs(ankle > 0.5):
            first, last = padded(m, start, stop, 0.7)
            near = slice(max(0, start - 6), stop + 6)
            planted = other[start:stop].max() < 0.28 and m.pelvis[first:last].min() > 0.6
            shot = fast[near].max() > 3.8 and stop - start < 1.2 * m.fps
            straight = m.tilt(f"{side}_knee", f"{side}_ankle")[start:stop].min() < 130
            if (
                planted
                and shot
                and straight
                and m.travel(first, last) < 1.8
                and m.trunk[first:last].max() < 75
            ):
                yield Span(first, last, f"kick {side} leg")


def balances(m: Measures) -> Iterator[Span]:
    """One foot off the floor for more than a second."""
    for side in SIDES:
        ankle, other = m.joint(f"{side}_ankle"), m.height(f"{OTHER[side]}_ankle")
        slow = np.linalg.norm(np.gradient(ankle, axis=0), axis=-1) * m.fps < 0.35
        held = (other - ankle[:, 2] > 0.13) & (ankle[:, 2] < 0.2) & slow & (m.pelvis > 0.7)
        for start, stop in long_runs(m, held, 1.3):
            yield Span(*padded(m, start, min(stop, start + round(6 * m.fps)), 0.5), f"stand on {side} leg")


def _turned(m: Measures, start: int, stop: int) -> float:
    """Degrees turned, left positive; 0 where it turns to and fro."""
    part = m.heading[start:stop]
    turn, way = float(part[-1] - part[0]), float(np.abs(np.diff(part)).sum())
    return turn if way < 1.35 * abs(turn) else 0.0


def _standing(m: Measures, start: int, stop: int) -> bool:
    """On both feet or walking for all the time, neither bowed nor in the air."""
    return bool((m.pelvis[start:stop] > 0.72).all() and (m.trunk[start:stop] < 35).all())


def turns(m: Measures) -> Iterator[Span]:
    """About a quarter turn on the way, or on the spot; or a whole one."""
    found: list[tuple[float, Span]] = []
    for seconds in (3.0, 4.5):
        for start, stop in windows(m, seconds):
            turn, way = _turned(m, start, stop), m.travel(start, stop)
            side = "left" if turn > 0 else "right"
            if not _standing(m, start, stop):
                continue
            if 55 < abs(turn) < 150 and way > 0.5 * seconds and m.velocity[start:stop, 1].min() > 0.15:
                found.append((abs(turn), Span(start, stop, f"walk turn {side}")))
            elif 60 < abs(turn) < 215 and way < HALT:
                found.append((abs(turn), Span(start, stop, f"turn {side}")))
            elif 300 < abs(turn) < 430 and way < 2.0:
                found.append((abs(turn), Span(start, stop, f"full turn {side}")))
    yield from apart(found)


def circles(m: Measures) -> Iterator[Span]:
    """A round way of at least three quarters of a circle."""
    found: list[tuple[float, Span]] = []
    for seconds in (6.0, 8.0, 9.8):
        for start, stop in windows(m, seconds):
            turn, way = _turned(m, start, stop), m.travel(start, stop)
            if 250 < abs(turn) < 800 and way > 3.0 and m.velocity[start:stop, 1].min() > 0.2:
                pace = "run" if way / seconds > 1.9 else "walk"
                if _standing(m, start, stop):
                    found.append(
                        (abs(turn), Span(start, stop, f"{pace} circle {'left' if turn > 0 else 'right'}"))
                    )
    yield from apart(found)


def sideways(m: Measures) -> Iterator[Span]:
    """Steps to one side, or diagonally, without turning."""
    found: list[tuple[float, Span]] = []
    for start, stop in windows(m, 2.5):
        left, forward = m.velocity[start:stop].sum(axis=0) / m.fps
        if np.ptp(m.heading[start:stop]) > 35 or abs(left) < 0.6 or not _standing(m, start, stop):
            continue
        side = "left" if left > 0 else "right"
        if abs(left) > 3 * abs(forward):
            found.append((abs(left), Span(start, stop, f"side step {side}")))
        elif forward > 0.6 and 0.45 < abs(left) / forward < 1.6:
            found.append((abs(left), Span(start, stop, f"walk {side}")))
    yield from apart(found)
