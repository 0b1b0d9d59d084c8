"""Adapters undo the noising they describe; known values come out exactly; guidance is one batch."""

import pytest
import torch

from motion_core.diffusion.denoiser import bind, from_eps, from_v, keep_known
from motion_core.diffusion.guidance import guided
from motion_core.diffusion.loss import diffusion_loss, q_sample
from motion_core.diffusion.samplers import SAMPLERS
from motion_core.diffusion.schedule import cosine_schedule
from motion_core.nn.condition import Condition
from motion_core.nn.losses import masked_l2

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


class CountingModel:
    """Answers with the action where kept and 0 where not; counts its calls."""

    def __init__(self):
        self.batches = []

    def __call__(self, x, t, cond, mask):
        self.batches.append(len(x))
        assert len(x) == len(t) == len(cond) == len(mask)
        return x * 0 + (cond.action * cond.keep).view(-1, 1, 1)


def test_guidance_goes_beyond_the_conditioned_answer_in_one_call():
    model, cond = CountingModel(), Condition(action=torch.tensor([2, 4]))
    mask = torch.ones(2, 5, dtype=torch.bool)
    x, t = torch.randn(2, 5, 3), torch.zeros(2, dtype=torch.long)
    out = guided(model, cond, mask, 2.5)(x, t)
    assert model.batches == [4]
    assert torch.allclose(out[:, 0, 0], torch.tensor([5.0, 10.0]))
    each = guided(model, cond, mask, torch.tensor([0.0, 3.0]))(x, t)
    assert torch.allclose(each[:, 0, 0], torch.tensor([0.0, 12.0]))


@pytest.mark.parametrize(("scale", "expected"), [(1, 2.0), (0, 0.0), (1.0, 2.0)])
def test_guidance_of_one_or_zero_computes_one_half(scale, expected):
    model, cond = CountingModel(), Condition(action=torch.tensor([2]))
    out = guided(model, cond, torch.ones(1, 5, dtype=torch.bool), scale)(
        torch.randn(1, 5, 3), torch.tensor([0])
    )
    assert model.batches == [1] and out[0, 0, 0] == expected


def test_loss_counts_valid_frames_and_samples_alike(noisy):
    x0, noise, t, x = noisy
    mask = torch.arange(5)[None] < torch.tensor([[5], [2], [1], [0]])
    wrong = (
        x0
        + mask[..., None] * torch.tensor([1.0, 2.0, 3.0, 4.0]).view(-1, 1, 1)
        + (~mask[..., None]).float() * 99
    )
    assert torch.allclose(masked_l2(wrong, x0, mask), torch.tensor([1.0, 4.0, 9.0, 0.0]), atol=1e-4)
    seen = []

    def denoise(given, level):
        seen.append((given, level))
        return wrong

    loss = diffusion_loss(denoise, x0, t, noise, mask, SCHEDULE)
    assert torch.allclose(loss, torch.tensor([1.0, 4.0, 9.0, 0.0]), atol=1e-4)
    assert torch.equal(seen[0][0], x) and torch.equal(seen[0][1], t)


def test_bind_hands_over_condition_and_mask():
    cond, mask = Condition.none(2), torch.ones(2, 5, dtype=torch.bool)
    got = bind(lambda *args: args, cond, mask)(torch.zeros(2, 5, 3), torch.zeros(2, dtype=torch.long))
    assert got[2] is cond and got[3] is mask


def test_clean_levels_are_not_guided_and_cost_one_half():
    sizes = []

    def model(x, t, cond, mask):
        sizes.append(len(x))
        return x + cond.keep.to(x.dtype)[:, None, None]

    cond, mask, x = (
        Condition(action=torch.zeros(2, dtype=torch.long)),
        torch.ones(2, 3, dtype=torch.bool),
        torch.zeros(2, 3, 1),
    )
    denoise = guided(model, cond, mask, 3.0, above=10)
    assert torch.equal(denoise(x, torch.tensor([9, 2])), torch.ones(2, 3, 1)) and sizes == [2]
    assert denoise(x, torch.tensor([10, 500])).unique().tolist() == [3.0] and sizes == [2, 4]
    mixed = denoise(x, torch.tensor([9, 500]))
    assert mixed[0].unique().tolist() == [1.0] and mixed[1].unique().tolist() == [3.0]
