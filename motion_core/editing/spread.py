"""Corrections known at some frames, spread over all the others without a jump of value or velocity.

A correction is known at *knots* (frames where the result is given) and wanted everywhere. In frames, with knots a < b:

    c(t) = c_a + (c_b - c_a) s(t)  +  L h(e/L) m_a  -  L h(r/L) m_b        e = t - a,  r = b - t
    h(x) = x (1 - x)^2 for x < 1, else 0:   h(0) = 0, h'(0) = 1, h(1) = h'(1) = 0
    s    rises from 0 to 1 with s' = 0 at both ends
    m    the correction's step per frame at the knots, seen from their other side

So c meets c_a and c_b, and its slope meets m_a and m_b. The bumps last `ease` seconds at most (by default EASE): a
cubic over the whole of a long gap would swing far out. Before the first and after the last knot the correction stays as
it is there, or fades. A correction that fades also fades in the middle of a long gap, where no knot is near.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat

EASE = 0.5  # seconds


def smoothstep(x: np.ndarray) -> np.ndarray:
    """3x^2 - 2x^3 with x held to 0..1: rises from 0 to 1, flat at both ends."""
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3 - 2 * x)


def frames_to(known: np.ndarray) -> np.ndarray:
    """Frames (T,) to the nearest known one of (T,) bool with at least one true."""
    frames, times = np.flatnonzero(known), np.arange(len(known))
    after = np.searchsorted(frames, times)
    right = np.abs(frames[np.minimum(after, len(frames) - 1)] - times)
    left = np.abs(times - frames[np.maximum(after - 1, 0)])
    return np.minimum(left, right)


@dataclass(frozen=True, eq=False)
class Knots:
    """For each of T frames the knots around it."""

    frames: np.ndarray  # (K,) the knots
    before: np.ndarray  # (T,) number into `frames`
    after: np.ndarray  # (T,) the same; outside of all knots equal to `before`
    inside: np.ndarray  # (T,) bool: between two knots, or on one

    @classmethod
    def of(cls, known: np.ndarray) -> Knots:
        """known (T,) bool with at least one true."""
        frames = np.flatnonzero(known)
        times = np.arange(len(known))
        before = np.searchsorted(frames, times, side="right") - 1
        after = np.where(known, before, before + 1)
        inside = (before >= 0) & (after < len(frames))
        last = len(frames) - 1
        return cls(frames, np.clip(before, 0, last), np.clip(after, 0, last), inside)


def spread(
    correction: np.ndarray,
    known: np.ndarray,
    fps: float,
    *,
    pace: np.ndarray | None = None,
    fade: float | None = None,
    ease: float = EASE,
) -> np.ndarray:
    """Values (T,...) that equal `correction` (T,...) where `known` (T,) bool and go over smoothly in between.

    pace (T-1,) >= 0: how much of a change each step between frames may take; None: all alike. fade: seconds within
    which the correction goes beyond the first and last knot, and twice as many within which it goes in a longer gap;
    None: it stays. ease: seconds for which the slopes at knots are felt. No knot at all gives zeros. Unknown rows are
    not read.
    """
    known = np.asarray(known, dtype=bool)
    values = np.asarray(correction, dtype=np.float64)
    if not known.any():
        return np.zeros_like(values)
    if known.all():
        return values.copy()
    knots = Knots.of(known)
    at = values[knots.frames].reshape(len(knots.frames), -1)  # (K,D)
    from_left, from_right = _slopes(at, knots.frames)
    ease = max(1.0, ease * fps)
    times = np.arange(len(known))
    elapsed = times - knots.frames[knots.before]  # negative before the first knot
    remaining = knots.frames[knots.after] - times  # negative after the last
    reach = np.where(knots.inside, np.minimum(elapsed + remaining, ease), ease)
    share = _share(knots, known, ease, pace)[:, None]
    if fade is None:
        result = at[knots.before] * (1 - share) + at[knots.after] * share
    else:
        result = _fading(at, knots, elapsed, remaining, fade * fps)
    result += _bump(elapsed, reach)[:, None] * from_left[knots.before]
    result -= _bump(remaining, reach)[:, None] * from_right[knots.after]
    result[known] = at
    return result.reshape(values.shape)


def _fading(
    at: np.ndarray, knots: Knots, elapsed: np.ndarray, remaining: np.ndarray, frames: float
) -> np.ndarray:
    """Each knot's correction gone within 2 * `frames` in a gap, or at its end: then one goes as the other comes."""
    gap = np.minimum(elapsed + remaining, 2 * frames)
    left = 1 - smoothstep(elapsed / np.maximum(gap, 1))
    right = 1 - smoothstep(remaining / np.maximum(gap, 1))
    outside = 1 - smoothstep(np.abs(elapsed) / max(frames, 1.0))
    left = np.where(knots.inside, left, outside)
    right = np.where(knots.inside, right, 0.0)
    return at[knots.before] * left[:, None] + at[knots.after] * right[:, None]


def _bump(frames: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """L h(frames / L); zero at negative frames."""
    x = np.clip(frames / np.maximum(reach, 1), 0, 1)
    return reach * x * (1 - x) ** 2


def _slopes(at: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Steps per frame (K,D) of the correction at the knots, as the gap behind and the gap before each knot need it.

    A knot with a neighbouring frame known on its far side takes the step from there; one that stands alone takes
    Fritsch and Carlson's monotone slope (harmonic mean of the secants, zero at turning points and at the ends).
    """
    if len(frames) == 1:
        return np.zeros_like(at), np.zeros_like(at)
    gaps = np.diff(frames)[:, None]
    secants = np.diff(at, axis=0) / gaps
    alone = np.zeros_like(at)
    a, b = secants[:-1], secants[1:]
    wa, wb = 2 * gaps[1:] + gaps[:-1], gaps[1:] + 2 * gaps[:-1]
    same = a * b > 0
    safe_a, safe_b = np.where(same, a, 1.0), np.where(same, b, 1.0)
    alone[1:-1] = np.where(same, (wa + wb) / (wa / safe_a + wb / safe_b), 0.0)
    joined = gaps == 1
    from_left, from_right = alone.copy(), alone.copy()
    from_left[1:] = np.where(joined, secants, alone[1:])
    from_right[:-1] = np.where(joined, secants, alone[:-1])
    return from_left, from_right


def _share(knots: Knots, known: np.ndarray, ease: float, pace: np.ndarray | None) -> np.ndarray:
    """s(t) (T,): what part of the way from the knot before to the knot after is gone."""
    frames, count = knots.frames, len(known)
    start, stop = frames[knots.before], frames[knots.after]
    times = np.arange(count)
    span = np.maximum(stop - start, 1)
    if pace is None:
        return np.where(knots.inside, smoothstep((times - start) / span), 0.0)
    # The step from t to t+1 lies in the gap of t; it takes a share by its pace, and little beside a knot.
    middle = times[:-1] + 0.5
    gap_start = frames[np.clip(np.searchsorted(frames, middle) - 1, 0, len(frames) - 1)]
    gap_stop = frames[np.clip(np.searchsorted(frames, middle), 0, len(frames) - 1)]
    ramp = np.clip((gap_stop - gap_start) / 2, 1, ease)
    window = smoothstep((middle - gap_start) / ramp) * smoothstep((gap_stop - middle) / ramp)
    density = window * (np.asarray(pace, dtype=np.float64) + 1e-9)
    total = np.concatenate([[0.0], np.cumsum(density)])
    whole = total[stop] - total[start]
    return np.where(knots.inside & (whole > 0), (total - total[start]) / np.where(whole > 0, whole, 1), 0.0)


def rotvecs_along(q: np.ndarray) -> np.ndarray:
    """Rotation vectors (K,...,3) of quaternions (K,...,4), without a jump from one to the next where a turn passes
    half a revolution; the first has the shorter of its two."""
    q = quat.continuous(np.where(q[:1, ..., :1] < 0, -q, q))
    sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, q[..., :1])  # in [0, 2 pi]
    return q[..., 1:] * np.where(sine > 1e-7, angle / np.maximum(sine, 1e-12), 2.0)
