"""Parts of a clip, and the rest before and after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from motion_core.editing.contacts import runs
from motion_core.editing.measures import Measures

LEAD = 0.3  # seconds before and after a deed
HALT = 0.7  # metres of way that still count as staying in place


@dataclass(frozen=True)
class Span:
    """Frames start:stop of a clip that show `content`, a name of `phrases.toml`."""

    start: int
    stop: int
    content: str


Finder = Callable[[Measures], Iterator[Span]]


def around(m: Measures, start: int, stop: int, rest: np.ndarray, reach: float) -> tuple[int, int] | None:
    """The deed's frames with rest (T,) at both ends, at most `reach` seconds away; None where one has none."""
    first = rest_before(m, start, rest, reach)
    last = rest_after(m, stop, rest, reach)
    return None if first is None or last is None else (first, last)


def rest_before(m: Measures, start: int, rest: np.ndarray, reach: float) -> int | None:
    earliest = max(0, start - round(reach * m.fps))
    resting = np.flatnonzero(rest[earliest:start])
    return max(0, earliest + int(resting[-1]) - round(LEAD * m.fps)) if len(resting) else None


def rest_after(m: Measures, stop: int, rest: np.ndarray, reach: float) -> int | None:
    resting = np.flatnonzero(rest[stop : stop + round(reach * m.fps)])
    return min(len(m), stop + int(resting[0]) + 1 + round(LEAD * m.fps)) if len(resting) else None


def padded(m: Measures, start: int, stop: int, seconds: float) -> tuple[int, int]:
    pad = round(seconds * m.fps)
    return max(0, start - pad), min(len(m), stop + pad)


def long_runs(m: Measures, held: np.ndarray, seconds: float) -> list[tuple[int, int]]:
    """Runs of frames in which something holds for so long."""
    return [(a, b) for a, b in runs(held) if b - a >= seconds * m.fps]


def windows(m: Measures, seconds: float) -> Iterator[tuple[int, int]]:
    size = round(seconds * m.fps)
    yield from ((start, start + size) for start in range(0, len(m) - size + 1, max(1, size // 4)))


def apart(spans: list[tuple[float, Span]]) -> Iterator[Span]:
    """The best spans that do not overlap; each comes with how clear it is."""
    kept: list[Span] = []
    for _, span in sorted(spans, key=lambda pair: -pair[0]):
        if all(span.stop <= other.start or span.start >= other.stop for other in kept):
            kept.append(span)
            yield span
