"""Guidance: beyond the conditioned answer, in one call or at half the price."""

import pytest
import torch

from motion_core.diffusion.guidance import guided
from motion_core.nn.condition import Condition


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
