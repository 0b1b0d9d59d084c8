"""Which noise levels training draws."""

from __future__ import annotations

import pytest
import torch

from motion_core.train.diffusion import NOISY, random_levels
from motion_core.train.draws import Draws

SIZE, COUNT = 40_000, 1000
FIRST_NOISY = COUNT - round(NOISY * COUNT)


@pytest.mark.parametrize("noisy", [0.0, 0.4, 1.0])
def test_a_share_goes_to_the_noisiest_tenth_and_the_rest_to_all(noisy):
    t = random_levels(SIZE, COUNT, Draws(0, 0), noisy)
    assert t.shape == (SIZE,) and t.min() >= 0 and t.max() == COUNT - 1
    share = (t >= FIRST_NOISY).float().mean().item()
    assert abs(share - (noisy + (1 - noisy) * NOISY)) < 0.01
    inside = t[t >= FIRST_NOISY].float().mean().item()
    assert abs(inside - (FIRST_NOISY + COUNT - 1) / 2) < 1.0  # evenly, not only at its ends
    if noisy < 1:
        assert t.min() < COUNT // 100


def test_a_share_goes_to_the_noisiest_level():
    t = random_levels(SIZE, COUNT, Draws(0, 0), from_noise=0.6)
    assert abs((t == COUNT - 1).float().mean().item() - 0.6) < 0.01


def test_processes_draw_what_one_draws():
    whole = random_levels(8, COUNT, Draws(3, 7), 0.4)
    parts = [random_levels(4, COUNT, Draws(3, 7, rank, 2), 0.4) for rank in range(2)]
    assert torch.equal(whole, torch.cat(parts))


def test_without_shares_the_levels_are_plain_draws():
    assert torch.equal(random_levels(16, COUNT, Draws(1, 2)), Draws(1, 2).integers(16, COUNT))
