"""A text head: the token states of a frozen encoder become one vector in which wording matters little, meaning much.

A small post-norm transformer reads the states behind one learned token, whose last state is the sentence. It is
trained on sentences that say the same of a motion (`train/sentences.py`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motion_core.nn.transformer import Layer, attention_mask, sinusoidal_table

FAMILY = "sentence"


@dataclass(frozen=True)
class SentenceHeadConfig:
    """What shapes the head."""

    text_width: int = 384
    width: int = 256
    outputs: int = 256  # entries of a sentence's vector
    layers: int = 2
    heads: int = 4
    feedforward: int = 512
    dropout: float = 0.1
    text_scale: float = 2.4  # factor on the token states, for entries of about 1
    longest: int = 512  # token states that it reads

    def __post_init__(self) -> None:
        if self.width % 2 or self.width % self.heads:
            raise ValueError(f"width is {self.width}: it must be even and divide into {self.heads} heads")
        if not 0 < self.text_scale < float("inf"):
            raise ValueError(f"text_scale is {self.text_scale}: use a number above 0")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> SentenceHeadConfig:
        """Raises ValueError naming an unknown key."""
        if unknown := sorted(set(entry) - {f.name for f in fields(cls)}):
            raise ValueError(f"unknown key {unknown[0]!r} in the config of a sentence head")
        return cls(**entry)


class SentenceHead(nn.Module):
    """Token states (B,L,D) -> unit vectors (B,outputs)."""

    table: Tensor

    def __init__(self, config: SentenceHeadConfig) -> None:
        super().__init__()
        self.config = c = config
        self.input = nn.Linear(c.text_width, c.width)
        self.token = nn.Parameter(torch.randn(1, c.width))
        self.layers = nn.ModuleList(
            Layer(c.width, c.heads, c.feedforward, "gelu", c.dropout) for _ in range(c.layers)
        )
        self.output = nn.Linear(c.width, c.outputs)
        self.register_buffer("table", sinusoidal_table(1 + c.longest, c.width), persistent=False)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """tokens (B,L,D), mask (B,L) true where one is real -> (B,outputs) float32 of length 1.

        Raises ValueError for more than `longest` tokens.
        """
        if tokens.shape[1] > self.config.longest:
            raise ValueError(
                f"a sentence of {tokens.shape[1]} tokens is too long: the head reads {self.config.longest}"
            )
        x = self.input(tokens * self.config.text_scale)
        x = torch.cat([self.token.to(x.dtype).expand(len(x), -1, -1), x], 1)  # (B,1+L,D)
        x = x + self.table[: x.shape[1]].to(x.dtype)
        valid = attention_mask(F.pad(mask, (1, 0), value=True))
        for layer in self.layers:
            x = layer(x, valid)
        return F.normalize(self.output(x[:, 0]).float(), dim=-1)
