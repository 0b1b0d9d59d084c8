"""What is given stays given, and steps lead where they must; only the free part changes."""

from __future__ import annotations

import numpy as np
import torch

from motion_core.features import FeatureStats
from motion_core.features.known import WORLD_ROOT, known_values, poses_known
from motion_core.features.places import gap_places
from motion_core.features.smpl205 import DIM, SLICES, canonical, integrate_root
from motion_core.generators.makers.holding import hold_given, stack_told
from motion_core.generators.plan import Given, Plan
from motion_core.tasks import Sampling


def features(frames: int = 60, seed: int = 0) -> torch.Tensor:
    """A wandering root; the rest is noise."""
    rng = np.random.default_rng(seed)
    x0 = torch.from_numpy(rng.normal(size=(frames, DIM)))
    x0[:, SLICES["root_velocity"]] *= 0.03
    x0[:, SLICES["yaw_velocity"]] *= 0.05
    return canonical(x0)


def test_what_is_given_is_in_every_answer():
    stats = FeatureStats(np.zeros(DIM), np.ones(DIM))
    values = features(30).float()
    kept = np.zeros(30, dtype=bool)
    kept[:5] = kept[-3:] = True
    told = known_values(values[None], stats)[0]
    mask = poses_known(torch.from_numpy(kept))
    places = gap_places(kept, told[:, WORLD_ROOT])
    assert [p.frame for p in places] == [4, 27]
    given = Given(values, mask[:, :DIM], told, mask, tuple(places))
    plans = [Plan(30, Sampling(), "walk", given=given), Plan(20, Sampling(), "walk")]
    answer = torch.randn(2, 30, DIM, generator=torch.Generator().manual_seed(0)) * 0.1
    held = hold_given(lambda x, t: answer, plans, stats)(answer, torch.zeros(2, dtype=torch.long))
    assert torch.equal(held[0][given.mask], values[given.mask]) and torch.equal(held[1], answer[1])
    pelvis, yaw = integrate_root(held[0].double())
    true, true_yaw = integrate_root(values.double())
    torch.testing.assert_close(pelvis[27:, :2], true[27:, :2], atol=1e-4, rtol=0)
    torch.testing.assert_close(yaw[27:], true_yaw[27:], atol=1e-4, rtol=0)


def test_told_parts_are_stacked_and_padded():
    assert stack_told([Plan(5, Sampling())], 5) is None
    told = torch.ones(4, 209)
    given = Given(told[:, :DIM], told[:, :DIM].bool(), told, told.bool())
    values, mask = stack_told([Plan(4, Sampling(), given=given), Plan(6, Sampling())], 6)
    assert values.shape == mask.shape == (2, 6, 209)
    assert values.sum() == 4 * 209 and mask[0, :4].all() and not mask[0, 4:].any() and not mask[1].any()
