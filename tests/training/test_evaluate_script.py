"""Runs named on the command line become models of `laban evaluate`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))

import evaluate

from motion_core.catalog import DEFAULT_MODEL


@pytest.fixture
def run(tmp_path) -> Path:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "ema.safetensors").write_bytes(b"")
    return tmp_path / "run"


def test_runs_become_models(run):
    file = f"{DEFAULT_MODEL}@checkpoint={run / 'ema.safetensors'}"
    assert evaluate.arguments_of(["--data", "d", "--runs", str(run)]) == [
        "evaluate",
        "--data",
        "d",
        "--models",
        file,
    ]
    mixed = evaluate.arguments_of(
        ["--models", "mdm", "--runs", f"{run}@steps=8", str(run / "ema.safetensors"), "--json"]
    )
    assert mixed == ["evaluate", "--models", f"{file},steps=8", file, "mdm", "--json"]
    assert evaluate.arguments_of(["--seeds", "2"]) == ["evaluate", "--seeds", "2"]


def test_absent_runs_are_named(tmp_path, capsys):
    assert evaluate.main(["--runs", str(tmp_path), "--data", "d"]) == 2
    assert "ema.safetensors" in capsys.readouterr().err
    assert evaluate.main(["--runs", "--data", "d"]) == 2
    assert "names no folder" in capsys.readouterr().err
