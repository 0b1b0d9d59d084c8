"""Pre-norm transformer layers over (B,T,D) in which a condition may modulate the norms or be attended to.

Every branch is x + gate * f(norm(x)); while training, stochastic depth (Huang et al. 2016) leaves a branch out for
some samples. Both are one factor per sample and channel, so they cost no more than the addition itself.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motion_core.nn.transformer import Attention, FeedForward

EPS = 1e-6  # of the norms
SHIFT_SCALE_GATE = 3  # what a modulation gives to each branch


def modulate(x: Tensor, shift: Tensor | None, scale: Tensor | None) -> Tensor:
    """x (B,T,D) * (1 + scale) + shift, both (B,1,D); x itself where there is no modulation."""
    return x if shift is None or scale is None else torch.addcmul(shift, x, 1 + scale)


def zero_linear(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer that answers 0 until it is trained."""
    layer = nn.Linear(inputs, outputs)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class PreNormLayer(nn.Module):
    """Attention to a memory where `cross`, self-attention, feed-forward; each normalised first, then added.

    modulated: the norms have no weights of their own; a condition (B,D) shifts, scales and gates the last two branches
    (adaLN-zero, Peebles & Xie 2023). The gates start at 0, so an untrained layer answers its input.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        feedforward: int,
        drop: tuple[float, float] = (0.0, 0.0),
        *,
        modulated: bool = False,
        cross: bool = False,
    ) -> None:
        """drop: share of feed-forward channels, share of samples whose branches are left out."""
        super().__init__()
        dropout, self.stochastic_depth = drop
        if not 0 <= self.stochastic_depth < 1:
            raise ValueError(f"stochastic_depth is {self.stochastic_depth}: use a number from 0 to below 1")
        self.modulation = zero_linear(width, 2 * SHIFT_SCALE_GATE * width) if modulated else None
        self.cross_norm = nn.LayerNorm(width, EPS) if cross else None
        self.cross = Attention(width, heads) if cross else None
        self.attention_norm = nn.LayerNorm(width, EPS, elementwise_affine=not modulated)
        self.attention = Attention(width, heads)
        self.feedforward_norm = nn.LayerNorm(width, EPS, elementwise_affine=not modulated)
        self.feedforward = FeedForward(width, feedforward, "gelu", dropout)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        memory: Tensor | None = None,
        memory_mask: Tensor | None = None,
        cond: Tensor | None = None,
    ) -> Tensor:
        """x (B,T,D), memory (B,S,D), cond (B,D), masks from `attention_mask` -> (B,T,D)"""
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = self._modulation(
            x, cond
        )  # (B,1,D) each, or None
        if self.cross is not None and self.cross_norm is not None:
            x = self._add(x, self.cross(self.cross_norm(x), memory_mask, memory), None)
        y = modulate(self.attention_norm(x), shift_1, scale_1)
        x = self._add(x, self.attention(y, mask), gate_1)
        y = modulate(self.feedforward_norm(x), shift_2, scale_2)
        return self._add(x, self.feedforward(y), gate_2)

    def _modulation(self, x: Tensor, cond: Tensor | None) -> tuple[Tensor | None, ...]:
        if self.modulation is None or cond is None:
            return (None,) * (2 * SHIFT_SCALE_GATE)
        return self.modulation(F.silu(cond))[:, None].to(x.dtype).chunk(2 * SHIFT_SCALE_GATE, -1)

    def _add(self, x: Tensor, branch: Tensor, gate: Tensor | None) -> Tensor:
        """x + gate * branch, (B,T,D), without the branch for some samples while training."""
        if self.training and self.stochastic_depth:
            kept = 1 - self.stochastic_depth
            survives = torch.empty(len(x), 1, 1, device=x.device).bernoulli_(kept).div_(kept).to(x.dtype)
            gate = survives if gate is None else gate * survives
        return x + branch if gate is None else torch.addcmul(x, branch, gate)
