"""TMR's three parts stated anew from their published layout, on torch's own layers, so that a conversion is judged by
something that shares no code with it."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import nn


def positions(count: int, width: int) -> torch.Tensor:
    """(count,width), computed value by value."""
    table = torch.zeros(count, width)
    for column in range(width):
        rate = math.exp(-math.log(10000.0) * (column - column % 2) / width)
        wave = math.sin if column % 2 == 0 else math.cos
        table[:, column] = torch.tensor([wave(place * rate) for place in range(count)])
    return table


def scattered(module: nn.Module) -> nn.Module:
    """Biases and norms differ from their neutral values, or a mix-up would not show."""
    for p in module.parameters():
        nn.init.normal_(p, 0.02 if p.dim() > 1 else 0.3, 0.2)
    return module.eval()


class OfficialEncoder(nn.Module):
    """x (B,S,I), mask (B,S) -> (B,2,D): the outputs of the mean's and the variance's token."""

    def __init__(self, inputs, width, layers, feedforward):
        super().__init__()
        self.projection = nn.Linear(inputs, width)
        self.tokens = nn.Parameter(torch.zeros(2, width))
        layer = nn.TransformerEncoderLayer(width, 4, feedforward, 0.1, "gelu", batch_first=True)
        self.seqTransEncoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, x, mask):
        rows = [torch.cat([self.tokens, self.projection(one)]) for one in x]
        sequence = torch.stack(rows) + positions(x.shape[1] + 2, self.tokens.shape[1])
        hidden = torch.cat([torch.zeros(len(x), 2, dtype=torch.bool), ~mask], 1)
        return self.seqTransEncoder(sequence, src_key_padding_mask=hidden)[:, :2]


class OfficialDecoder(nn.Module):
    """z (B,D), mask (B,T) -> (B,T,F), zero where padded."""

    def __init__(self, outputs, width, layers, feedforward):
        super().__init__()
        layer = nn.TransformerDecoderLayer(width, 4, feedforward, 0.1, "gelu", batch_first=True)
        self.seqTransDecoder = nn.TransformerDecoder(layer, layers)
        self.final_layer = nn.Linear(width, outputs)

    def forward(self, z, mask):
        queries = positions(mask.shape[1], z.shape[1]).repeat(len(z), 1, 1)
        hidden = self.seqTransDecoder(queries, z[:, None], tgt_key_padding_mask=~mask)
        return self.final_layer(hidden) * mask[..., None]


def official_parts(features: int, text: int, *, decoder: bool = True) -> dict[str, nn.Module]:
    """Random weights, with one layer more in the text encoder and another in the decoder."""
    torch.manual_seed(features + text)
    parts = {
        "motion_encoder": OfficialEncoder(features, 32, 2, 48),
        "text_encoder": OfficialEncoder(text, 32, 3, 48),
    }
    if decoder:
        parts["motion_decoder"] = OfficialDecoder(features, 32, 1, 48)
    return {name: scattered(part) for name, part in parts.items()}


def save_parts(parts: dict[str, nn.Module], folder: Path, prefix: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        torch.save(part.state_dict(), folder / f"{prefix}{name}.pt")
