"""Diffusion transformers trained on a small pool, and one of them distilled: as a user runs it."""

from __future__ import annotations

from pathlib import Path

import distil
import pytest
import torch
import train_diffusion

from motion_core.checkpoint import load_checkpoint
from motion_core.generators import load_generator
from motion_core.tasks import Generate, Sampling, TaskError
from motion_core.train.config import read_config
from motion_core.train.distil import DistilConfig
from motion_core.train.log import read_log

pytestmark = pytest.mark.slow

CONFIGS = Path(distil.__file__).parent / "configs"
LOOP = """
[loop]
steps = 80
learning_rate = 3e-3
warmup = 5
ema_decay = 0.9
precision = "fp32"
threads = 1
log_every = 1
val_every = 5
save_every = 10
"""
MODEL = """
family = "dit"
batch_size = 8
text_start = "fitted"
[model]
block = "{block}"
width = 16
layers = 1
heads = 2
dropout = 0.0
stochastic_depth = 0.0
[diffusion]
steps = 50
"""


def run(script, config: Path, text: str, pool: Path, out: Path, *more) -> Path:
    config.write_text(text)
    options = ["--config", config, "--data", pool, "--out", out, "--device", "cpu", *more]
    assert script.main([str(option) for option in options]) == 0
    return out / "ema.safetensors"


def train(block: str, pool: Path, folder: Path) -> Path:
    return run(
        train_diffusion, folder / f"{block}.toml", MODEL.format(block=block) + LOOP, pool, folder / block
    )


@pytest.mark.parametrize("block", ["incontext", "adaln", "crossattn"])
def test_each_block_learns_and_generates(block, pool, tmp_path):
    path = train(block, pool, tmp_path)
    losses = [r["val_loss"] for r in read_log(tmp_path / block / "log.jsonl") if "val_loss" in r]
    assert losses[-1] < 0.9 * losses[0]
    generator = load_generator("mdm", checkpoint=path, device="cpu")
    assert generator.model.config.block == block and generator.model.config.levels == 50
    told = Generate(text="a person walks forward", seconds=1), Sampling(3, {"steps": 4})
    alone = generator.run(*told)
    beside = generator.run_batch([(Generate(text="a man kicks twice with force", seconds=2), told[1]), told])
    torch.testing.assert_close(alone.joints(), beside[1].joints(), atol=1e-4, rtol=0)


def test_a_distilled_model_knows_its_steps_and_nears_its_teacher(pool, tmp_path, capsys):
    teacher = train("adaln", pool, tmp_path)
    text = "steps = 2\nsubsteps = 2\nguidance = 2.0\nspacing = 1.5\nbatch_size = 8\n" + LOOP
    student = run(
        distil, tmp_path / "distil.toml", text, pool, tmp_path / "fast", "--teacher", teacher, "--steps", 60
    )
    losses = [r["val_loss"] for r in read_log(tmp_path / "fast" / "log.jsonl") if "val_loss" in r]
    assert losses[-1] < 0.9 * losses[0]
    _, info = load_checkpoint(student)
    assert info.diffusion["folded_steps"] == 2 and info.diffusion["folded_guidance"] == 2.0
    assert info.diffusion["folded_spacing"] == 1.5
    generator = load_generator("mdm", checkpoint=student, device="cpu")
    task = Generate(text="a person walks forward", seconds=1)
    motion = generator.run(task, Sampling(seed=1))
    assert motion.meta["steps"] == 2 and motion.meta["guidance"] == 2.0
    assert generator.run(task, Sampling(1, {"steps": 2})).meta["steps"] == 2
    with pytest.raises(TaskError, match="steps is 5"):
        generator.run(task, Sampling(1, {"steps": 5}))
    with pytest.raises(TaskError, match=r"guidance is 1\.5"):
        generator.run(task, Sampling(1, {"guidance": 1.5}))


def test_the_config_of_the_bundled_model_can_be_read():
    assert read_config(CONFIGS / "distil.toml", DistilConfig).steps == 8


def test_an_action_model_is_no_teacher(pool, tmp_path, capsys):
    text = MODEL.format(block="adaln").replace('family = "dit"', "").replace('text_start = "fitted"', "")
    text = text.replace('block = "adaln"', 'condition = "action"').replace("stochastic_depth = 0.0", "")
    action = run(train_diffusion, tmp_path / "action.toml", text + LOOP, pool, tmp_path / "action")
    (tmp_path / "distil.toml").write_text(LOOP)
    options = ["--config", tmp_path / "distil.toml", "--data", pool, "--out", tmp_path / "no"]
    assert distil.main([str(o) for o in (*options, "--teacher", action)]) == 1
    assert "must be a text model" in capsys.readouterr().err


def test_a_model_that_completes_learns_to_read_what_is_shown(pool, tmp_path):
    text = MODEL.format(block="adaln").replace("batch_size = 8", "batch_size = 8\ncomplete = 0.8")
    path = run(
        train_diffusion, tmp_path / "c.toml", text.replace("width = 16", "width = 16\nknown = 209") + LOOP, pool,
        tmp_path / "completes",
    )  # fmt: skip
    tensors, info = load_checkpoint(path)
    assert info.config["known"] == 209 and tensors["known.weight"].abs().max() > 1e-4
    (tmp_path / "no.toml").write_text(text + LOOP)
    options = ["--config", tmp_path / "no.toml", "--data", pool, "--out", tmp_path / "no"]
    assert train_diffusion.main([str(option) for option in options]) == 1


def test_a_student_is_shown_parts_and_can_go_on_from_another(pool, tmp_path):
    text = MODEL.format(block="adaln").replace("batch_size = 8", "batch_size = 8\ncomplete = 0.8")
    text = text.replace("[model]", "[model]\nknown = 209") + LOOP
    teacher = run(train_diffusion, tmp_path / "t.toml", text, pool, tmp_path / "t", "--steps", 10)
    told = "steps = 2\nsubsteps = 2\nbatch_size = 8\n{}" + LOOP.replace(
        "[loop]", "[loop]\nweight_decay = 0.0"
    )
    steps = ["--teacher", teacher, "--steps", 10]
    blind = run(distil, tmp_path / "a.toml", told.format(""), pool, tmp_path / "a", *steps)
    seeing = run(
        distil, tmp_path / "b.toml", told.format("complete = 0.8\ndrop = 0.5\n"), pool, tmp_path / "b", *steps
    )
    reads = [load_checkpoint(path)[0]["known.weight"] for path in (teacher, blind, seeing)]
    assert torch.equal(reads[0], reads[1]) and not torch.equal(reads[0], reads[2])
    again = ["--teacher", teacher, "--init", seeing, "--steps", 1]
    further = run(distil, tmp_path / "c.toml", told.format("") + "\n", pool, tmp_path / "c", *again)
    step = load_checkpoint(further)[0]["input.weight"] - load_checkpoint(seeing)[0]["input.weight"]
    away = load_checkpoint(further)[0]["input.weight"] - load_checkpoint(teacher)[0]["input.weight"]
    assert step.norm() < 0.5 * away.norm()


def test_a_student_takes_over_what_its_teacher_has_learnt_since(pool, tmp_path, capsys):
    first = train("adaln", pool, tmp_path)
    told = "steps = 2\nsubsteps = 2\nbatch_size = 8\n" + LOOP.replace("3e-3", "1e-9")
    more = ["--init", first, "--steps", 30]
    text = MODEL.format(block="adaln") + LOOP
    second = run(train_diffusion, tmp_path / "b.toml", text, pool, tmp_path / "b", *more)
    few = ["--teacher", first, "--steps", 5]
    student = run(distil, tmp_path / "s.toml", told.replace("1e-9", "3e-3"), pool, tmp_path / "s", *few)
    again = ["--teacher", second, "--init", student, "--init-teacher", first, "--steps", 1]
    moved = run(distil, tmp_path / "m.toml", told, pool, tmp_path / "m", *again)
    weight = {path: load_checkpoint(path)[0]["input.weight"] for path in (first, second, student, moved)}
    expected = weight[student] + weight[second] - weight[first]
    torch.testing.assert_close(weight[moved], expected, atol=1e-5, rtol=0)
    assert (expected - weight[student]).norm() > 0.01
    options = ["--config", tmp_path / "m.toml", "--data", pool, "--out", tmp_path / "no", "--teacher", second]
    assert distil.main([str(o) for o in (*options, "--init-teacher", first)]) == 1
    assert "--init" in capsys.readouterr().err
    wide = MODEL.format(block="adaln").replace("width = 16", "width = 24") + LOOP
    other = run(train_diffusion, tmp_path / "w.toml", wide, pool, tmp_path / "w", "--steps", 1)
    assert distil.main([str(o) for o in (*options, "--init", other)]) == 1
    assert "another shape" in capsys.readouterr().err
