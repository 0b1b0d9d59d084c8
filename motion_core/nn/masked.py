"""Measures over the valid frames of padded batches."""

from __future__ import annotations

from torch import Tensor


def masked_l2(a: Tensor, b: Tensor, mask: Tensor) -> Tensor:
    """Mean squared difference (B,) over the valid frames of each sample. a, b: (B,T,...), mask: (B,T) bool.

    Each sample counts alike, however long it is; one without valid frames counts 0.
    """
    square = (a.float() - b.float()).square().flatten(2).mean(-1)  # (B,T)
    # where, not a product: what lies in padded frames may be anything, even infinite
    return square.where(mask, square.new_zeros(())).sum(1) / mask.sum(1).clamp(min=1)
