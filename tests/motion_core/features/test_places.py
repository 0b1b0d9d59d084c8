"""Steps lead where they must, and nothing else changes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from motion_core.features.known import WORLD_ROOT, known_values
from motion_core.features.places import Place, gap_places, lead_to_places, place_of
from motion_core.features.smpl205 import DIM, SLICES, canonical, integrate_root
from motion_core.features.stats import FeatureStats


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


def test_the_places_beside_gaps_are_where_the_body_is():
    x0 = features(30)
    kept = np.zeros(30, dtype=bool)
    kept[:5] = kept[-3:] = True
    root = known_values(x0[None].float(), FeatureStats(np.zeros(DIM), np.ones(DIM)))[0][:, WORLD_ROOT]
    pelvis, yaw = integrate_root(x0)
    found = gap_places(kept, root)
    assert [place.frame for place in found] == [4, 27] and found[1] == place_of(27, root)
    for place in found:
        assert place.floor == pytest.approx(pelvis[place.frame, :2].tolist(), abs=1e-5)
        assert place.heading == pytest.approx(float(yaw[place.frame]), abs=1e-5)
