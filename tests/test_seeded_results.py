"""The recorder of seeded results tells what differs, and its tasks are of every kind that makes a motion."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

from motion_core.formats.npz import write_npz
from motion_core.tasks import TASKS

TOOL = Path(__file__).resolve().parents[1] / "tools" / "seeded_results.py"
_spec = importlib.util.spec_from_file_location("seeded_results", TOOL)
assert _spec and _spec.loader
seeded_results = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(seeded_results)


def test_what_differs_is_named(tmp_path, walking_motion):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        write_npz(folder / "same.npz", replace(walking_motion, meta={"version": folder.name}))
    assert seeded_results.compare(first, second) == []
    write_npz(first / "alone.npz", walking_motion)
    write_npz(second / "same.npz", replace(walking_motion.moved(yaw=1e-3), meta={"seed": 2}))
    told = seeded_results.compare(first, second)
    assert told[0] == "alone.npz: in one record only" and told[-1] == "same.npz: meta"
    assert {"same.npz: trans", "same.npz: poses", "same.npz: joints"} <= set(told)


def test_tasks_of_every_kind_that_makes_a_motion_are_recorded():
    lines = [json.loads(line) for line in seeded_results.TASKS.read_text(encoding="utf-8").splitlines()]
    made = {name for name, kind in TASKS.items() if kind.gives == "motion"}
    assert {line.get("task", "generate") for line in lines} == made and len(lines) >= 30
