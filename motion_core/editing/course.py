"""A line over the floor as a body can walk it: where it is at each time, and which way it faces.

Nobody turns a corner at full speed. Within ROUND seconds of a corner of angle a, passed at speed v, the way is rounded
(`path.py`). That cuts the corner by about CUT v ROUND sin(a/2). So the speed there is held to

    v(s) <= SHARPEST / sin(a(s)/2)      a(s): between the chords of the BEND metres before and behind s
    v(s)^2 <= v(r)^2 + 2 BRAKING |s - r|      for every other place r of the line

Between two times the rest of the line is walked faster, so that the body is there in time: v = min(V, limits), with V
found by bisection. A line too long for its times breaks the limits and keeps the times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.editing.spread import smoothstep
from motion_core.tasks.pins_and_paths import FollowPath

BEND, AHEAD = 0.1, 0.15  # metres before and behind between which bends are measured, and the line's direction
SHARPEST = 0.33  # m/s at which a line may be walked back the way it came
BRAKING = 3.0  # m/s^2; real pelvises: 99th percentile 6.8
CORNER = np.radians(20)  # a bend by more, at one point, is a corner
TURNING = np.radians(200)  # a second, the mean while a corner is turned; real pelvises: 99.9th percentile 330
QUICKEST = 0.3  # seconds that the smallest corner takes
GRID = 0.02  # metres
HALVINGS = 50
FASTER = 0.75  # share by which a body may be faster than its course where no limit is near


@dataclass(frozen=True, eq=False)
class Course:
    """A line over the floor with the time at which a body passes each place of it."""

    points: np.ndarray  # (N,2) metres, of the line
    lengths: np.ndarray  # (N,) metres along the line
    metres: np.ndarray  # (G,) places along the line, rising
    seconds: np.ndarray  # (G,) when they are passed, rising
    bound: np.ndarray  # (G,) bool: a limit is so near that a body has to keep to this pace
    headings: np.ndarray  # (G,) radians: where the line leads, without its corners
    corners: np.ndarray  # (K,) metres along the line
    turns: np.ndarray  # (K,) radians
    corner_times: np.ndarray  # (K,) seconds

    @classmethod
    def of(cls, path: FollowPath, frames: int, fps: float) -> Course:
        """The course of a path; one without times lasts as long as a motion of so many frames."""
        points = np.array(path.points, dtype=np.float64)
        lengths = lengths_of(path)
        if path.seconds is None:
            knots, times = lengths[[0, -1]], np.array([0.0, max(frames - 1, 1) / fps])
        else:
            knots, times = lengths, np.array(path.seconds, dtype=np.float64)
        metres = np.unique(np.concatenate([lengths, np.arange(0.0, lengths[-1], GRID)]))
        bends = np.abs(_bends(points, lengths, metres))
        with np.errstate(divide="ignore"):
            limit = SHARPEST / np.sin(bends / 2)
        limit = _braked(_held_at_knots(limit, metres, knots, times), metres)
        metres, seconds, bound = _timed(metres, limit, knots, times)
        corners, turns = _corners(points, lengths)
        passed = (np.searchsorted(metres, corners), np.searchsorted(metres, corners, side="right") - 1)
        headings = _headings(points, lengths, metres, corners, turns)
        times = seconds[np.stack(passed)].mean(0)
        return cls(points, lengths, metres, seconds, bound, headings, corners, turns, times)

    def way(self, times: np.ndarray) -> np.ndarray:
        """Metres (T,) gone at so many seconds (T,)."""
        return np.interp(times, self.seconds, self.metres)

    def binds(self, times: np.ndarray) -> np.ndarray:
        """(T,) bool: whether at that time the course's own pace has to be kept."""
        after = np.clip(np.searchsorted(self.seconds, times), 1, len(self.metres) - 1)
        return self.bound[after] | self.bound[after - 1]

    def at(self, way: np.ndarray) -> np.ndarray:
        """Places (T,2) so many metres along the line."""
        return _at(self.points, self.lengths, way)

    def heading(self, way: np.ndarray) -> np.ndarray:
        """Where the line leads (T,), radians, without the turns of the corners that have been passed."""
        return np.interp(way, self.metres, self.headings)

    def cornering(self, times: np.ndarray) -> np.ndarray:
        """What the corners add to the heading (T,) by so many seconds: each its turn, eased, half of it by the time it
        is passed."""
        lasts = np.maximum(np.abs(self.turns) / TURNING, QUICKEST)
        share = smoothstep((times[:, None] - self.corner_times) / lasts + 0.5)
        return share @ self.turns


def lengths_of(path: FollowPath) -> np.ndarray:
    """Metres (N,) from the beginning of a path to each of its points."""
    steps = np.linalg.norm(np.diff(np.array(path.points, dtype=np.float64), axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _at(points: np.ndarray, lengths: np.ndarray, way: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(way, lengths, column) for column in points.T], axis=1)


def _between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The signed turn (N,) from vectors a to b (N,2), radians."""
    return np.arctan2(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(1))


def _bends(points: np.ndarray, lengths: np.ndarray, metres: np.ndarray, reach: float = BEND) -> np.ndarray:
    """The turn (G,) from the chord before to the chord behind each place; 0 at the ends."""
    here = _at(points, lengths, metres)
    before = here - _at(points, lengths, np.maximum(metres - reach, 0.0))
    behind = _at(points, lengths, np.minimum(metres + reach, lengths[-1])) - here
    return _between(before, behind)


def _corners(points: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Metres and turns (K,) of the corners: points at which the line turns by more than CORNER.

    It must do so over BEND metres as well: the tremble of a drawn line is no corner."""
    metres, first = np.unique(lengths, return_index=True)
    steps = np.diff(points[first], axis=0)
    turns = _between(steps[:-1], steps[1:])
    seen = _bends(points, lengths, metres)[1:-1]
    sharp = (np.abs(turns) > CORNER) & (np.abs(seen) > CORNER)
    return metres[1:-1][sharp], turns[sharp]


def _headings(
    points: np.ndarray, lengths: np.ndarray, metres: np.ndarray, corners: np.ndarray, turns: np.ndarray
) -> np.ndarray:
    """Where the line leads at each place (G,), without the turns of all corners before it.

    It is taken from AHEAD metres before to AHEAD metres behind, within a leg between corners; straight on at its ends.

    Heading 0 faces -Y: a direction (dx, dy) is faced at a with (sin a, -cos a) = (dx, dy).
    """
    ends = np.concatenate([[0.0], corners, [lengths[-1]]])
    found = np.zeros(len(metres))
    for a, b, passed in zip(ends[:-1], ends[1:], np.concatenate([[0.0], np.cumsum(turns)])):
        inside = (metres >= a) & (metres <= b)
        reach = min(AHEAD, (b - a) / 2)
        middles = np.linspace(a + reach, b - reach, max(2, int((b - a - 2 * reach) / GRID)))
        span = _at(points, lengths, middles + reach) - _at(points, lengths, middles - reach)
        leads = np.unwrap(np.arctan2(span[:, 0], -span[:, 1]) - passed)
        found[inside] = _straight_on(metres[inside], middles, leads)
    return np.unwrap(found)


def _straight_on(x: np.ndarray, known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values (N,) at x (N,) between `known` (K,), rising, and beyond by the slope of the first and last AHEAD
    metres."""
    found = np.interp(x, known, values)
    for end, inner in (
        (known[0], min(known[0] + AHEAD, known[-1])),
        (known[-1], max(known[-1] - AHEAD, known[0])),
    ):
        if inner != end:
            at_end, further = np.interp([end, inner], known, values)
            beyond = x < end if end < inner else x > end
            found[beyond] += (x[beyond] - end) * (at_end - further) / (end - inner)
    return found


def _held_at_knots(limit: np.ndarray, metres: np.ndarray, knots: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The limit (G,), at times in between no faster than the mean on either side: so the speed has no step there."""
    if len(knots) < 3:
        return limit
    mean = np.diff(knots) / np.diff(times)
    held = limit.copy()
    np.minimum.at(held, np.searchsorted(metres, knots[1:-1]), np.minimum(mean[:-1], mean[1:]))
    return held


def _braked(limit: np.ndarray, metres: np.ndarray) -> np.ndarray:
    """The limit (G,) that can be kept with BRAKING, forwards and backwards."""
    square, slope = limit**2, 2 * BRAKING * metres
    square = np.minimum.accumulate(square - slope) + slope
    return np.sqrt((np.minimum.accumulate((square + slope)[::-1]))[::-1] - slope)


def _timed(
    metres: np.ndarray, limit: np.ndarray, knots: np.ndarray, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Metres, seconds and whether its pace has to be kept there, from time to time."""
    found = [(metres[:1], times[:1], np.zeros(1, dtype=bool))]
    for a, b, start, stop in zip(knots[:-1], knots[1:], times[:-1], times[1:]):
        part = slice(np.searchsorted(metres, a), np.searchsorted(metres, b) + 1)
        if b <= a:  # it waits
            found.append((np.array([b]), np.array([stop]), np.ones(1, dtype=bool)))
            continue
        seconds, near = _passed(metres[part], limit[part], stop - start)
        found.append((metres[part][1:], start + seconds[1:], near[1:]))
    return tuple(np.concatenate(column) for column in zip(*found))  # type: ignore[return-value]


def _passed(metres: np.ndarray, limit: np.ndarray, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Seconds (G,) from the first place to each, `seconds` in all, and where a limit is near."""
    steps = np.diff(metres)

    def clock(speed: float) -> tuple[np.ndarray, np.ndarray]:
        v = np.minimum(limit, speed)
        return v, np.concatenate([[0.0], np.cumsum(2 * steps / np.maximum(v[1:] + v[:-1], 1e-9))])

    low = steps.sum() / seconds
    high = low * 2.0**20
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if clock(middle)[1][-1] > seconds else (low, middle)
    gone = clock(high)[1]
    return gone * (seconds / gone[-1]), limit < (1 + FASTER) * high
