"""Quotients of sums over clips and their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.metrics.measures.estimate import Estimate
from motion_core.metrics.measures.intervals import mean_interval


def test_equal_weights_are_a_plain_mean():
    values = np.array([1.0, 4.0, 2.5, 3.0])
    assert Estimate.of_sums(values, np.ones(4)).interval() == pytest.approx(mean_interval(values))


def test_clips_weigh_as_much_as_they_give():
    found = Estimate.of_sums(np.array([3.0, 4.0]), np.array([3.0, 1.0]))
    assert found.value == pytest.approx(7 / 4) and found.influence.sum() == pytest.approx(0)


def test_quotients_know_that_errors_go_together():
    rng = np.random.default_rng(0)
    easy, weights = rng.uniform(0.1, 5, 50), np.ones(50)
    double, single = Estimate.of_sums(2 * easy, weights), Estimate.of_sums(easy, weights)
    assert double.over(single).interval() == pytest.approx((2.0, 0.0), abs=1e-12)


def test_the_interval_of_a_quotient_covers_the_truth():
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(400):
        weights = rng.integers(1, 6, 60)
        tops = [rng.normal(mean, 0.4, 60) * weights for mean in (1.5, 2.0)]
        a, b = (Estimate.of_sums(top, weights) for top in tops)
        value, half = a.over(b).interval()
        inside += abs(value - 0.75) < half
    assert 0.91 < inside / 400 < 0.985


def test_what_cannot_be_told_is_none():
    assert Estimate.of_sums(np.zeros(3), np.zeros(3)).interval() == (None, None)
    one = Estimate.of_sums(np.array([2.0]), np.array([4.0]))
    assert one.interval() == (0.5, None)
    nothing = Estimate.of_sums(np.zeros(2), np.ones(2))
    assert one.value and nothing.over(nothing).interval() == (None, None)
