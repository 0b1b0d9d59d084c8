"""A toy adversarial family: points on a ring, a generator, a discriminator, and R1 now and then."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from motion_core.checkpoint import CheckpointInfo, load_checkpoint, save_checkpoint
from motion_core.train.config import ConfigError, LoopConfig
from motion_core.train.distributed import Group
from motion_core.train.draws import Draws
from motion_core.train.log import read_log
from motion_core.train.loop import LOG, STATE, WEIGHTS, Outcome, Recipe, train
from motion_core.train.phases import Phase, Phases, check_phases, uses_bf16

CPU = Group(torch.device("cpu"))
CONFIG = LoopConfig(
    steps=60, warmup=0, learning_rate=5e-3, final_learning_rate=5e-3, weight_decay=0.0, betas=(0.0, 0.99),
    ema_decay=0.9, precision="fp32", threads=1, log_every=5, val_every=20, save_every=20,
)  # fmt: skip
LAZY = 8  # steps between two of R1
CENTRE = 3.0
TIMES = ("seconds", "steps_per_second")


class Gan(nn.Module):
    def __init__(self):
        super().__init__()
        self.generator = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
        self.discriminator = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))


def ring(step, rank=0, world=1, size=32):
    angle = 6.28 * torch.rand(size, generator=torch.Generator().manual_seed(step))
    points = torch.stack([angle.cos() + CENTRE, angle.sin()], 1)
    return points[rank * size // world : (rank + 1) * size // world]


def generated(model, real, draws):
    return model.generator(draws.normal(len(real), 2))


def generator_loss(model, real, draws):
    return {"loss": F.softplus(-model.discriminator(generated(model, real, draws))).mean()}


def discriminator_loss(model, real, draws):
    fake = model.discriminator(generated(model, real, draws))
    return {"loss": F.softplus(fake).mean() + F.softplus(-model.discriminator(real)).mean()}


def r1(model, real, draws):
    real = real.clone().requires_grad_()
    (slope,) = torch.autograd.grad(model.discriminator(real).sum(), real, create_graph=True)
    return {"loss": LAZY * 0.1 * slope.square().sum(1).mean()}


def distance(model, real, draws):
    """How far the cloud's middle and width are from the ring's."""
    fake = generated(model, real, draws)
    middle, width = (fake.mean(0) - real.mean(0)).norm(), (fake.std(0) - real.std(0)).norm()
    return {"loss": middle + width, "middle": middle}


def export(path, model, facts):
    info = CheckpointInfo("toy", {}, "none", [0], [1], 20, training=facts)
    save_checkpoint(path, model.generator.state_dict(), info)


def make_recipe(seen=None, **changes):
    torch.manual_seed(0)
    model = Gan()
    slow = replace(CONFIG, learning_rate=4e-3, final_learning_rate=4e-3)

    def noted(name, loss):
        def call(model, real, draws):
            if seen is not None:
                grads = {n.split(".")[0] for n, p in model.named_parameters() if p.requires_grad}
                seen.append((name, grads, draws.normal(1, 1).item()))
            return loss(model, real, draws)

        return call

    phases = (
        Phase(
            "generator", tuple(model.generator.parameters()), noted("generator", generator_loss), loop=slow
        ),
        Phase(
            "discriminator",
            tuple(model.discriminator.parameters()),
            noted("discriminator", discriminator_loss),
        ),
        Phase("r1", None, noted("r1", r1), every=LAZY, shares="discriminator"),
    )
    recipe = Recipe(model, phases, ring, lambda: [ring(10**6), ring(10**6 + 1)], export, validate=distance)
    return replace(recipe, **changes)


def logged(out):
    return [{k: v for k, v in record.items() if k not in TIMES} for record in read_log(out / LOG)]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    out = tmp_path_factory.mktemp("unbroken")
    assert train(CONFIG, make_recipe(), out, CPU) == Outcome(60, "finished")
    return out


def test_it_trains_validates_and_exports(unbroken):
    records = logged(unbroken)
    validated = [r["val_loss"] for r in records if "val_loss" in r]
    assert len(validated) == 3 and validated[-1] < 0.8 * validated[0] and "val_middle" in records[-1]
    told = {"loss", "grad_norm", "lr", "discriminator_loss", "discriminator_grad_norm"}
    assert all(told <= set(r) for r in records if "val_loss" not in r)
    assert [r["step"] for r in records if "r1_loss" in r] == [5, 10, 20, 25, 35, 45, 50, 60]
    assert records[0]["lr"] == 4e-3  # the first phase's own
    weights, info = load_checkpoint(unbroken / WEIGHTS)
    assert set(weights) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    assert info.training["val_loss"] == validated[-1] and info.training["train_loss"] == records[-2]["loss"]


def test_a_crash_and_resuming_equal_an_unbroken_run(tmp_path, unbroken):
    def broken(step, rank, world):
        if step == 47:
            raise OSError("power cut")
        return ring(step)

    with pytest.raises(OSError, match="power cut"):
        train(CONFIG, make_recipe(batch_at=broken), tmp_path, CPU)
    assert train(CONFIG, make_recipe(), tmp_path, CPU, resume=True) == Outcome(60, "finished")
    assert logged(tmp_path) == logged(unbroken)
    for name in (WEIGHTS, STATE):
        one, two = load_file(tmp_path / name), load_file(unbroken / name)
        assert one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in two)
    names = {key.split("/")[0] for key in load_file(unbroken / STATE)}
    assert names == {"model", "ema", "optimizer", "optimizer:discriminator"}


def test_each_phase_trains_its_own_weights_when_it_is_due_with_its_own_noise():
    seen = []
    recipe = make_recipe(seen)
    phases = Phases(recipe.phases, recipe.model, CONFIG, CPU)
    before = {name: weight.clone() for name, weight in recipe.model.state_dict().items()}
    for step in range(LAZY + 1):
        assert ("r1" in phases.step(ring(step), step)) == (step in (0, LAZY))
    first = seen[:3]
    assert [name for name, _, _ in first] == ["generator", "discriminator", "r1"]
    assert [grads for _, grads, _ in first] == [{"generator"}, {"discriminator"}, {"discriminator"}]
    assert len({noise for _, _, noise in seen}) == len(seen)
    assert (
        first[0][2] == Draws(CONFIG.seed, 0).normal(1, 1).item()
    )  # the first phase draws what one phase draws
    assert all(not torch.equal(before[name], w) for name, w in recipe.model.state_dict().items())
    assert all(p.requires_grad and p.grad is None for p in recipe.model.parameters())
    assert set(phases.optimizers) == {"generator", "discriminator"}


def test_two_processes_take_the_steps_of_one():
    script = str(Path(__file__).with_name("two_processes.py"))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
    several = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    found = []
    for command in ([script], [*several, script]):
        said = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            text=True,
            timeout=200,
            check=True,
            env=environment,
        ).stdout
        line = next(line for line in said.splitlines() if line.startswith("weights"))
        found.append([float(word) for word in line.split()[1:]])
    assert len(found[0]) == 4 and found[1] == pytest.approx(found[0], rel=1e-5, abs=1e-6)


def test_other_phases_are_not_resumed(tmp_path, unbroken):
    recipe = make_recipe()
    fewer = replace(recipe, phases=recipe.phases[:2])
    with pytest.raises(ConfigError, match=r"phases\.r1 was .* is None now"):
        train(CONFIG, fewer, unbroken, CPU, resume=True)
    rarer = replace(recipe, phases=(*recipe.phases[:2], replace(recipe.phases[2], every=4)))
    with pytest.raises(ConfigError, match=r"phases\.r1\.every was 8"):
        train(CONFIG, rarer, unbroken, CPU, resume=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (({}, {"name": "generator"}), "named 'generator'"),
        (({}, {"name": "a/b"}), "named 'a/b'"),
        (({"every": 2},), "'generator' is 2"),
        (({}, {"every": 0}), "'discriminator' is 0"),
        (({}, {"shares": "r1"}), "shares with 'r1'"),
        ((), "no phase"),
    ],
)
def test_phases_that_contradict_each_other_are_named(changes, message):
    phases = [replace(phase, **change) for phase, change in zip(make_recipe().phases, changes)]
    with pytest.raises(ValueError, match=message):
        check_phases(phases)


def test_auto_is_what_the_device_is_fast_at():
    cpu = torch.device("cpu")
    assert uses_bf16("bf16", cpu) and not uses_bf16("fp32", cpu)
    if torch.backends.cpu.get_cpu_capability() in ("DEFAULT", "AVX2"):
        assert not uses_bf16("auto", cpu)
