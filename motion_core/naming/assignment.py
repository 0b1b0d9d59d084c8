"""The assignment problem: rows to different columns, the sum of the scores as large as can be."""

from __future__ import annotations

import numpy as np


def assign(scores: np.ndarray) -> np.ndarray:
    """Columns (R,), all different, that give scores (R,C), C >= R, the largest sum.

    Shortest augmenting paths over reduced costs (Jonker and Volgenant 1987), one row after the other.
    """
    rows, columns = scores.shape
    if columns < rows:
        raise ValueError(f"{rows} rows cannot have columns of their own among {columns}")
    cost = -np.asarray(scores, dtype=np.float64)
    of_row, of_column = np.zeros(rows), np.zeros(columns)  # the duals
    owner = np.full(columns, -1)
    for row in range(rows):
        distance, before = np.full(columns, np.inf), np.full(columns, -1)
        done = np.zeros(columns, dtype=bool)
        at, reached, last = row, 0.0, -1
        while True:
            step = reached + cost[at] - of_row[at] - of_column
            nearer = ~done & (step < distance)
            distance[nearer], before[nearer] = step[nearer], last
            last = int(np.argmin(np.where(done, np.inf, distance)))
            reached, done[last] = float(distance[last]), True
            if owner[last] < 0:
                break
            at = int(owner[last])
        _shift(of_row, of_column, owner, done, distance, reached, row)
        while last >= 0:
            previous = int(before[last])
            owner[last] = row if previous < 0 else owner[previous]
            last = previous
    found = np.empty(rows, dtype=np.int64)
    found[owner[owner >= 0]] = np.flatnonzero(owner >= 0)
    return found


def _shift(
    of_row: np.ndarray, of_column: np.ndarray, owner: np.ndarray, done: np.ndarray, distance: np.ndarray,
    reached: float, row: int,
) -> None:  # fmt: skip
    """Moves the duals so that no reduced cost is negative after the new row's path is taken."""
    of_row[row] += reached
    passed = np.flatnonzero(done & (owner >= 0))
    of_row[owner[passed]] += reached - distance[passed]
    of_column[done] -= reached - distance[done]
