"""AdamW, its learning rate, and the moving average of the weights it finds."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from motion_core.train.config import LoopConfig

FUSED_DEVICES = ("cpu", "cuda")


def learning_rate(step: int, config: LoopConfig) -> float:
    """Linear warm-up, then half a cosine down to `final_learning_rate` at `config.steps`; step counts from 0."""
    if step < config.warmup:
        return config.learning_rate * (step + 1) / config.warmup
    progress = min(1.0, (step - config.warmup) / max(1, config.steps - config.warmup))
    low, high = min(config.final_learning_rate, config.learning_rate), config.learning_rate
    return low + (high - low) * 0.5 * (1 + math.cos(math.pi * progress))


def make_optimizer(parameters: Iterable[nn.Parameter], config: LoopConfig) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices alone; biases, norms and single vectors are left free."""
    trained = [p for p in parameters if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0},
    ]
    fused = all(p.device.type in FUSED_DEVICES for p in trained)
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=config.betas, fused=fused)


def decay_at(step: int, decay: float) -> float:
    """min(decay, (1 + step) / (10 + step)): early on the average follows quickly, step counts from 0."""
    return min(decay, (1 + step) / (10 + step))


class Ema:
    """`module` is the averaged model, in eval mode."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.module = copy.deepcopy(model).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """After the optimiser's step number `step` (from 0): average += (1 - decay) (weights - average)."""
        averaged, current = list(self.module.parameters()), list(model.parameters())
        get_ema_multi_avg_fn(decay_at(step, self.decay))(averaged, current, torch.tensor(step))
        for mine, theirs in zip(self.module.buffers(), model.buffers(), strict=True):
            mine.copy_(theirs)
