"""Precision, recall, density, coverage: points on a line, a literal restatement, chunks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.metrics.measures import manifold
from motion_core.metrics.measures.manifold import prdc


def literal(real, fake, k):
    """The definitions point by point."""

    def radius(rows, i):
        return sorted(np.linalg.norm(rows[i] - other) for other in rows)[k]

    inside = [[np.linalg.norm(r - f) < radius(real, i) for f in fake] for i, r in enumerate(real)]
    recalled = [any(np.linalg.norm(r - f) < radius(fake, j) for j, f in enumerate(fake)) for r in real]
    return {
        "precision": np.mean(np.any(inside, axis=0)),
        "recall": np.mean(recalled),
        "density": np.sum(inside) / k / len(fake),
        "coverage": np.mean(np.any(inside, axis=1)),
    }


def test_points_on_a_line():
    """k = 1: real balls 0:(-1,1), 1:(0,2), 3:(1,5); fake balls 0.5:(-9,10), 10:(0.5,19.5)."""
    real, fake = np.array([[0.0], [1.0], [3.0]]), np.array([[0.5], [10.0]])
    assert prdc(real, fake, k=1) == {
        "precision": 0.5,  # 0.5 lies in two real balls, 10 in none
        "recall": 1.0,
        "density": 1.0,  # (2 + 0) / 1 / 2
        "coverage": pytest.approx(2 / 3),  # the ball of 3 is empty
    }


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), k=st.integers(1, 5), shift=st.floats(0, 3))
def test_agrees_with_the_definitions(seed, k, shift):
    rng = np.random.default_rng(seed)
    real, fake = rng.normal(size=(23, 3)), rng.normal(shift, 1.5, size=(17, 3))
    assert prdc(real, fake, k) == pytest.approx(literal(real, fake, k))


def test_more_rows_than_a_chunk(monkeypatch):
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(50, 4)), rng.normal(0.5, 1, size=(33, 4))
    whole = prdc(real, fake)
    monkeypatch.setattr(manifold, "CHUNK", 7)
    assert prdc(real, fake) == pytest.approx(whole)


def test_the_same_set_and_sets_far_apart():
    rows = np.random.default_rng(1).normal(size=(40, 6))
    same = prdc(rows, rows)
    assert same["precision"] == same["recall"] == same["coverage"] == 1
    # each ball holds its centre and two of its three neighbours (the third lies on its edge): 3 of k = 3
    assert same["density"] == pytest.approx(1)
    assert set(prdc(rows, rows + 1000).values()) == {0}


def test_repeated_rows_have_balls_of_no_size():
    assert set(prdc(np.ones((9, 4)), np.ones((8, 4))).values()) == {0}


def test_bad_input_is_named():
    rows = np.random.default_rng(2).normal(size=(10, 4))
    with pytest.raises(ValueError, match="fake has 3 rows: this measure needs at least 4"):
        prdc(rows, rows[:3])
    with pytest.raises(ValueError, match="real has 4 columns, fake 2"):
        prdc(rows, rows[:, :2])
    with pytest.raises(ValueError, match="k is 0"):
        prdc(rows, rows, 0)
