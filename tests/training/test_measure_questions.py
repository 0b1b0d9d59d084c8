"""What a question is worth, by the script, on a small set."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from motion_core.data.store import ClipRecord, write_store

SCRIPT = Path(__file__).resolve().parents[2] / "training" / "measure_questions.py"


@pytest.mark.slow
def test_real_clips_and_others(tmp_path, walking_motion):
    lying = walking_motion.moved(0.0, (0, 0, 0))
    clips = [
        ClipRecord("a", "lab", "train", None, None, ("a person sits down",), walking_motion),
        ClipRecord("b", "lab", "val", None, None, ("a person walks",), lying),
        ClipRecord("c", "lab", "val", "walk", None, (), walking_motion.mirror()),
    ]
    write_store(tmp_path / "set", clips, {"lab": "own"})
    command = [sys.executable, str(SCRIPT), "--data", str(tmp_path / "set")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert (
        "| sit | `sits` | 0% | 1 | 0% | 1 |" in done.stdout
        and "| roll | `rolls` | – | 0 | 0% | 2 |" in done.stdout
    )
