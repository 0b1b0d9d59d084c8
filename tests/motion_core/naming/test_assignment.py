"""The assignment problem, against trying everything."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from motion_core.naming.assignment import assign


@pytest.mark.parametrize("seed", range(60))
def test_it_is_the_best_of_all(seed):
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 5))
    scores = rng.normal(size=(rows, int(rng.integers(rows, 6))))
    if seed % 3 == 0:
        scores = scores.round()  # ties
    found = assign(scores)
    assert len(set(found.tolist())) == rows
    best = max(
        sum(scores[row, column] for row, column in enumerate(order))
        for order in permutations(range(scores.shape[1]), rows)
    )
    assert scores[np.arange(rows), found].sum() == pytest.approx(best)


def test_too_few_columns_are_refused():
    with pytest.raises(ValueError, match="3 rows"):
        assign(np.zeros((3, 2)))
