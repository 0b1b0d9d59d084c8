"""Training from a pool to weights, as a user runs it: killed, resumed, split over processes, loaded again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from motion_core.catalog import NON_COMMERCIAL
from motion_core.checkpoint import load_checkpoint, save_checkpoint
from motion_core.data.dataset import TrainingSet
from motion_core.models.dit import DiT, DiTConfig
from motion_core.models.mdm import MDM, MDMConfig
from motion_core.train import text_start
from motion_core.train.config import read_config
from motion_core.train.diffusion import DiffusionConfig, start_denoiser
from motion_core.train.log import read_log
from motion_core.train.pool_training import licence_of

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "training" / "train_diffusion.py"
TINY = ROOT / "training" / "configs" / "tiny.toml"
STEPS = 120  # enough that a kill after the first saved state comes well before the end
SLOW_TIMES = ("seconds", "steps_per_second")
sys.path.insert(0, str(SCRIPT.parent))

import train_diffusion  # noqa: E402

pytestmark = pytest.mark.slow


def arguments(pool, out, *more):
    options = ["--config", TINY, "--data", pool, "--out", out, "--steps", STEPS, "--device", "cpu", *more]
    return [str(option) for option in options]


def start(command, **environment):
    env = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
    return subprocess.Popen(
        [sys.executable, *command], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def losses(out):
    records = read_log(out / "log.jsonl")
    return [{k: v for k, v in record.items() if k not in SLOW_TIMES} for record in records]


@pytest.fixture(scope="module")
def unbroken(pool, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "unbroken"
    assert train_diffusion.main(arguments(pool, out)) == 0
    return out


def test_the_loss_falls_and_the_checkpoint_rebuilds_its_model(unbroken):
    trained = [r["loss"] for r in losses(unbroken) if "loss" in r]
    validated = [r["val_loss"] for r in losses(unbroken) if "val_loss" in r]
    assert len(trained) == STEPS and np.mean(trained[-8:]) < 0.9 * np.mean(trained[:8])
    assert len(validated) == STEPS // 20 and validated[-1] < validated[0]
    tensors, info = load_checkpoint(unbroken / "ema.safetensors", family="mdm")
    model = MDM(MDMConfig.from_json(info.config))
    model.load_state_dict(tensors)
    assert (info.features, info.conditioning, info.text_encoder, info.fps) == (
        "smpl205",
        "text",
        "minilm",
        20,
    )
    assert info.diffusion == {"schedule": "cosine", "steps": 50, "predicts": "x0", "guided_above": 10}
    assert info.licence == "trained with CC0" and info.training["steps"] == STEPS and len(info.mean) == 205


def test_kill_and_resume_takes_the_steps_of_an_unbroken_run(pool, unbroken, tmp_path):
    out = tmp_path / "killed"
    process = start([str(SCRIPT), *arguments(pool, out)])
    deadline = time.monotonic() + 60
    while not (out / "state.safetensors").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.kill()
    process.wait()
    reached = [r["step"] for r in losses_until_the_tear(out)]
    assert reached and reached[-1] < STEPS, "the run was over before it was killed"
    assert train_diffusion.main(arguments(pool, out, "--resume")) == 0
    assert losses(out) == losses(unbroken)
    mine, theirs = (load_checkpoint(run / "ema.safetensors")[0] for run in (out, unbroken))
    assert all(torch.equal(mine[name], theirs[name]) for name in theirs)


def losses_until_the_tear(out):
    lines = (out / "log.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def test_two_processes_take_the_steps_of_one(pool, unbroken, tmp_path):
    out = tmp_path / "two"
    command = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", str(SCRIPT)]
    process = start([*command, *arguments(pool, out)])
    said = process.communicate(timeout=240)[0].decode()
    assert process.returncode == 0, said
    together, alone = losses(out), losses(unbroken)
    assert [r["step"] for r in together] == [r["step"] for r in alone]
    for a, b in zip(together, alone):
        assert a.keys() == b.keys()
        assert a == pytest.approx(b, rel=5e-4, abs=1e-6), f"at step {a['step']}"
    mine, theirs = (load_checkpoint(run / "ema.safetensors")[0] for run in (out, unbroken))
    for name, weight in theirs.items():
        width = len(weight) // 3
        # the softmax ignores the keys' bias: its gradient is rounding alone, which Adam makes into whole steps
        kept = (
            torch.cat([torch.arange(width), torch.arange(2 * width, 3 * width)])
            if "qkv.bias" in name
            else slice(None)
        )
        torch.testing.assert_close(mine[name][kept], weight[kept], rtol=0, atol=1e-4)


def test_an_action_model_starts_from_the_text_model(pool, unbroken, tmp_path, capsys):
    config = tmp_path / "action.toml"
    samples = '[samples]\nseconds = 0.6\nprompts = ["walk"]\n'
    text = TINY.read_text().replace("width = 16", 'width = 16\ncondition = "action"')
    config.write_text(text.replace("save_every = 10", "save_every = 10\nsample_every = 2") + samples)
    run = arguments(pool, tmp_path / "action", "--init", unbroken / "ema.safetensors", "--steps", 2)
    run[1] = str(config)
    assert train_diffusion.main(run) == 0
    assert "at random: action.weight" in capsys.readouterr().err
    tensors, info = load_checkpoint(tmp_path / "action" / "ema.safetensors")
    assert info.conditioning == "action" and info.actions == ("walk",) and info.text_encoder is None
    assert tensors["action.weight"].shape == (1, 16)
    assert not [r for r in losses(tmp_path / "action") if "sample_error" in r]
    assert [p.name for p in (tmp_path / "action" / "samples").iterdir()] == ["step_0000002_0.png"]


def test_a_text_model_starts_from_the_action_model_with_fitted_words(pool, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(text_start, "BATCHES", 8)
    action, fitted = tmp_path / "action.toml", tmp_path / "fitted.toml"
    action.write_text(TINY.read_text().replace("width = 16", 'width = 16\ncondition = "action"'))
    fitted.write_text('text_start = "fitted"\n' + TINY.read_text())
    first = arguments(pool, tmp_path / "first", "--steps", 1)
    first[1] = str(action)
    assert train_diffusion.main(first) == 0
    run = arguments(pool, tmp_path / "text", "--init", tmp_path / "first" / "ema.safetensors", "--steps", 1)
    run[1] = str(fitted)
    assert train_diffusion.main(run) == 0
    assert "text layer fitted" in capsys.readouterr().err
    table = load_checkpoint(tmp_path / "first" / "ema.safetensors")[0]["action.weight"]
    layer = load_checkpoint(tmp_path / "text" / "ema.safetensors")[0]
    # with one action, every sentence's action vector is that row: it is all in the bias of the action part
    seen = TrainingSet.open(pool).batch_at(0, 8, 0)
    shown = (seen.pooled @ layer["text.weight"].T + layer["text.bias"])[seen.action == 0].mean(0)
    assert torch.corrcoef(torch.stack([shown, table[0]]))[0, 1] > 0.5

    run[1] = str(action)
    action.write_text('text_start = "fitted"\n' + action.read_text())
    run[run.index(str(tmp_path / "text"))] = str(tmp_path / "no")
    assert train_diffusion.main(run) == 1
    assert "not conditioned on text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("batch_size = 8", "batch_sise = 8"), "unknown key 'batch_sise'"),
        (("layers = 1", "layer = 1"), r"unknown key 'model.layer'"),
        (("steps = 50", 'steps = "50"'), "'diffusion.steps' is '50': it must be of type int"),
        (("positions = 1.0", "positions = -1.0"), "loss weight positions is -1.0"),
        (("[diffusion]", '[diffusion]\nschedule = "sine"'), "diffusion.schedule is 'sine'"),
        (("batch_size = 8", 'text_start = "loud"\nbatch_size = 8'), "text_start is 'loud'"),
        (("heads = 2", "heads = 3"), "model: width is 16"),
    ],
)
def test_a_faulty_config_stops_before_anything_is_written(pool, tmp_path, capsys, change, message):
    config = tmp_path / "faulty.toml"
    config.write_text(TINY.read_text().replace(*change))
    run = arguments(pool, tmp_path / "out")
    run[1] = str(config)
    assert train_diffusion.main(run) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_inbetweening_model_starts_as_its_guess_and_learns(pool, tmp_path, capsys):
    text = (ROOT / "training" / "configs" / "dit_inbetween.toml").read_text()
    for old, new in (
        ("width = 256", "width = 32"), ("layers = 6", "layers = 1"), ('"auto"', '"fp32"'),
        ("batch_size = 64", "batch_size = 8"), ("windows = [10, 64]", "windows = [10, 20]"),
        ("log_every = 20", "log_every = 1"), ("val_every = 250", "val_every = 20"), ("warmup = 100", "warmup = 5"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    config = tmp_path / "inbetween.toml"
    config.write_text(text)
    first, then = tmp_path / "first", tmp_path / "then"
    told = ["--config", str(config), "--data", str(pool), "--device", "cpu"]
    assert train_diffusion.main([*told, "--out", str(first), "--steps", "1"]) == 0
    init = ["--init", str(first / "ema.safetensors")]
    assert train_diffusion.main([*told, "--out", str(then), "--steps", "60", *init]) == 0
    validated = [record["val_features"] for record in losses(then) if "val_features" in record]
    assert len(validated) == 3 and validated[-1] < validated[0]
    tensors, info = load_checkpoint(then / "ema.safetensors", family="dit")
    assert info.config["guess"] and info.config["known"] == 209
    again = DiT(DiTConfig.from_json(info.config))
    start_denoiser(again, then / "ema.safetensors")
    assert torch.equal(again.output.weight, tensors["output.weight"]) and bool(again.output.weight.any())
    plain = then / "plain.safetensors"
    save_checkpoint(plain, tensors, replace(info, config={**info.config, "guess": False}))
    start_denoiser(again, plain)  # which answers with the whole motion, not with what is added
    assert not again.output.weight.any()


def test_absent_data_and_unfit_weights_are_named(pool, tmp_path, capsys):
    assert train_diffusion.main(arguments(tmp_path / "none", tmp_path / "out")) == 1
    assert "is no training pool" in capsys.readouterr().err
    assert train_diffusion.main(arguments(pool, tmp_path / "out", "--init", tmp_path / "x")) == 1
    assert "no checkpoint at" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("sources", "free", "licence"),
    [
        ({"cmu": "free for any use"}, True, "trained with free for any use"),
        ({"cmu": "free", "bandai": "CC BY-NC 4.0 (non-commercial)"}, False, NON_COMMERCIAL),
        ({"amass": "AMASS, research only"}, False, "non-commercial: trained with amass"),
        (
            {"amass": "research only", "bandai": "non-commercial"},
            False,
            "non-commercial: trained with amass, bandai",
        ),
        ({"mine": "ask me"}, False, "non-commercial: trained with mine"),
    ],
)
def test_the_narrowest_source_decides_the_licence(sources, free, licence):
    assert licence_of({"sources": sources, "free": free}) == licence


DENOISERS = sorted(p for p in TINY.parent.glob("*.toml") if p.stem.startswith(("mdm", "dit", "tiny")))


@pytest.mark.parametrize("path", DENOISERS, ids=lambda p: p.name)
def test_every_config_can_be_read(path):
    config = read_config(path, DiffusionConfig)
    assert config.model_config(dim=205, actions=3).features == 205
