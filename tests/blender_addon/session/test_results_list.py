"""The last results: which files are listed, and what is said of each."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from rig_animation import stepping

from blender_addon.properties.preferences import results_folder
from blender_addon.session.results_list import chosen_file, describe, newest_results, refresh
from motion_core.formats.npz import write_npz


def result(path: Path, age: float = 0.0, **meta) -> Path:
    """A motion file that is so many seconds old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    motion = stepping(4)
    write_npz(path, type(motion)(motion.fps, motion.trans, motion.rotations, meta=meta))
    os.utime(path, (1e9 - age, 1e9 - age))
    return path


def test_the_newest_come_first_and_other_files_are_passed_over(tmp_path):
    old, new, middle = (
        result(tmp_path / f"{name}.npz", age) for name, age in (("old", 9), ("new", 1), ("middle", 5))
    )
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "folder.npz").mkdir()
    assert newest_results(tmp_path) == [new, middle, old]
    assert newest_results(tmp_path, 2) == [new, middle]
    assert newest_results(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("meta", "title", "about"),
    [
        ({"text": "a person walks", "model": "mdm", "seed": 3}, "a person walks", "generate, mdm, seed 3"),
        ({"action": "walk", "model": "mdm-action"}, "walk", "generate, mdm-action, seed ?"),
        (
            {"model": "mdm", "seed": 0, "blender": {"task": "edit", "first": 5, "frames": 36}},
            "edit",
            "edit, mdm, seed 0, frames 5 to 40",
        ),
        ({"blender": "odd"}, "file", "generate, seed ?"),
    ],
)
def test_a_result_says_what_made_it(tmp_path, meta, title, about):
    assert describe(result(tmp_path / "file.npz", **meta)) == (title, about)


ODD = '{"blender": {"first": "one"}}'


def test_a_file_that_is_none_of_ours_is_listed_by_its_name(tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"PK nothing")
    np.savez(tmp_path / "other.npz", values=np.zeros(3))
    for name, meta in (("list", "[]"), ("deep", "[" * 100_000), ("object", np.array([None])), ("odd", ODD)):
        np.savez(tmp_path / f"{name}.npz", meta=meta)
    for name in ("broken", "other", "absent", "list", "deep", "object", "odd"):
        assert describe(tmp_path / f"{name}.npz") == (name, "no motion file of ours")


def test_the_list_is_read_anew_and_the_choice_stays_in_it(context, preferences):
    window = context.window_manager
    assert (refresh(window), chosen_file(window)) == (0, None)
    for age in range(3):
        result(results_folder() / f"walk{age}.npz", age, text=f"walk {age}")
    assert refresh(window) == 3
    assert [row.name for row in window.laban_history.results] == ["walk 0", "walk 1", "walk 2"]
    window.laban_history.chosen = 2
    assert chosen_file(window) == results_folder() / "walk2.npz"
    (results_folder() / "walk2.npz").unlink()
    assert refresh(window) == 2
    assert chosen_file(window) == results_folder() / "walk1.npz"
    window.laban_history.chosen = -1
    assert chosen_file(window) is None
