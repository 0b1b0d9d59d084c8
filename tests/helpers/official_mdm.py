"""The official networks stated anew from their published layout (MDM key table, seq-first torch layers), so that a
conversion is judged by something that shares no code with it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import torch
from torch import nn


def position_rows(count: int, width: int) -> torch.Tensor:
    """(count,1,width), computed value by value."""
    table = torch.zeros(count, 1, width)
    for column in range(width):
        rate = 10000 ** (-(column - column % 2) / width)
        wave = math.sin if column % 2 == 0 else math.cos
        table[:, 0, column] = torch.tensor([wave(position * rate) for position in range(count)])
    return table


class OfficialMDM(nn.Module):
    """x (B,F,1,T) as the official code has it; text (1,B,C) pooled or (L,B,C) token states with hidden (B,L)."""

    def __init__(self, features, args, *, text_width=None, actions=None, width=32, feedforward=48, rows=60):
        super().__init__()
        self.args, self.width = args, width
        self.input_process = nn.ModuleDict({"poseEmbedding": nn.Linear(features, width)})
        self.sequence_pos_encoder = nn.Module()
        self.sequence_pos_encoder.register_buffer("pe", position_rows(rows, width))
        self.embed_timestep = nn.Module()
        self.embed_timestep.sequence_pos_encoder = self.sequence_pos_encoder
        self.embed_timestep.time_embed = nn.Sequential(
            nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)
        )
        sizes = {"d_model": width, "nhead": 4, "dim_feedforward": feedforward, "activation": "gelu"}
        if args["arch"] == "trans_enc":
            self.seqTransEncoder = nn.TransformerEncoder(
                nn.TransformerEncoderLayer(**sizes), args["layers"], enable_nested_tensor=False
            )
        else:
            self.seqTransDecoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**sizes), args["layers"])
        if text_width:
            self.embed_text = nn.Linear(text_width, width)
        if actions:
            self.embed_action = nn.Module()
            self.embed_action.action_embedding = nn.Parameter(torch.randn(actions, width))
        self.output_process = nn.ModuleDict({"poseFinal": nn.Linear(width, features)})
        for p in (
            self.parameters()
        ):  # biases and norms differ from their neutral values, or a mix-up would not show
            nn.init.normal_(p, 0.02 if p.dim() > 1 else 0.1, 0.15)

    def forward(
        self, x, t, *, text=None, action=None, uncond=False, frame_mask=None, text_hidden=None, prefix=None
    ):  # -> (B,F,1,T)
        if prefix is not None:  # DiP: clean frames (B,F,1,C) before the noisy ones, in the mask as valid
            if frame_mask is not None:
                ones = torch.ones(len(x), prefix.shape[-1], dtype=torch.bool)
                frame_mask = torch.cat([ones, frame_mask], 1)
            x = torch.cat([prefix, x], -1)
        batch, features, _, frames = x.shape
        time = self.embed_timestep.time_embed(self.sequence_pos_encoder.pe[t]).permute(1, 0, 2)  # (1,B,D)
        emb = time
        if text is not None:
            emb = time + self.embed_text(torch.zeros_like(text) if uncond else text)
        if action is not None:
            row = self.embed_action.action_embedding[action]
            emb = time + (torch.zeros_like(row) if uncond else row)
        seq = x.permute(3, 0, 1, 2).reshape(frames, batch, features)
        seq = self.input_process["poseEmbedding"](seq)  # (T,B,D)
        hidden = None
        if self.args.get("mask_frames") and frame_mask is not None:
            hidden = ~frame_mask
            if self.args["arch"] == "trans_enc" or self.args.get("emb_trans_dec"):
                hidden = torch.cat([torch.zeros(batch, 1, dtype=torch.bool), hidden], 1)
        pe = self.sequence_pos_encoder.pe
        if self.args["arch"] == "trans_enc":
            seq = torch.cat([emb, seq])
            out = self.seqTransEncoder(seq + pe[: len(seq)], src_key_padding_mask=hidden)[1:]
        else:
            if self.args.get("emb_trans_dec"):
                seq = torch.cat([time, seq])
            out = self.seqTransDecoder(
                seq + pe[: len(seq)],
                emb,
                memory_key_padding_mask=text_hidden,
                tgt_key_padding_mask=hidden,
            )
            out = out[1:] if self.args.get("emb_trans_dec") else out
        out = self.output_process["poseFinal"](out)
        if prefix is not None:
            out, frames = out[prefix.shape[-1] :], frames - prefix.shape[-1]
        return out.reshape(frames, batch, features, 1).permute(1, 2, 3, 0)


def official_cosine(n: int) -> dict[str, np.ndarray]:
    """alpha_bar and the posterior's factors, from the betas, as guided-diffusion tabulates them."""

    def curve(s: float) -> float:
        return math.cos((s + 0.008) / 1.008 * math.pi / 2) ** 2

    betas = np.array([min(1 - curve((i + 1) / n) / curve(i / n), 0.999) for i in range(n)])
    ab = np.cumprod(1 - betas)
    before = np.append(1.0, ab[:-1])
    variance = betas * (1 - before) / (1 - ab)
    return {
        "x0": betas * np.sqrt(before) / (1 - ab),
        "x": (1 - before) * np.sqrt(1 - betas) / (1 - ab),
        "log_variance": np.log(np.append(variance[1], variance[1:])),
    }


def official_sample(predict, x, noises, steps):
    """p_sample_loop: every level, x_{t-1} = mean + exp(log_variance / 2) noise, no noise at level 0."""
    tables = official_cosine(steps)
    for t in reversed(range(steps)):
        x0 = predict(x, torch.full((len(x),), t))
        mean = tables["x0"][t] * x0 + tables["x"][t] * x
        x = mean.float()
        if t > 0:
            x = x + math.exp(0.5 * tables["log_variance"][t]) * next(noises)
    return x


def save_official(folder: Path, model: nn.Module, args: dict, *, average: nn.Module | None = None) -> Path:
    """model#########.pt and args.json; with `average` the form that runs with a moving average save."""
    state = model.state_dict()
    if average is not None:
        state = {"model": state, "model_avg": average.state_dict()}
    path = folder / "model000000042.pt"
    torch.save(state, path)
    (folder / "args.json").write_text(json.dumps(args))
    return path


class ScratchMDM(nn.Module):
    """mdm-scratch: batch first, ReLU, 8 heads, one token that sums time and action."""

    def __init__(self, actions=12, features=66, width=32, layers=2):
        super().__init__()
        self.action_embedding = nn.Embedding(actions, width)
        self.seq_pos_enc = nn.Module()
        self.seq_pos_enc.register_buffer("pe", position_rows(1001, width))
        self.time_embed = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.pose = nn.Linear(features, width)
        layer = nn.TransformerEncoderLayer(width, 8, dim_feedforward=64, batch_first=True)
        self.transformer = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.output_proj = nn.Linear(width, features)

    def forward(self, x, t, action):
        pe = self.seq_pos_enc.pe
        token = self.time_embed(pe[t].squeeze(1)) + self.action_embedding(action)
        seq = torch.cat([token[:, None], self.pose(x)], 1)
        seq = seq + pe[: seq.shape[1]].transpose(0, 1)
        return self.output_proj(self.transformer(seq)[:, 1:])
