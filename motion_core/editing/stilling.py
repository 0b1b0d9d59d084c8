"""Corrections that still a moving point: least squares over all frames of a clip, in a time that grows with its length.

For a point that slips by s(t) from frame t to t+1, the correction c minimises

    sum  hold(t) |c(t+1) - c(t) + s(t)|^2  +  pull(t) |c(t) - goal(t)|^2  +  stiff |c(t+1) - 2 c(t) + c(t-1)|^2

hold: how much the point shall stay where it is. pull: how much it shall go to its goal. stiff: how smooth c is. Where
nothing holds, c goes to its goal within about (4 stiff / pull)^(1/4) frames. The normal equations have five diagonals.
"""

from __future__ import annotations

import numpy as np


def stilled(
    slip: np.ndarray, hold: np.ndarray, pull: np.ndarray, stiff: float, goal: np.ndarray | None = None
) -> np.ndarray:
    """The correction c (T,D). slip (T-1,D), hold (T-1,), pull (T,) above 0, goal (T,D), none: zero."""
    centre, first, second = _diagonals(hold, pull, stiff)
    right = np.zeros((len(pull), slip.shape[1])) if goal is None else pull[:, None] * goal
    right[:-1] += hold[:, None] * slip
    right[1:] -= hold[:, None] * slip
    return _solved(centre, first, second, right)


def _diagonals(hold: np.ndarray, pull: np.ndarray, stiff: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The matrix: its diagonal (T,), the one beside it (T-1,) and the next (T-2,)."""
    centre, first = pull.astype(np.float64), -hold.astype(np.float64)
    centre[:-1] += hold
    centre[1:] += hold
    second = np.full(max(len(pull) - 2, 0), stiff)
    if len(second):  # a second difference is 1, -2, 1
        for shift, weight in enumerate((1.0, 4.0, 1.0)):
            centre[shift : shift + len(second)] += weight * stiff
        first[:-1] -= 2 * stiff
        first[1:] -= 2 * stiff
    return centre, first, second


def _solved(centre: np.ndarray, first: np.ndarray, second: np.ndarray, right: np.ndarray) -> np.ndarray:
    """x (T,D) of A x = right, A symmetric with five diagonals: A = L D L' row by row, then both triangles.

    Plain numbers: a row has too few of them for arrays to pay.
    """
    count = len(centre)
    a, b, c = centre.tolist(), [*first.tolist(), 0.0], [*second.tolist(), 0.0, 0.0]
    low, lower = [0.0] * count, [0.0] * count  # L one and two below the diagonal, by column
    for i in range(count):
        if i >= 1:
            a[i] -= a[i - 1] * low[i - 1] ** 2
            b[i] -= a[i - 1] * low[i - 1] * lower[i - 1]
        if i >= 2:
            a[i] -= a[i - 2] * lower[i - 2] ** 2
        low[i], lower[i] = b[i] / a[i], c[i] / a[i]
    columns = []
    for column in right.T.tolist():
        for i in range(1, count):
            column[i] -= low[i - 1] * column[i - 1] + (lower[i - 2] * column[i - 2] if i >= 2 else 0.0)
        column = [value / pivot for value, pivot in zip(column, a)]
        for i in range(count - 2, -1, -1):
            column[i] -= low[i] * column[i + 1] + (lower[i] * column[i + 2] if i + 2 < count else 0.0)
        columns.append(column)
    return np.array(columns).T
