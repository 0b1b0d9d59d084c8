"""The pieces of the loop on their own: averages, learning rate, draws, prefetching, the log."""

from __future__ import annotations

import threading
import time

import pytest
import torch
from torch import nn

from motion_core.train.config import LoopConfig
from motion_core.train.draws import Draws
from motion_core.train.log import RunLog, read_log
from motion_core.train.optimizer import Ema, decay_at, learning_rate, make_optimizer
from motion_core.train.prefetch import prefetched


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


def test_draws_of_two_processes_are_those_of_one():
    one = Draws(seed=3, step=5)
    two = [Draws(seed=3, step=5, rank=r, world=2) for r in range(2)]
    for draw in (lambda d, n: d.normal(n, 7, 2), lambda d, n: d.integers(n, 1000), lambda d, n: d.uniform(n)):
        whole, parts = draw(one, 4), [draw(d, 2) for d in two]
        assert torch.equal(whole, torch.cat(parts))
    assert not torch.equal(Draws(3, 5).normal(4, 7), Draws(3, 6).normal(4, 7))
    assert not torch.equal(Draws(3, 5).normal(4, 7), Draws(4, 5).normal(4, 7))


def test_prefetch_keeps_order_and_stays_within_its_depth():
    made = []

    def make(step):
        made.append(step)
        return step * 10

    stream = prefetched(make, 2, 50, depth=3)
    assert [next(stream) for _ in range(4)] == [20, 30, 40, 50]
    time.sleep(0.05)
    assert len(made) <= 4 + 3 + 1  # taken, waiting in the queue, one in hand
    stream.close()
    assert not [t for t in threading.enumerate() if t.name == "prefetch"]


def test_prefetch_raises_where_it_is_due():
    def make(step):
        if step == 3:
            raise OSError("disk gone")
        return step

    stream = prefetched(make, 0, 9, depth=4)
    assert [next(stream) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="disk gone"):
        next(stream)


def test_log_drops_what_a_killed_run_wrote_after_its_last_save(tmp_path):
    path = tmp_path / "log.jsonl"
    with RunLog(path, total=10) as log:
        for step in (2, 4, 6):
            log.write({"step": step, "loss": 1 / 3})
    path.write_text(path.read_text() + '{"step": 8, "lo')
    RunLog(path, total=10).drop_after(4)
    assert read_log(path) == [{"step": 2, "loss": 1 / 3}, {"step": 4, "loss": 1 / 3}]
    RunLog(tmp_path / "none", total=1, quiet=True).write({"step": 1})
    assert not (tmp_path / "none").exists()
