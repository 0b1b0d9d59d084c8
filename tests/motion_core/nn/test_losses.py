"""Shared losses against hand-made cases and torch."""

from __future__ import annotations

import pytest
import torch

from motion_core.nn.losses import gaussian_kl, masked_l2, smooth_l1


def test_kl_agrees_with_torch():
    generator = torch.Generator().manual_seed(0)
    mu, logvar, other, other_logvar = torch.randn(4, 3, 5, generator=generator)
    normal = torch.distributions.Normal
    expected = torch.distributions.kl_divergence(
        normal(mu, (logvar / 2).exp()), normal(other, (other_logvar / 2).exp())
    )
    assert gaussian_kl(mu, logvar, other, other_logvar).item() == pytest.approx(
        expected.mean().item(), rel=1e-5
    )


def test_smooth_l1_counts_valid_frames_alone():
    a, b = torch.zeros(1, 3, 2), torch.tensor([[[0.5, 0.5], [3.0, 3.0], [99.0, 99.0]]])
    mask = torch.tensor([[True, True, False]])
    assert smooth_l1(a, b, mask).item() == pytest.approx((0.125 + 2.5) / 2)


def test_each_sample_counts_its_valid_frames_alike():
    a, b = torch.zeros(3, 4, 2), torch.tensor([1.0, 2.0, 3.0]).view(3, 1, 1).expand(3, 4, 2)
    mask = torch.arange(4)[None] < torch.tensor([[4], [1], [0]])
    assert masked_l2(a, b, mask).tolist() == [1.0, 4.0, 0.0]


@pytest.mark.parametrize("rubbish", [float("inf"), float("nan"), 1e30])
def test_padding_may_hold_anything_forward_and_backward(rubbish):
    a = torch.ones(2, 3, 5, requires_grad=True)
    mask = torch.tensor([[True, True, False], [True, False, False]])
    b = torch.where(mask[..., None], torch.zeros(()), torch.full((), rubbish)).expand(2, 3, 5)
    found = masked_l2(a, b, mask)
    assert found.tolist() == [1.0, 1.0]
    found.sum().backward()
    assert torch.isfinite(a.grad[mask]).all() and a.grad[mask].abs().min() > 0


def test_half_precision_is_summed_in_single():
    a, b = torch.full((1, 2, 2), 300.0, dtype=torch.half), torch.zeros(1, 2, 2, dtype=torch.half)
    found = masked_l2(a, b, torch.ones(1, 2, dtype=torch.bool))
    assert found.dtype == torch.float32 and found.item() == 90000.0  # more than half precision holds
