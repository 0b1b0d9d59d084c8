"""Diversity and multimodality: corners of a known figure, expectations, bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.metrics.measures.variety import diversity, multimodality


def test_two_rows_five_apart():
    """Pairs of two rows are equal or 5 apart; all permutations give 0 or 5."""
    rows = np.array([[0.0, 0.0], [3.0, 4.0]])
    seen = {diversity(rows, 2, np.random.default_rng(seed)) for seed in range(20)}
    assert seen == {0.0, 5.0}


def test_many_pairs_of_a_normal_cloud():
    """Two draws of N(0, I) in D dimensions are sqrt(2) times a chi variable apart, about sqrt(2 D - 1)."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(4000, 50))
    assert diversity(rows, 300, rng) == pytest.approx(np.sqrt(2 * 50 - 1), rel=0.02)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), pairs=st.integers(1, 12))
def test_scale_place_and_seed(seed, pairs):
    rows = np.random.default_rng(seed).normal(size=(12, 4))
    value = diversity(rows, pairs, np.random.default_rng(seed))
    assert value == diversity(rows, pairs, np.random.default_rng(seed))
    assert diversity(3 * rows - 5, pairs, np.random.default_rng(seed)) == pytest.approx(3 * value)


def test_multimodality_is_inside_a_text():
    """However far texts lie apart, only their own motions are compared."""
    rng = np.random.default_rng(1)
    texts = rng.normal(0, 1000, size=(8, 1, 5))
    assert multimodality(np.repeat(texts, 6, axis=1), 3, rng) == 0
    values = texts + np.array([0.0, 2.0])[None, :, None] * np.array([1, 0, 0, 0, 0])
    seen = {round(multimodality(values, 2, np.random.default_rng(seed)), 9) for seed in range(20)}
    assert seen == {0.0, 2.0}


def test_multimodality_is_the_mean_over_texts_and_pairs():
    motion = np.random.default_rng(2).normal(size=(3, 9, 4))
    rng = np.random.default_rng(7)
    first, second = rng.choice(9, 4, replace=False), rng.choice(9, 4, replace=False)
    gaps = [np.linalg.norm(motion[t, i] - motion[t, j]) for t in range(3) for i, j in zip(first, second)]
    assert multimodality(motion, 4, np.random.default_rng(7)) == pytest.approx(np.mean(gaps))


def test_bad_input_is_named():
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(10, 4))
    with pytest.raises(ValueError, match="300 pairs of 10 motions: use from 1 to 10 pairs"):
        diversity(rows, 300, rng)
    with pytest.raises(ValueError, match="0 pairs"):
        diversity(rows, 0, rng)
    with pytest.raises(ValueError, match="give \\(texts, motions of each, D\\)"):
        multimodality(rows, 2, rng)
    with pytest.raises(ValueError, match="5 pairs of 2 motions"):
        multimodality(rows.reshape(5, 2, 4), 5, rng)
    with pytest.raises(ValueError, match="not finite"):
        multimodality(np.full((2, 3, 4), np.nan), 2, rng)
