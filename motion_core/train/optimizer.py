"""AdamW and its learning rate."""

from __future__ import annotations

import math

import torch
from torch import nn

from motion_core.train.config import LoopConfig

FUSED_DEVICES = ("cpu", "cuda")


def learning_rate(step: int, config: LoopConfig) -> float:
    """Linear warm-up, then half a cosine down to `final_learning_rate` at `config.steps`; step counts from 0."""
    if step < config.warmup:
        return config.learning_rate * (step + 1) / config.warmup
    progress = min(1.0, (step - config.warmup) / max(1, config.steps - config.warmup))
    low, high = min(config.final_learning_rate, config.learning_rate), config.learning_rate
    return low + (high - low) * 0.5 * (1 + math.cos(math.pi * progress))


def make_optimizer(model: nn.Module, config: LoopConfig) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices alone; biases, norms and single vectors are left free."""
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0},
    ]
    fused = all(p.device.type in FUSED_DEVICES for p in trained)
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=config.betas, fused=fused)
