"""Post-norm transformer layers over (B,T,D) (Vaswani et al. 2017), lean enough to train on a CPU.

Dropout here drops whole channels of a sample, the same ones in every frame. On a CPU, drawing a random number for
each activation takes more than half as long as all matrix products of a step; this costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"gelu": F.gelu, "relu": F.relu}


def sinusoidal_table(length: int, width: int) -> Tensor:
    """Positions 0..length-1 as (length, width) float32: sines in the even columns, cosines in the odd ones."""
    position = torch.arange(length, dtype=torch.float32)[:, None]
    frequency = torch.exp(torch.arange(0, width, 2, dtype=torch.float32) * (-math.log(10000.0) / width))
    table = torch.zeros(length, width)
    table[:, 0::2] = torch.sin(position * frequency)
    table[:, 1::2] = torch.cos(position * frequency)[:, : width // 2]
    return table


def attention_mask(valid: Tensor | None) -> Tensor | None:
    """Which keys may be attended to, (B,1,1,S) bool; None where all of (B,S) are valid, which is faster."""
    if valid is None or bool(valid.all()):
        return None
    return valid[:, None, None, :]


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """softmax(q k^T / sqrt(d)) v for (B,H,T,d), (B,H,S,d), (B,H,S,d) -> (B,H,T,d).

    mask: bool, true where a key may be attended to, or numbers of the dtype of q that are added to the logits.
    Torch's fused kernel, except for gradients on a CPU: its backward pass is twice as slow there as the plain maths.
    """
    if q.device.type != "cpu" or not q.requires_grad:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)  # (B,H,T,S)
    if mask is not None:
        hides = mask.dtype == torch.bool
        scores = scores.masked_fill(~mask, -math.inf) if hides else scores + mask
    return scores.softmax(-1).to(v.dtype) @ v


class ChannelDropout(nn.Module):
    """Zeroes each channel of each sample with probability `rate` while training, alike in all frames."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"dropout is {rate}: use a number from 0 to below 1")
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """(B,T,D) -> (B,T,D)"""
        if not self.training or self.rate == 0:
            return x
        keep = torch.empty(len(x), 1, x.shape[-1], device=x.device).bernoulli_(1 - self.rate)
        return x * keep.div_(1 - self.rate).to(x.dtype)


class Attention(nn.Module):
    """Multi-head attention; queries from x (B,T,D), keys and values from `memory` (B,S,D) or from x itself."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(
                f"width {width} does not divide into {heads} heads: choose another number of heads"
            )
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        nn.init.xavier_uniform_(self.qkv.weight)
        nn.init.zeros_(self.qkv.bias)
        nn.init.zeros_(self.out.bias)

    def _project(self, x: Tensor, memory: Tensor | None) -> tuple[Tensor, ...]:
        if memory is None:
            return self.qkv(x).chunk(3, -1)
        width = x.shape[-1]
        q = F.linear(x, self.qkv.weight[:width], self.qkv.bias[:width])
        return (q, *F.linear(memory, self.qkv.weight[width:], self.qkv.bias[width:]).chunk(2, -1))

    def forward(self, x: Tensor, mask: Tensor | None = None, memory: Tensor | None = None) -> Tensor:
        """x (B,T,D), mask (B,1,1,S) from `attention_mask` -> (B,T,D)"""
        parts = self._project(x, memory)  # 3 x (B,T or S,D)
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in parts)
        return self.out(attend(q, k, v, mask).transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """Linear, activation, dropout, linear."""

    def __init__(self, width: int, hidden: int, activation: str, dropout: float) -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise ValueError(f"unknown activation {activation!r}; use one of {', '.join(ACTIVATIONS)}")
        self.activation = activation
        self.up = nn.Linear(width, hidden)
        self.dropout = ChannelDropout(dropout)
        self.down = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """(B,T,D) -> (B,T,D)"""
        return self.down(self.dropout(ACTIVATIONS[self.activation](self.up(x))))


class Layer(nn.Module):
    """Self-attention, then (in a decoder) attention to a memory, then feed-forward; each added and normalised."""

    def __init__(
        self, width: int, heads: int, feedforward: int, activation: str, dropout: float, cross: bool = False
    ) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.attention_norm = nn.LayerNorm(width)
        self.cross = Attention(width, heads) if cross else None
        self.cross_norm = nn.LayerNorm(width) if cross else None
        self.feedforward = FeedForward(width, feedforward, activation, dropout)
        self.feedforward_norm = nn.LayerNorm(width)
        self.dropout = ChannelDropout(dropout)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        memory: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> Tensor:
        """x (B,T,D), memory (B,S,D), masks from `attention_mask` -> (B,T,D)"""
        x = self.attention_norm(x + self.dropout(self.attention(x, mask)))
        if self.cross is not None and self.cross_norm is not None:
            x = self.cross_norm(x + self.dropout(self.cross(x, memory_mask, memory)))
        return self.feedforward_norm(x + self.dropout(self.feedforward(x)))
