"""Means of figures to which clips contribute unequally, quotients of two of them, and their confidence intervals.

A clip gives several windows, a window several frames. Windows and frames are not independent; clips are. So every
figure is a quotient of sums over clips, r = sum n / sum d (of errors and windows, of slips and steps). Its spread is
that of the clips' influence u on it (the linearised, or delta, method):
    u_c = (n_c - r d_c) / mean d,   sum u = 0,   r +- t * std(u) / sqrt(clips)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.metrics.measures.intervals import mean_interval

Interval = tuple[float | None, float | None]  # mean, half width of its 95 % interval; None: cannot be told


@dataclass(frozen=True, eq=False)
class Estimate:
    """value: nan where nothing was measured. influence (C,): of each clip on it, sum 0."""

    value: float
    influence: np.ndarray

    @classmethod
    def of_sums(cls, top: np.ndarray, bottom: np.ndarray) -> Estimate:
        """sum top / sum bottom of the clips' sums (C,) each."""
        top, bottom = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
        if bottom.sum() <= 0:
            return cls(float("nan"), np.zeros(len(top)))
        value = float(top.sum() / bottom.sum())
        return cls(value, (top - value * bottom) / bottom.mean())

    def over(self, other: Estimate) -> Estimate:
        """The quotient of two estimates from the same clips, whose errors go together."""
        if not (np.isfinite(self.value) and np.isfinite(other.value)) or other.value == 0:
            return Estimate(float("nan"), np.zeros(len(self.influence)))
        quotient = self.value / other.value
        return Estimate(quotient, (self.influence - quotient * other.influence) / other.value)

    def interval(self) -> Interval:
        """(value, half width of its 95 % confidence interval); of one clip the width cannot be told."""
        if not np.isfinite(self.value):
            return None, None
        _, half = mean_interval(self.value + self.influence)
        return self.value, half if np.isfinite(half) else None
