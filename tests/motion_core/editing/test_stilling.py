"""Corrections that still a point: the equations are solved, what is held stays, what is free is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.editing.stilling import stilled

FRAMES = 40


def problem(seed=0, frames=FRAMES):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.01, (frames - 1, 2)), rng.uniform(0, 50, frames - 1), rng.uniform(0.1, 2, frames)


@pytest.mark.parametrize("frames", [1, 2, 3, FRAMES])
def test_it_is_the_least_of_its_sum(frames):
    slip, hold, pull = problem(frames=frames)
    goal = np.random.default_rng(1).normal(0, 0.1, (frames, 2))

    def cost(c):
        return (
            (hold * ((np.diff(c, axis=0) + slip) ** 2).sum(1)).sum()
            + (pull * ((c - goal) ** 2).sum(1)).sum()
            + 3.0 * (np.diff(c, n=2, axis=0) ** 2).sum()
        )

    best = stilled(slip, hold, pull, 3.0, goal)
    for seed in range(20):
        other = best + np.random.default_rng(seed).normal(0, 1e-3, best.shape)
        assert cost(other) > cost(best)


def test_what_is_held_stays_and_the_correction_comes_and_goes_softly():
    point = np.stack([np.linspace(0, 0.4, FRAMES), np.zeros(FRAMES)], axis=1)
    held = (np.arange(FRAMES - 1) >= 15) & (np.arange(FRAMES - 1) < 25)
    pull = np.where(np.append(held, False), 1e-4, 1.0)
    c = stilled(np.diff(point, axis=0), 1e4 * held, pull, 256.0)
    steps = np.linalg.norm(np.diff(point + c, axis=0), axis=1)
    assert steps[held].max() < 3e-4 and np.median(steps[held]) < 1e-4
    assert np.abs(c[[0, -1]]).max() < 0.02 and np.abs(np.diff(c, n=2, axis=0)).max() < 0.01


def test_nothing_held_changes_nothing():
    slip, _, pull = problem()
    assert np.abs(stilled(slip, np.zeros(FRAMES - 1), pull, 10.0)).max() == 0
