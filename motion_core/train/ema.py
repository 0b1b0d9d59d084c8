"""An exponential moving average of a model's weights, kept as a second, frozen model."""

from __future__ import annotations

import copy

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


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
