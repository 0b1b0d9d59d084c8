"""The lab's networks and samplers stated anew from their published layout, with attention written out, so that a
conversion is judged by something that shares no code with it."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn

HEADS = 16


def positions(rows: int, width: int) -> torch.Tensor:
    """(1,rows,width)"""
    table = torch.zeros(1, rows, width)
    rate = torch.exp(torch.arange(0, width, 2).float() * (-math.log(10000.0) / width))
    angle = torch.arange(rows).float()[:, None] * rate
    table[0, :, 0::2], table[0, :, 1::2] = angle.sin(), angle.cos()
    return table


def with_buffer(name: str, value: torch.Tensor) -> nn.Module:
    module = nn.Module()
    module.register_buffer(name, value)
    return module


def attention(q, k, v, out, added=None):
    """Linear maps done: q (B,T,D), k and v (B,S,D); `added` (B,1,S) goes onto the logits."""
    batch, frames, width = q.shape
    q, k, v = (part.reshape(batch, -1, HEADS, width // HEADS) for part in (q, k, v))
    logits = torch.einsum("bthd,bshd->bhts", q, k) / math.sqrt(width // HEADS)
    if added is not None:
        logits = logits + added[:, None]
    weights = logits.exp() / logits.exp().sum(-1, keepdim=True)
    return out(torch.einsum("bhts,bshd->bthd", weights, v).reshape(batch, frames, width))


class OfficialBlock(nn.Module):
    """One of `backbone_module` or of `cond_sa`, with the parameters that its variant has."""

    def __init__(self, width, ratio, *, adaln=False, cross=False):
        super().__init__()
        self.adaln, self.cross = adaln, cross
        if adaln:
            self.adaln_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        if cross:
            names = {"q": nn.Linear(width, width), "kv": nn.Linear(width, 2 * width)}
            self.ca = nn.ModuleDict({**names, "out": nn.Linear(width, width)})
            self.ca_ln = nn.LayerNorm(width, eps=1e-6)
        self.initial_ln = nn.LayerNorm(width, eps=1e-6, elementwise_affine=not adaln)
        self.sa = nn.ModuleDict({"qkv": nn.Linear(width, 3 * width), "out": nn.Linear(width, width)})
        self.middle_ln = nn.LayerNorm(width, eps=1e-6, elementwise_affine=not adaln)
        self.ffn = nn.Sequential(
            nn.Linear(width, ratio * width), nn.GELU(), nn.Dropout(0.1), nn.Linear(ratio * width, width)
        )

    def forward(self, x, added=None, told=None):
        if self.cross:
            k, v = self.ca["kv"](told).chunk(2, -1)
            x = x + attention(self.ca["q"](self.ca_ln(x)), k, v, self.ca["out"])
        y, gates = self.initial_ln(x), (1.0, 1.0)
        if self.adaln:
            shift_a, scale_a, gate_a, shift_b, scale_b, gate_b = (
                part[:, None] for part in self.adaln_modulation(told).chunk(6, -1)
            )
            y, gates = y * (scale_a + 1) + shift_a, (gate_a, gate_b)
        x = x + gates[0] * attention(*self.sa["qkv"](y).chunk(3, -1), self.sa["out"], added)
        y = self.middle_ln(x)
        if self.adaln:
            y = y * (scale_b + 1) + shift_b
        return x + gates[1] * self.ffn(y)


class OfficialDiT(nn.Module):
    """x (B,T,F), gamma (B,), y (B,C) or (B,77,C), padded (B,T) true where padded -> x0 (B,T,F)."""

    def __init__(self, kind, features=205, text=512, width=32, layers=2, ratio=2, rows=300):
        super().__init__()
        self.kind = kind
        pe = with_buffer("pe", positions(rows, width))
        self.input_projection = nn.Sequential(nn.Linear(features, width), pe)
        channels = width // 4
        rates = (1 / 10000) ** (2 * torch.arange(channels // 2).float() / channels)
        self.time_embedding = nn.Module()
        self.time_embedding.encode_time = with_buffer("freqs", rates)
        self.time_embedding.map_time = nn.Sequential(
            nn.Linear(channels, width), nn.SiLU(), nn.Linear(width, width)
        )
        if kind == "adaln":
            self.joint_cond_projection = nn.Linear(text, width)
        else:
            self.cond_projection = nn.Linear(text, width)
        if kind == "crossattn":
            self.cond_sa = nn.ModuleList(OfficialBlock(width, ratio) for _ in range(2))
            self.cond_positional_embedding = with_buffer("pe", positions(rows, width))
        way = {"adaln": kind == "adaln", "cross": kind == "crossattn"}
        self.backbone_module = nn.ModuleList(OfficialBlock(width, ratio, **way) for _ in range(layers))
        self.final_norm = nn.LayerNorm(width, eps=1e-6, elementwise_affine=kind != "adaln")
        self.final_linear = nn.Linear(width, features)
        if kind == "adaln":
            self.final_adaln = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))
        for p in self.parameters():  # away from neutral values, or a mix-up would not show
            nn.init.normal_(p, 0.02 if p.dim() > 1 else 0.1, 0.15)

    def forward(self, x, gamma, y, padded):
        x = self.input_projection[0](x) + self.input_projection[1].pe[:, : x.shape[1]]
        phase = (gamma * 1000)[:, None] * self.time_embedding.encode_time.freqs
        time = torch.cat([phase.cos(), phase.sin()], 1)
        time = (time - time.mean(-1, keepdim=True)) / time.std(-1, keepdim=True)
        time = self.time_embedding.map_time(time)
        # boolean masks hide, and numbers are added; in context ones of type float make the whole mask numbers
        hiding = torch.zeros(padded.shape).masked_fill(padded, -math.inf)[:, None]
        if self.kind == "incontext":
            x = torch.cat([time[:, None], self.cond_projection(y)[:, None], x], 1)
            numbers = torch.cat([torch.ones(len(x), 2), (~padded).float()], 1)[:, None]
            for block in self.backbone_module:
                x = block(x, numbers)
            return self.final_linear(self.final_norm(x[:, 2:]))
        if self.kind == "adaln":
            told = self.joint_cond_projection(y) + time
            for block in self.backbone_module:
                x = block(x, hiding, told)
            shift, scale = (part[:, None] for part in self.final_adaln(told).chunk(2, -1))
            return self.final_linear(self.final_norm(x) * (scale + 1) + shift)
        told = torch.cat([time[:, None], self.cond_projection(y)], 1)
        told = told + self.cond_positional_embedding.pe[:, : told.shape[1]]
        for block in self.cond_sa:
            told = block(told)
        for block in self.backbone_module:
            x = block(x, hiding, told)
        return self.final_linear(self.final_norm(x))


def gamma_of(share: torch.Tensor, least: float) -> torch.Tensor:
    """Noise left at share 1..0 of the way, in float32 as the lab computes it: start 1, end 0, tau 1."""
    falling = torch.cos((1 - share) * math.pi / 2) ** 2
    first, last = math.cos(math.pi / 2) ** 2, 1.0
    return ((last - falling) / (last - first)).clamp(min=least, max=1.0)


def official_sample(kind, predict, x, noises, steps):
    """predict(x, gamma) -> guided x0. "ddpm" (floor 1e-9, fresh noise) or "ddim" (floor 1e-5, none)."""
    shares = 1 - torch.arange(steps + 1) / steps
    gammas = gamma_of(shares, 1e-9 if kind == "ddpm" else 1e-5)
    for now, then in pairwise(gammas):
        x0 = predict(x, now)
        eps = (x - now.sqrt() * x0) / (1 - now).sqrt()
        variance = torch.zeros(())
        if kind == "ddpm":
            alpha = (now.log() - then.log()).exp().clip(0, 1)
            variance = (1 - then) * (1 - alpha) / (1 - now)
        x = then.sqrt() * x0 + (1 - then - variance).sqrt() * eps
        if kind == "ddpm":
            x = x + next(noises) * variance.sqrt()
    return x


def save_lightning(folder: Path, average: nn.Module, last: nn.Module) -> Path:
    """A .ckpt as the lab's trainer leaves it: networks, moving average, evaluator, optimiser, loops."""
    state = {"ema.initted": torch.tensor([True]), "ema.step": torch.tensor([7])}
    state["tmr.motion_encoder.projection.weight"] = torch.ones(3, 4)
    for place, module in (("net", last), ("ema.online_model", last), ("ema.ema_model", average)):
        state |= {f"{place}.model.{name}": tensor for name, tensor in module.state_dict().items()}
    path = folder / "lab.ckpt"
    adam = {0: {"step": torch.tensor(7.0), "exp_avg": torch.ones(2), "exp_avg_sq": torch.ones(2)}}
    torch.save(
        {
            "epoch": 500,
            "global_step": 160_000,
            "pytorch-lightning_version": "2.5.0",
            "state_dict": state,
            "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"total": {"ready": 501}}}},
            "callbacks": {},
            "optimizer_states": [{"state": adam, "param_groups": [{"lr": 1e-4, "params": [0]}]}],
        },
        path,
    )
    return path
