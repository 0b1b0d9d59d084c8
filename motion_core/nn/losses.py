"""Losses that several families use: over the valid frames of clips, and between Gaussians."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def masked_l2(a: Tensor, b: Tensor, mask: Tensor) -> Tensor:
    """Mean squared difference (B,) over the valid frames of each sample. a, b: (B,T,...), mask: (B,T) bool.

    Each sample counts alike, however long it is; one without valid frames counts 0.
    """
    square = (a.float() - b.float()).square().flatten(2).mean(-1)  # (B,T)
    # where, not a product: what lies in padded frames may be anything, even infinite
    return square.where(mask, square.new_zeros(())).sum(1) / mask.sum(1).clamp(min=1)


def smooth_l1(a: Tensor, b: Tensor, mask: Tensor) -> Tensor:
    """Mean SmoothL1 over the valid frames of (B,T,F), mask (B,T)."""
    error = F.smooth_l1_loss(a.float(), b, reduction="none").mean(-1)
    return (error * mask).sum() / mask.sum()


def gaussian_kl(mu: Tensor, logvar: Tensor, other_mu: Tensor, other_logvar: Tensor) -> Tensor:
    """KL(N(mu, e^logvar) || N(other...)), mean over samples and dimensions; all (B,D)."""
    ratio = (logvar - other_logvar).exp()
    distance = (mu - other_mu).square() / other_logvar.exp()
    return 0.5 * (ratio + distance - 1 - logvar + other_logvar).mean()
