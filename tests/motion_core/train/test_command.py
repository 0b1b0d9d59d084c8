"""What training scripts share: their arguments, how a run begins, fails and ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from motion_core.train import command
from motion_core.train.config import ConfigError
from motion_core.train.loop import Outcome, TrainingError
from motion_core.train.tmr import TMRTrainConfig

NEEDED = ["--config", "x.toml", "--data", "pool", "--out", "run", "--device", "cpu"]


def options(*more: str):
    return command.make_parser("about", "tmr.toml").parse_args([*NEEDED, *more])


def test_arguments():
    asked = options(
        "--steps", "3", "--set", "batch_size=4", "loop.threads=1", "--max-minutes", "1.5", "--resume"
    )
    assert (asked.config, asked.data, asked.out) == (Path("x.toml"), Path("pool"), Path("run"))
    assert (asked.steps, asked.changes, asked.max_minutes, asked.resume) == (
        3,
        ["batch_size=4", "loop.threads=1"],
        1.5,
        True,
    )
    assert (options().steps, options().changes, options().resume) == (None, [], False)


def test_a_configuration_with_what_the_arguments_change(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text('family = "tmr"\nbatch_size = 8\n[loop]\nsteps = 9\n')
    asked = options("--config", str(file), "--steps", "3", "--set", "batch_size=4")
    config = command.configured(asked, TMRTrainConfig)
    assert (config.loop.steps, config.batch_size) == (3, 4)
    with pytest.raises(ConfigError, match="batch_sise"):
        command.configured(options("--config", str(file), "--set", "batch_sise=4"), TMRTrainConfig)


@pytest.mark.parametrize(
    ("reason", "status"), [("done", 0), ("time is up", 0), ("SIGTERM", 128 + 15), ("SIGINT", 128 + 2)]
)
def test_a_run_that_a_signal_stopped_has_not_done_what_was_asked(capsys, reason, status):
    assert command.carry_out(options(), lambda asked, group: Outcome(12, reason)) == status
    assert (
        f"{reason} at step 12; the weights are {Path('run') / 'ema.safetensors'}" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    "fault", [ConfigError("no such key"), FileNotFoundError("no such pool"), TrainingError("not finite")]
)
def test_a_fault_is_one_line_and_status_1(capsys, fault):
    def run(asked, group):
        raise fault

    assert command.carry_out(options(), run) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ") and str(fault) in said and said.count("\n") == 1


def test_a_device_that_is_not_there_is_a_fault_too(capsys):
    assert command.carry_out(options("--device", "cuda:99"), lambda asked, group: Outcome(0, "done")) == 1
    assert "cuda:99" in capsys.readouterr().err


def test_a_bug_is_not_hidden():
    def run(asked, group):
        raise KeyError("loss")

    with pytest.raises(KeyError):
        command.carry_out(options(), run)


@pytest.mark.parametrize("status", [0, 1, 143])
def test_the_process_ends_with_the_status(monkeypatch, status):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with pytest.raises(SystemExit) as end:
        command.leave(status)
    assert end.value.code == status
