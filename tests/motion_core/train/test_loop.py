"""The loop on a model of a few weights: it learns, stops, and goes on as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from motion_core.checkpoint import CheckpointInfo, load_checkpoint, save_checkpoint
from motion_core.formats import FormatError
from motion_core.train.config import ConfigError, LoopConfig
from motion_core.train.distributed import Group
from motion_core.train.log import read_log
from motion_core.train.loop import (
    LOG,
    SAMPLES,
    STATE,
    WEIGHTS,
    Outcome,
    Recipe,
    TrainingError,
    train,
)
from motion_core.train.phases import Phase

CPU = Group(torch.device("cpu"))
CONFIG = LoopConfig(
    steps=40, warmup=4, learning_rate=3e-2, precision="fp32", log_every=1, val_every=10, save_every=10, threads=1
)  # fmt: skip
TRUTH = torch.tensor([[1.0, -2.0, 0.5]])
TIMES = ("seconds", "steps_per_second")


def make_batch(step, rank=0, world=1, size=16):
    x = torch.randn(size, 3, generator=torch.Generator().manual_seed(step))
    return x[rank * size // world : (rank + 1) * size // world]


def make_loss(model, x, draws):
    noisy = x @ TRUTH.T + 0.1 * draws.normal(len(x), 1)
    square = (model(x).float() - noisy).square().mean()
    return {"loss": square, "root": square.sqrt()}


def export(path, model, facts):
    info = CheckpointInfo("toy", {}, "none", [0], [1], 20, training=facts)
    save_checkpoint(path, model.state_dict(), info)


def make_recipe(loss=make_loss, **changes):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.1), nn.Linear(8, 1))
    phases = (Phase("model", None, loss),)
    recipe = Recipe(model, phases, make_batch, lambda: [make_batch(10**6)], export, identity={"toy": [1]})
    return replace(recipe, **changes)


def losses(out):
    return [{k: v for k, v in record.items() if k not in TIMES} for record in read_log(out / LOG)]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    out = tmp_path_factory.mktemp("unbroken")
    assert train(CONFIG, make_recipe(), out, CPU) == Outcome(40, "finished")
    return out


def test_loss_falls_and_everything_is_written(unbroken):
    records = losses(unbroken)
    trained = [r["loss"] for r in records if "loss" in r]
    validated = [r["val_loss"] for r in records if "val_loss" in r]
    assert len(trained) == 40 and len(validated) == 4
    assert sum(trained[-5:]) < 0.3 * sum(trained[:5]) and validated[-1] < validated[0]
    assert {"root", "grad_norm", "lr"} <= set(records[0])
    weights, info = load_checkpoint(unbroken / WEIGHTS)
    assert info.training["steps"] == 40 and info.training["val_loss"] == validated[-1]
    assert set(weights) == {"0.weight", "0.bias", "2.weight", "2.bias"}


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_crash_between_saves_and_resuming_equals_an_unbroken_run(tmp_path, unbroken, precision):
    config = replace(CONFIG, precision=precision)
    if precision == "bf16":
        unbroken = tmp_path / "unbroken"
        train(config, make_recipe(), unbroken, CPU)

    def broken_batch(step, rank, world):
        if step == 27:
            raise OSError("power cut")
        return make_batch(step)

    out = tmp_path / "broken"
    with pytest.raises(OSError, match="power cut"):
        train(config, make_recipe(batch_at=broken_batch), out, CPU)
    assert losses(out)[-1]["step"] > 20  # work after the last save is lost and repeated
    assert train(config, make_recipe(), out, CPU, resume=True) == Outcome(40, "finished")
    assert losses(out) == losses(unbroken)
    for name in (WEIGHTS, STATE):
        assert_same_tensors(out / name, unbroken / name)


RECORDED = {  # what the loop gave before steps had phases
    1: {"loss": 4.631298065185547, "root": 2.1520450115203857, "grad_norm": 4.626531600952148, "lr": 0.0075},
    20: {"loss": 0.17409703135490417, "root": 0.4172493517398834, "grad_norm": 1.4298038482666016},
    40: {"val_loss": 0.04997583106160164, "val_root": 0.22355274856090546},
}


def test_one_phase_gives_what_the_loop_gave_before_there_were_phases(unbroken):
    records = losses(unbroken)
    for step, expected in RECORDED.items():
        name = next(iter(expected))
        found = next(r for r in records if r["step"] == step and name in r)
        assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-5)


def test_a_state_of_before_there_were_phases_goes_on(tmp_path, unbroken):
    shutil.copy(Path(__file__).with_name("state_before_phases.safetensors"), tmp_path / STATE)
    assert train(CONFIG, make_recipe(), tmp_path, CPU, resume=True) == Outcome(40, "finished")
    mine, theirs = (load_checkpoint(run / WEIGHTS)[0] for run in (tmp_path, unbroken))
    for name, weight in theirs.items():
        torch.testing.assert_close(mine[name], weight, rtol=1e-4, atol=1e-6)


def assert_same_tensors(a, b):
    from safetensors.torch import load_file

    one, two = load_file(a), load_file(b)
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_time_budget_saves_and_resumes(tmp_path, unbroken):
    assert train(CONFIG, make_recipe(), tmp_path, CPU, max_minutes=0) == Outcome(1, "time")
    outcome = train(replace(CONFIG, save_every=20), make_recipe(), tmp_path, CPU, resume=True)
    assert outcome == Outcome(40, "finished")
    assert losses(tmp_path) == losses(unbroken)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_saves_and_stops(tmp_path, unbroken, name):
    def loss(model, x, draws):
        if len(read_log(tmp_path / LOG) if (tmp_path / LOG).exists() else []) == 5:
            os.kill(os.getpid(), getattr(signal, name))
        return make_loss(model, x, draws)

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    assert train(CONFIG, make_recipe(loss=loss), tmp_path, CPU) == Outcome(6, name)
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    train(CONFIG, make_recipe(), tmp_path, CPU, resume=True)
    assert losses(tmp_path) == losses(unbroken)


def test_a_run_is_neither_overwritten_nor_resumed_as_another(tmp_path, unbroken):
    with pytest.raises(TrainingError, match="holds a run already"):
        train(CONFIG, make_recipe(), unbroken, CPU)
    with pytest.raises(TrainingError, match="nothing to resume"):
        train(CONFIG, make_recipe(), tmp_path, CPU, resume=True)
    with pytest.raises(ConfigError, match=r"loop\.learning_rate was 0\.03 .* is 0\.01 now"):
        train(replace(CONFIG, learning_rate=0.01), make_recipe(), unbroken, CPU, resume=True)
    with pytest.raises(ConfigError, match=r"toy was \[1\]"):
        train(CONFIG, make_recipe(identity={"toy": [2]}), unbroken, CPU, resume=True)
    with pytest.raises(FormatError, match="belongs to another model"):
        train(CONFIG, make_recipe(model=nn.Linear(3, 1)), unbroken, CPU, resume=True)
    (tmp_path / STATE).write_bytes((unbroken / STATE).read_bytes()[:200])
    with pytest.raises(FormatError, match="no complete training state"):
        train(CONFIG, make_recipe(), tmp_path, CPU, resume=True)


def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_last_state(tmp_path):
    def loss(model, x, draws):
        value = make_loss(model, x, draws)["loss"]
        bad = (tmp_path / STATE).exists()
        return {"loss": value * float("nan") if bad else value}

    with pytest.raises(TrainingError, match="not finite at step 11"):
        train(CONFIG, make_recipe(loss=loss), tmp_path, CPU)
    weights, info = load_checkpoint(tmp_path / WEIGHTS)
    assert info.training["steps"] == 10 and all(bool(w.isfinite().all()) for w in weights.values())


def test_pictures_are_drawn_and_their_failure_does_not_stop_the_run(tmp_path):
    drawn = []

    def sample(model, path):
        if drawn:
            raise RuntimeError("no paint")
        assert not model.training and path.parent.name == SAMPLES
        drawn.append(path.name)

    config = replace(CONFIG, steps=4, sample_every=2, val_every=0)
    assert train(config, make_recipe(sample=sample), tmp_path, CPU).reason == "finished"
    assert drawn == ["step_0000002"]
    assert {"step": 4, "sample_error": "RuntimeError: no paint"} in losses(tmp_path)
    assert not any("val_loss" in record for record in losses(tmp_path))
