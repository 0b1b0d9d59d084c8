"""The mean of repeated measurements and how far to trust it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def mean_interval(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """(mean, half width of its 95 % confidence interval) of (R,) replications, by Student's t.

    The half width of a single value is nan: one measurement says nothing about its spread. Published tables of 20
    replications use 1.96 standard deviations of the sample instead, 9 % narrower. Raises ValueError for no value or
    one that is not finite.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or len(values) == 0:
        raise ValueError(f"values have shape {values.shape}: give one number for each replication")
    if not np.isfinite(values).all():
        bad = int(np.argmin(np.isfinite(values)))
        raise ValueError(
            f"value {bad} of {len(values)} is {values[bad]}: leave out what could not be measured"
        )
    if len(values) == 1:
        return float(values[0]), math.nan
    error = values.std(ddof=1) / math.sqrt(len(values))
    return float(values.mean()), float(student_quantile(len(values) - 1) * error)


def student_quantile(freedom: int, share: float = 0.95) -> float:
    """t so that Student's t with `freedom` degrees lies within -t..t with probability `share`; by bisection."""
    low, high = 0.0, 1.0
    while _within(high, freedom) < share:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < share else (low, middle)
    return (low + high) / 2


def _within(t: float, freedom: int) -> float:
    """P(|T| <= t), the finite series of Abramowitz & Stegun 26.7.3 and 26.7.4."""
    angle = math.atan2(t, math.sqrt(freedom))
    cosine, odd = math.cos(angle), freedom % 2
    # powers of the cosine up to freedom - 2, in steps of two: 1, 1/2 c^2, 1*3/(2*4) c^4 ... or c, 2/3 c^3 ...
    term = cosine if odd else 1.0
    total = 0.0
    for power in range(odd, freedom - 1, 2):
        total += term
        term *= cosine**2 * (power + 1) / (power + 2)
    series = math.sin(angle) * total
    return 2 / math.pi * (angle + series) if odd else series
