"""The optimiser, its learning rate, and the average of the weights."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from motion_core.train.config import LoopConfig
from motion_core.train.optimizer import Ema, decay_at, learning_rate, make_optimizer


def test_ema_follows_its_formula():
    model = nn.Linear(3, 2)
    ema = Ema(model, decay=0.6)
    expected = model.weight.detach().clone()
    for step in range(12):
        with torch.no_grad():
            model.weight.add_(0.1 * step)
        ema.update(model, step)
        decay = min(0.6, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * model.weight.detach()
    torch.testing.assert_close(ema.module.weight, expected)
    assert decay_at(0, 0.999) == 0.1 and decay_at(10**6, 0.999) == 0.999
    assert not ema.module.training and not ema.module.weight.requires_grad


def test_learning_rate_warms_up_and_falls():
    config = LoopConfig(steps=100, warmup=10, learning_rate=1.0, final_learning_rate=0.1)
    rates = [learning_rate(step, config) for step in range(101)]
    assert rates[0] == pytest.approx(0.1) and rates[9] == rates[10] == pytest.approx(1.0)
    assert rates[55] == pytest.approx(0.55) and rates[100] == pytest.approx(0.1)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert learning_rate(0, LoopConfig(steps=1, warmup=0, learning_rate=1.0)) == 1.0


def test_only_matrices_decay():
    optimizer = make_optimizer(nn.Linear(3, 2).parameters(), LoopConfig(steps=1, weight_decay=0.5))
    decays = {g["weight_decay"]: [p.dim() for p in g["params"]] for g in optimizer.param_groups}
    assert decays == {0.5: [2], 0.0: [1]}
