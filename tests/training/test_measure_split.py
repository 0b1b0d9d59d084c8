"""How near held-out clips lie to training clips, by the script."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from motion_core.data.store import ClipRecord, write_store

SCRIPT = Path(__file__).resolve().parents[2] / "training" / "measure_split.py"


def run(*arguments: str | Path) -> subprocess.CompletedProcess:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.slow
def test_copies_are_near_and_others_far(tmp_path, walking_motion):
    still = walking_motion.at_frames([0.0] * 40)
    clips = [
        ClipRecord(
            "a", "lab", "train", "walk", None, (), walking_motion.moved(1.0, (2, 3, 0)), official="val"
        ),
        ClipRecord("b", "lab", "val", "walk", None, (), walking_motion, official="train"),
        ClipRecord("c", "lab", "val", None, None, ("a person stands",), still),
    ]
    write_store(tmp_path / "set", clips, {"lab": "own"})
    found = json.loads(run(tmp_path / "set").stdout)
    assert (
        found["all"]["clips"] == 2
        and found["all"]["within 3 cm (%)"] == 50.0
        and found["lab"] == found["all"]
    )
    described = json.loads(run(tmp_path / "set", "--described").stdout)["all"]
    assert described["clips"] == 1 and described["within 3 cm (%)"] == 0.0 and described["50 % (cm)"] > 3
    official = json.loads(run(tmp_path / "set", "--official").stdout)["all"]
    assert official["clips"] == 1 and official["within 3 cm (%)"] == 100.0
    assert json.loads(run(tmp_path / "set", "--limit", "1").stdout)["all"]["clips"] == 1


@pytest.mark.slow
def test_a_set_without_such_clips(tmp_path, walking_motion):
    write_store(
        tmp_path / "set", [ClipRecord("a", "lab", "val", "walk", None, (), walking_motion)], {"lab": "own"}
    )
    result = run(tmp_path / "set", "--described")
    assert result.returncode == 1 and "no such clip" in result.stderr
    assert run(tmp_path / "set", "--official").returncode == 1
    assert run(tmp_path / "nowhere").returncode == 1
