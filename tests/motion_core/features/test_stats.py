"""Feature statistics: numpy and torch alike, floors, refusals."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from motion_core.features import STD_FLOOR, FeatureStats


def clips(seed=0):
    rng = np.random.default_rng(seed)
    return [(rng.normal(3, 2, (n, 4)) * [1, 10, 0.1, 1]).astype(np.float32) for n in (5, 50, 1)]


def test_fit_is_over_all_frames():
    stats, frames = FeatureStats.fit(clips()), np.concatenate(clips()).astype(np.float64)
    assert np.allclose(stats.mean, frames.mean(0), rtol=1e-5)
    assert np.allclose(stats.std, frames.std(0), rtol=1e-5)
    normal = stats.normalize(frames)
    assert np.allclose(normal.mean(0), 0, atol=1e-5)
    assert np.allclose(normal.std(0), 1, atol=1e-5)


def test_there_and_back_on_both_sides():
    stats, x = FeatureStats.fit(clips()), clips(1)[1]
    for value in (x, torch.from_numpy(x), torch.from_numpy(x).double()):
        normal = stats.normalize(value)
        assert normal.dtype == value.dtype
        assert np.allclose(np.asarray(stats.denormalize(normal)), x, atol=1e-5)
        assert np.allclose(np.asarray(normal), stats.normalize(x), atol=1e-5)


def test_gradients_pass():
    x = torch.ones(2, 4, requires_grad=True)
    stats = FeatureStats.fit(clips())
    stats.normalize(x).sum().backward()
    assert np.allclose(x.grad.numpy(), 1 / stats.std)


def test_constant_channel_is_floored():
    stats = FeatureStats.fit([np.full((10, 2), 7.0, dtype=np.float32)])
    assert np.all(stats.std == np.float32(STD_FLOOR))
    assert np.all(stats.normalize(np.full((1, 2), 7.0, dtype=np.float32)) == 0)


def test_given_deviations_stay_unless_they_are_zero():
    std = np.array([0.0, 1e-6, 0.00099, 2.0], dtype=np.float32)
    found = FeatureStats(np.zeros(4), std).std
    assert found[0] == np.float32(STD_FLOOR) and np.array_equal(found[1:], std[1:])
    assert FeatureStats.fit([np.array([[0.0], [2e-5]], dtype=np.float32)]).std[0] == np.float32(STD_FLOOR)


def test_large_mean_small_spread_is_not_lost():
    values = 1000 + np.array([[0.0], [1.0]] * 50, dtype=np.float32)
    assert FeatureStats.fit([values]).std[0] == pytest.approx(0.5, rel=1e-6)


def test_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FeatureStats.fit(clips()).mean = np.zeros(4)


def test_refusals():
    bad = clips()
    bad[1][7, 2] = np.nan
    with pytest.raises(ValueError, match="clip 1 is not finite at frame 7, feature 2"):
        FeatureStats.fit(bad)
    with pytest.raises(ValueError, match="at least one clip"):
        FeatureStats.fit([])
    with pytest.raises(ValueError, match="mean is not finite at feature 1"):
        FeatureStats(np.array([0, np.inf]), np.ones(2))
    with pytest.raises(ValueError, match="std is negative at feature 0"):
        FeatureStats(np.zeros(2), np.array([-1.0, 1]))
    with pytest.raises(ValueError, match="shape"):
        FeatureStats(np.zeros(3), np.ones(2))
