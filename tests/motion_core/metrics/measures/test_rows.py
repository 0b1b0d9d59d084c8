"""Distances against plain differences; what is no set of embeddings is named."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from motion_core.metrics.measures.rows import check_pairs, check_rows, squared_distances


def test_distances_are_those_of_scipy_far_from_the_origin_too():
    rng = np.random.default_rng(0)
    a, b = rng.normal(1e3, 1, (40, 17)), rng.normal(1e3, 1, (25, 17))
    assert np.allclose(squared_distances(a, b), cdist(a, b, "sqeuclidean"), rtol=1e-10)


def test_equal_rows_are_exactly_zero_apart():
    rows = np.random.default_rng(1).normal(5, 3, (30, 11))
    assert np.all(np.diagonal(squared_distances(rows, rows[::1].copy())) == 0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros(4), r"shape \(4,\)"),
        (np.zeros((4, 0)), r"shape \(4, 0\)"),
        (np.zeros((1, 4)), "motion has 1 rows: this measure needs at least 2"),
        (np.array([[0.0, 1], [0, np.nan], [np.inf, 0]]), "2 of 3 rows are not finite, the first is row 1"),
    ],
)
def test_bad_rows_are_named(values, said):
    with pytest.raises(ValueError, match=said):
        check_rows("motion", values, 2)


def test_pairs_must_belong_together():
    with pytest.raises(ValueError, match=r"text is \(3, 2\), motion \(4, 2\)"):
        check_pairs(np.zeros((3, 2)), np.zeros((4, 2)))
