"""What is given stays given, and steps lead where they must; only the free part changes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from motion_core.features import FeatureStats
from motion_core.features.known import known_values, poses_known
from motion_core.features.smpl205 import DIM, SLICES, canonical, integrate_root
from motion_core.generators.plan import Given, Place, Plan, gap_places, hold_given, lead_to_places, stack_told
from motion_core.tasks import Sampling


def features(frames: int = 60, seed: int = 0) -> torch.Tensor:
    """A wandering root; the rest is noise."""
    rng = np.random.default_rng(seed)
    x0 = torch.from_numpy(rng.normal(size=(frames, DIM)))
    x0[:, SLICES["root_velocity"]] *= 0.03
    x0[:, SLICES["yaw_velocity"]] *= 0.05
    return canonical(x0)


def test_steps_lead_to_every_place():
    places = [
        Place(0, (0.0, 0.0), 0.0),
        Place(20, (0.5, -1.0), 1.0),
        Place(21, None, 1.1),
        Place(59, (2.0, -1.0), -2.5),
    ]
    pelvis, yaw = integrate_root(lead_to_places(features(), places))
    for place in places:
        if place.floor is not None:
            assert pelvis[place.frame, :2].tolist() == pytest.approx(place.floor, abs=1e-9)
        if place.heading is not None:
            off = (float(yaw[place.frame]) - place.heading + math.pi) % (2 * math.pi) - math.pi
            assert abs(off) < 1e-9


def test_only_steps_between_places_change_and_a_motion_that_fits_not_at_all():
    x0 = features()
    led = lead_to_places(x0, [Place(10, (0.0, 0.0), 0.0), Place(30, (1.0, 0.0), 0.5)])
    changed = ((led - x0).abs() > 1e-9).any(1).nonzero().ravel()
    assert changed.min() >= 11 and changed.max() <= 30
    assert torch.equal(led[:, 4:], x0[:, 4:])
    pelvis, yaw = integrate_root(x0)
    fitting = [Place(f, tuple(pelvis[f, :2].tolist()), float(yaw[f])) for f in (0, 25, 59)]
    torch.testing.assert_close(lead_to_places(x0, fitting), x0)


def test_someone_who_stands_is_not_dragged():
    x0 = features()
    x0[20:40, :4] = 0.0
    before, _ = integrate_root(x0)
    end = before[59, :2] + torch.tensor([0.3, 0.0])
    led, _ = integrate_root(
        lead_to_places(x0, [Place(0, (0.0, 0.0), 0.0), Place(59, tuple(end.tolist()), None)])
    )
    dragged = (led[38, :2] - led[22, :2]).norm()
    assert dragged < 0.3 * 0.3 * 16 / 59 * 1.1  # no more than the even share


def test_what_is_given_is_in_every_answer():
    stats = FeatureStats(np.zeros(DIM), np.ones(DIM))
    values = features(30).float()
    kept = np.zeros(30, dtype=bool)
    kept[:5] = kept[-3:] = True
    told = known_values(values[None], stats)[0]
    mask = poses_known(torch.from_numpy(kept))
    places = gap_places(kept, told)
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
