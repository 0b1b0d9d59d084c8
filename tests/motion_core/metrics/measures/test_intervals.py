"""Means with intervals: against scipy's t distribution, and how often they hold the truth."""

import numpy as np
import pytest
import scipy.stats

from motion_core.metrics.measures.intervals import mean_interval, student_quantile


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 9, 19, 20, 199])
def test_quantile_is_that_of_scipy(freedom):
    assert student_quantile(freedom) == pytest.approx(scipy.stats.t.ppf(0.975, freedom), rel=1e-10)
    assert student_quantile(freedom, 0.5) == pytest.approx(scipy.stats.t.ppf(0.75, freedom), rel=1e-10)


def test_interval_is_that_of_scipy():
    values = np.random.default_rng(0).normal(3, 2, 20)
    low, high = scipy.stats.t.interval(0.95, 19, values.mean(), scipy.stats.sem(values))
    assert mean_interval(values) == pytest.approx(((low + high) / 2, (high - low) / 2))


def test_two_values():
    """Mean 2, standard error 1, t = 12.706 with one degree of freedom."""
    assert mean_interval([1.0, 3.0]) == pytest.approx((2.0, 12.7062047))


def test_holds_the_truth_in_95_of_100():
    rng = np.random.default_rng(1)
    held = [abs(mean - 5) <= half for mean, half in (mean_interval(rng.normal(5, 1, 6)) for _ in range(2000))]
    assert 0.935 < np.mean(held) < 0.965


def test_equal_values_and_a_single_one():
    assert mean_interval([4.0] * 5) == (4.0, 0.0)
    mean, half = mean_interval([4.0])
    assert mean == 4 and np.isnan(half)


@pytest.mark.parametrize(
    ("values", "said"),
    [([], r"shape \(0,\)"), ([[1.0, 2.0]], r"shape \(1, 2\)"), ([1.0, np.nan, 2.0], "value 1 of 3 is nan")],
)
def test_bad_input_is_named(values, said):
    with pytest.raises(ValueError, match=said):
        mean_interval(values)
