"""Adapters undo the noising they describe; known values come out exactly; guidance is one batch."""

import pytest
import torch

from motion_core.diffusion.denoiser import bind, from_eps, from_v, keep_known
from motion_core.diffusion.loss import q_sample
from motion_core.diffusion.samplers import SAMPLERS
from motion_core.diffusion.schedule import cosine_schedule
from motion_core.nn.condition import Condition

SCHEDULE = cosine_schedule(1000)


@pytest.fixture
def noisy():
    generator = torch.Generator().manual_seed(0)
    x0, noise = torch.randn(4, 5, 3, generator=generator), torch.randn(4, 5, 3, generator=generator)
    t = torch.tensor([0, 300, 700, 950])
    return x0, noise, t, q_sample(x0, t, noise, SCHEDULE)


def test_eps_and_v_lead_back_to_x0(noisy):
    x0, noise, t, x = noisy
    ab = SCHEDULE.alpha_bar[t].view(-1, 1, 1).float()
    assert torch.allclose(from_eps(lambda x, t: noise, SCHEDULE)(x, t), x0, atol=1e-4)
    v = ab.sqrt() * noise - (1 - ab).sqrt() * x0
    assert torch.allclose(from_v(lambda x, t: v, SCHEDULE)(x, t), x0, atol=1e-5)


@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_known_values_come_out_bit_for_bit(name):
    torch.manual_seed(1)
    known, mask = torch.randn(2, 8, 3), torch.zeros(1, 8, 1, dtype=torch.bool)
    mask[:, :3] = True
    denoise = keep_known(lambda x, t: torch.tanh(x), known, mask)
    x0 = SAMPLERS[name](denoise, torch.randn(2, 8, 3), SCHEDULE, steps=10)
    assert torch.equal(x0[:, :3], known[:, :3])
    assert not torch.allclose(x0[:, 3:], known[:, 3:])


def test_bind_hands_over_condition_and_mask():
    cond, mask = Condition.none(2), torch.ones(2, 5, dtype=torch.bool)
    got = bind(lambda *args: args, cond, mask)(torch.zeros(2, 5, 3), torch.zeros(2, dtype=torch.long))
    assert got[2] is cond and got[3] is mask
