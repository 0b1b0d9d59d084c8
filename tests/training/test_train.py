"""One script trains every family: the configuration says which."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import train
import train_diffusion
from tiny_tmr import TMR_CONFIG

from motion_core.checkpoint import load_checkpoint
from motion_core.train import text_start

CONFIGS = Path(__file__).resolve().parents[2] / "training" / "configs"


@pytest.fixture(autouse=True)
def few_summaries(monkeypatch):
    monkeypatch.setattr(text_start, "BATCHES", 4)


def run(script, config, pool, out, *more):
    options = ["--config", config, "--data", pool, "--out", out, "--device", "cpu", *more]
    return script.main([str(option) for option in options])


@pytest.mark.slow
def test_the_family_decides(pool, tmp_path):
    config = tmp_path / "tmr.toml"
    config.write_text(TMR_CONFIG)  # says no family, as files of before
    assert run(train, config, pool, tmp_path / "tmr") == 0
    assert run(train, CONFIGS / "tiny.toml", pool, tmp_path / "mdm", "--steps", "2") == 0
    small = ("model.width=16", "model.layers=1", "model.heads=2", "batch_size=4", "loop.precision=fp32")
    config = CONFIGS / "dit_adaln.toml"
    assert run(train, config, pool, tmp_path / "dit", "--steps", "2", "--set", *small) == 0
    for family in ("tmr", "mdm", "dit"):
        load_checkpoint(tmp_path / family / "ema.safetensors", family=family)


def test_the_old_script_gives_the_same_weights(pool, tmp_path):
    for name, script in (("new", train), ("old", train_diffusion)):
        assert run(script, CONFIGS / "tiny.toml", pool, tmp_path / name, "--steps", "3") == 0
    new, old = (load_checkpoint(tmp_path / name / "ema.safetensors")[0] for name in ("new", "old"))
    assert all(torch.equal(new[name], old[name]) for name in old)


def test_a_retrieval_model_may_start_from_another(pool, tmp_path, capsys):
    config = tmp_path / "tmr.toml"
    config.write_text('family = "tmr"\n' + TMR_CONFIG)
    assert run(train, config, pool, tmp_path / "first") == 0
    init = ("--init", tmp_path / "first" / "ema.safetensors", "--set", "loop.learning_rate=1e-12")
    assert run(train, config, pool, tmp_path / "then", *init) == 0
    assert "at random: none" in capsys.readouterr().err
    first, then = (load_checkpoint(tmp_path / name / "ema.safetensors")[0] for name in ("first", "then"))
    for name in first:
        torch.testing.assert_close(then[name], first[name], atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('family = "vae"\n[loop]\nsteps = 1', "the family is 'vae'; use one of mdm, dit, tmr"),
        ("[loop]\nsteps = 1", "the key 'family' is missing"),
        ("substeps = 3\n[loop]\nsteps = 1", "run training/distil.py"),
        ("family = ", "is no valid TOML"),
    ],
)
def test_a_file_without_a_known_family_is_named(pool, tmp_path, capsys, text, message):
    config = tmp_path / "x.toml"
    config.write_text(text)
    assert run(train, config, pool, tmp_path / "out") == 1
    assert message in " ".join(capsys.readouterr().err.split())
