"""The Fréchet distance: closed forms, scipy's matrix root, and covariances without full rank."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.metrics.measures.frechet import frechet_distance


def by_matrix_root(a, b):
    """The published formula, literally."""
    mean_a, mean_b = a.mean(0), b.mean(0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(cov_a @ cov_b)
    return float(np.sum((mean_a - mean_b) ** 2) + np.trace(cov_a + cov_b - 2 * np.real(root)))


def test_agrees_with_the_matrix_root():
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(6, 6))
    a, b = rng.normal(size=(90, 6)) @ mix, rng.normal(0.4, 2, size=(70, 6))
    assert frechet_distance(a, b) == pytest.approx(by_matrix_root(a, b), rel=1e-9)


def test_one_column_is_the_gap_of_means_and_of_deviations():
    a, b = np.array([[1.0], [3.0]]), np.array([[10.0], [20.0], [30.0]])
    deviations = np.sqrt(2) - 10
    assert frechet_distance(a, b) == pytest.approx((2 - 20) ** 2 + deviations**2)


def test_independent_columns_add_up():
    """Columns of opposite signs have a diagonal covariance: each adds (difference of deviations)^2."""
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    unbiased = 4 / 3
    a, b = signs * [1.0, 2.0], signs * [4.0, 2.5] + [0.0, 7.0]
    assert frechet_distance(a, b) == pytest.approx(49 + unbiased * (3**2 + 0.5**2))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), rows=st.integers(2, 30), columns=st.integers(1, 12))
def test_is_a_distance(seed, rows, columns):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(2, 3, (rows, columns)), rng.normal(size=(rows + 3, columns))
    turn = np.linalg.qr(rng.normal(size=(columns, columns)))[0]
    there = frechet_distance(a, b)
    assert there == pytest.approx(frechet_distance(b, a), rel=1e-9)
    assert frechet_distance(a @ turn + 5, b @ turn + 5) == pytest.approx(there, rel=1e-8)
    assert frechet_distance(2 * a, 2 * b) == pytest.approx(4 * there, rel=1e-9)
    assert frechet_distance(a, a[::-1]) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, a + 3) == pytest.approx(9 * columns, rel=1e-9)


def test_fewer_rows_than_columns_is_exact():
    """Both sets in a plane of a wide space: the same number as in the plane itself."""
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(5, 2)), rng.normal(1, 2, size=(6, 2))
    wide = np.linalg.qr(rng.normal(size=(40, 40)))[0][:2]  # 2 orthogonal directions of 40
    assert frechet_distance(a @ wide, b @ wide) == pytest.approx(by_matrix_root(a, b), rel=1e-9)


def test_identical_rows_have_no_spread_of_their_own():
    b = np.random.default_rng(3).normal(size=(50, 4))
    a = np.tile(b.mean(0) + 1, (10, 1))
    assert frechet_distance(a, b) == pytest.approx(4 + np.trace(np.cov(b, rowvar=False)))
    assert frechet_distance(a, a) == 0


def test_bad_input_is_named():
    good = np.random.default_rng(4).normal(size=(5, 3))
    with pytest.raises(ValueError, match="second set has 1 rows: this measure needs at least 2"):
        frechet_distance(good, good[:1])
    with pytest.raises(ValueError, match="3 columns, the second set 2: embed both with the same model"):
        frechet_distance(good, good[:, :2])
    with pytest.raises(ValueError, match="not finite"):
        frechet_distance(good, good * np.nan)
