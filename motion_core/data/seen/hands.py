"""Deeds of the hands: raised, waved, thrown, punched, reached to the floor, spread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from motion_core.data.seen.spans import (
    HALT,
    Span,
    around,
    long_runs,
    padded,
    rest_after,
    rest_before,
)
from motion_core.editing.contacts import runs
from motion_core.editing.measures import OTHER, SIDES, Measures, reversals


def _hangs(m: Measures, side: str) -> np.ndarray:
    """Frames in which that hand is down."""
    return m.height(f"{side}_wrist") < m.height("pelvis") + 0.12


def _idle(m: Measures, side: str, start: int, stop: int) -> bool:
    """Whether that arm does nothing worth a word."""
    wrist = m.height(f"{side}_wrist")[start:stop]
    return bool(np.ptp(wrist) < 0.22 and (wrist < m.height(f"{side}_shoulder")[start:stop] - 0.2).all())


def _up(m: Measures, side: str) -> np.ndarray:
    return m.height(f"{side}_wrist") > m.height(f"{side}_shoulder") + 0.02


def raised_hands(m: Measures) -> Iterator[Span]:
    """One hand from hanging to above its shoulder, the other at rest; or both at once."""
    up, hangs = {s: _up(m, s) for s in SIDES}, {s: _hangs(m, s) for s in SIDES}
    for side in SIDES:
        for start, stop in long_runs(m, up[side], 0.25):
            span = _raise_around(m, (side,), (start, stop), hangs[side])
            if span and _idle(m, OTHER[side], *span):
                yield Span(*span, f"raise up {side} hand")
    for start, stop in long_runs(m, up["left"] & up["right"], 0.25):
        span = _raise_around(m, SIDES, (start, stop), hangs["left"] & hangs["right"])
        if span and _as_high(up, *span):
            yield Span(*span, "raise up both hands")


def _raise_around(
    m: Measures, sides: Sequence[str], up: tuple[int, int], hang: np.ndarray
) -> tuple[int, int] | None:
    """The frames from hands that hang to hands that hang again, or are held up; None where more happens."""
    start, stop = up
    first = rest_before(m, start, hang, 1.5)
    if first is None:
        return None
    last = rest_after(m, stop, hang, 1.5) or min(len(m), start + round(2.0 * m.fps))
    still = m.travel(first, last) < HALT and m.upright[first:last].mean() > 0.8
    waved = any(reversals(_sideways(m, side)[start:stop], 0.06) >= 3 for side in sides)
    return (first, last) if still and not waved and last - first <= 6 * m.fps else None


def _as_high(up: Mapping[str, np.ndarray], start: int, stop: int) -> bool:
    """Whether both hands are up for about the same time."""
    left, right = (up[side][start:stop] for side in SIDES)
    return bool((left & right).sum() > 0.7 * max(left.sum(), right.sum(), 1))


def _sideways(m: Measures, side: str) -> np.ndarray:
    return (m.in_body(f"{side}_wrist") - m.in_body(f"{side}_elbow"))[:, 0]


def waves(m: Measures) -> Iterator[Span]:
    """A hand above its elbow that swings from side to side, the other at rest; or both."""
    over = {s: m.height(f"{s}_wrist") > m.height(f"{s}_elbow") + 0.04 for s in SIDES}
    for side in SIDES:
        for span in _swung(m, (side,), over[side]):
            wrist, shoulder = m.height(f"{OTHER[side]}_wrist"), m.height(f"{OTHER[side]}_shoulder")
            if wrist[slice(*span)].max() < shoulder.max() - 0.2:
                yield Span(*span, f"wave {side} hand")
    for span in _swung(m, SIDES, over["left"] & over["right"]):
        yield Span(*span, "wave both hands")


def _swung(m: Measures, sides: Sequence[str], over: np.ndarray) -> Iterator[tuple[int, int]]:
    """Frames in which hands swing over their elbows (`over`, (T,)), somewhere in place."""
    for start, stop in long_runs(m, over, 0.7):
        first, last = padded(m, start, min(stop, start + round(6 * m.fps)), 0.6)
        in_place = m.travel(first, last) < 1.2 * HALT and m.trunk[first:last].max() < 35
        if in_place and all(_swings(m, side, start, stop) for side in sides):
            yield first, last


def _swings(m: Measures, side: str, start: int, stop: int) -> bool:
    back_and_forth = reversals(_sideways(m, side)[start:stop], 0.06)
    seconds = (stop - start) / m.fps
    return back_and_forth >= 3 and 0.8 < back_and_forth / seconds < 6


def punches(m: Measures) -> Iterator[Span]:
    """Fists that shoot forward at the height of the shoulder, one side alone."""
    hits = {s: _hits(m, s) for s in SIDES}
    for side in SIDES:
        for group in _grouped(hits[side], round(1.0 * m.fps)):
            first, last = padded(m, group[0], group[-1] + 1, 0.6)
            alone = not any(first <= hit < last for hit in hits[OTHER[side]])
            if alone and m.travel(first, last) < 1.5 and m.pelvis[first:last].min() > 0.65:
                yield Span(first, last, f"punch {side} hand")


def _hits(m: Measures, side: str) -> list[int]:
    """The frames in which that fist is fastest, on its way from a bent arm to a straight one."""
    wrist, shoulder = m.joint(f"{side}_wrist"), m.joint(f"{side}_shoulder")
    level = np.abs(wrist[:, 2] - shoulder[:, 2]) < 0.28
    thrust, reach = m.thrust(side), np.linalg.norm(wrist - shoulder, axis=-1)
    return [
        a + int(thrust[a:b].argmax())
        for a, b in runs((thrust > 1.9) & level)
        if reach[max(0, a - 4) : a + 1].min() < 0.38 and reach[b : b + 5].max(initial=0) > 0.44
    ]


def throws(m: Measures) -> Iterator[Span]:
    """A hand that shoots forward over its shoulder."""
    for side in SIDES:
        wrist, thrust = m.joint(f"{side}_wrist"), m.thrust(side)
        over = wrist[:, 2] > m.height(f"{side}_shoulder") + 0.03
        others = m.thrust(OTHER[side])
        for start, stop in runs((thrust > 2.8) & over):
            first, last = padded(m, start, stop, 0.9)
            behind = m.in_body(f"{side}_wrist")[first:stop, 1].max() > 0
            alone = others[first:last].max() < 0.7 * thrust[start:stop].max()
            if behind and alone and m.travel(first, last) < 2.5 and m.pelvis[first:last].min() > 0.6:
                yield Span(first, last, f"throw {side} hand")


def _grouped(frames: list[int], gap: int) -> list[list[int]]:
    groups: list[list[int]] = []
    for frame in frames:
        if groups and frame - groups[-1][-1] <= gap:
            groups[-1].append(frame)
        else:
            groups.append([frame])
    return groups


def picked_up(m: Measures) -> Iterator[Span]:
    """A hand down to the floor and up again, by somebody on their feet."""
    low = {s: m.height(f"{s}_wrist") < 0.38 for s in SIDES}
    for start, stop in long_runs(m, low["left"] | low["right"], 0.1):
        span = around(m, start, stop, m.upright, 3.0)
        if span is None or m.travel(*span) > 2.0 or m.height("head")[slice(*span)].min() < 0.35:
            continue
        least = {s: float(m.height(f"{s}_wrist")[slice(*span)].min()) for s in SIDES}
        side = min(SIDES, key=lambda s: least[s])
        if least[OTHER[side]] > 0.5:
            yield Span(*span, f"pick up {side} hand")
        elif least[OTHER[side]] < 0.4:
            yield Span(*span, "pick up both hands")


def spread_arms(m: Measures) -> Iterator[Span]:
    """Both arms from hanging to level on either side."""
    apart = np.linalg.norm(m.joint("left_wrist") - m.joint("right_wrist"), axis=-1)
    level = np.max([np.abs(m.height(f"{s}_wrist") - m.height(f"{s}_shoulder")) for s in SIDES], axis=0) < 0.25
    hang = _hangs(m, "left") & _hangs(m, "right")
    for start, stop in long_runs(m, (apart > 1.15) & level, 0.4):
        first = rest_before(m, start, hang, 2.0)
        last = rest_after(m, stop, hang, 2.0) or min(len(m), stop)
        if first is None or m.travel(first, last) > HALT or m.upright[first:last].mean() < 0.8:
            continue
        over = max(float((m.height(f"{s}_wrist") - m.height("head"))[first:last].max()) for s in SIDES)
        if over < 0:
            yield Span(first, last, "spread arms")
