"""The fitted text layer: a word that hardly moves the sentence vector is heard as loudly as one that moves it far."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.train.text_start import action_layer, canonical_directions, canonical_layer, inverse_root


@pytest.fixture
def talk() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sentences (N,12) with a faint decisive direction (0) and loud idle ones; motions (N,5); the decision (N,)."""
    rng = np.random.default_rng(3)
    side = rng.choice([-1.0, 1.0], 4000)
    x = rng.normal(size=(4000, 12)) * np.linspace(0.05, 1.0, 12)
    x[:, 0] = 0.2 * side + 0.01 * rng.normal(size=4000)
    y = np.outer(side, np.arange(1, 6)) + 0.3 * rng.normal(size=(4000, 5))
    return x, y, side


def test_the_decisive_direction_comes_first_and_has_unit_variance(talk):
    x, y, side = talk
    directions, correlations = canonical_directions(x, y, 3)
    heard = (x - x.mean(0)) @ directions[:, 0]
    assert abs(np.corrcoef(heard, side)[0, 1]) > 0.99
    assert heard.std() == pytest.approx(1.0, abs=0.15)
    assert correlations[0] > 0.9 and correlations[1] < 0.3


def test_the_layer_is_moved_by_the_word_more_than_by_the_phrasing(talk):
    x, y, side = talk
    weight, bias = canonical_layer(x, y, 16, seed=0)
    out = x @ weight.T + bias
    assert weight.shape == (16, 12) and out.mean() == pytest.approx(0, abs=0.05)
    assert out.std() == pytest.approx(1.0, abs=0.25)
    between = np.linalg.norm(out[side > 0].mean(0) - out[side < 0].mean(0))
    plain = np.linalg.norm(x[side > 0].mean(0) - x[side < 0].mean(0)) / np.sqrt(x.var(0).sum())
    assert between / np.sqrt(out.var(0).sum()) > 2 * plain
    again, _ = canonical_layer(x, y, 16, seed=0)
    np.testing.assert_array_equal(weight, again)


def test_sentences_of_an_action_become_its_row(talk):
    x, _, side = talk
    rows = np.random.default_rng(0).normal(size=(2, 16))
    actions = (side > 0).astype(int)
    actions[:500] = -1  # shows no single action
    weight, bias = action_layer(x, actions, rows)
    out = x @ weight.T + bias
    nearest = ((out[:, None] - rows) ** 2).sum(-1).argmin(1)
    assert (nearest == (side > 0)).mean() > 0.99


def test_directions_nothing_happens_in_stay_finite():
    flat = np.diag([1.0, 0.5, 0.0])
    root = inverse_root(flat)
    assert np.isfinite(root).all()
    assert root[0, 0] == pytest.approx(1.0, rel=0.02) and root[2, 2] < 20
