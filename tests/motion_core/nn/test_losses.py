"""Shared losses against hand-made cases and torch."""

from __future__ import annotations

import pytest
import torch

from motion_core.nn.losses import gaussian_kl, smooth_l1


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
