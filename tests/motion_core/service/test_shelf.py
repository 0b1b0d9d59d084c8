from __future__ import annotations

import os
import subprocess
import sys

import pytest

from motion_core.service.shelf import LEAST, PREFIX, Content, Shelf, sweep

RESULT = Content(b"motion" * 1000, "application/octet-stream")


def test_a_result_lies_in_a_file_until_it_is_removed(tmp_path):
    shelf = Shelf(tmp_path)
    kept, small = shelf.put(RESULT), shelf.put(Content(b"{}", "application/json"))
    assert kept.read() == RESULT.body and kept.media_type == RESULT.media_type
    assert (kept.size, small.size) == (6000, LEAST)
    assert kept.path.parent == small.path.parent and kept.path.parent.parent == tmp_path
    assert oct(kept.path.parent.stat().st_mode)[-2:] == "00"  # for nobody else
    kept.remove()
    kept.remove()
    with pytest.raises(FileNotFoundError):
        kept.read()
    shelf.close()
    assert not any(tmp_path.iterdir())


def test_where_no_disk_takes_it_the_memory_does(tmp_path):
    kept = Shelf(tmp_path / "absent").put(RESULT)
    assert kept.path is None and kept.read() == RESULT.body
    kept.remove()


def test_a_folder_that_somebody_tidied_is_made_anew(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.put(RESULT).path.unlink()
    next(tmp_path.iterdir()).rmdir()
    assert shelf.put(RESULT).read() == RESULT.body
    assert any(tmp_path.iterdir())


def test_folders_of_the_dead_are_swept_and_no_others(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = {
        "dead": f"{PREFIX}{dead.pid}-abc", "blender": f"laban-{dead.pid}-abc",
        "ours": f"{PREFIX}{os.getpid()}-abc", "parent": f"{PREFIX}{os.getppid()}-a",
        "other": "laban-results-x", "foreign": "results-1-abc",
    }  # fmt: skip
    for name in names.values():
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")
    (tmp_path / f"{PREFIX}{dead.pid}-link").symlink_to(tmp_path / names["foreign"])
    assert set(sweep(tmp_path)) == {tmp_path / names["dead"], tmp_path / names["blender"]}
    left = {kind for kind, name in names.items() if (tmp_path / name / "file").exists()}
    assert left == {"ours", "parent", "other", "foreign"}


def test_a_service_of_blender_sweeps_beside_its_own_folder(tmp_path, monkeypatch):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    own, left = tmp_path / f"laban-{os.getpid()}-abc", tmp_path / f"laban-{dead.pid}-xyz"
    own.mkdir()
    left.mkdir()
    monkeypatch.chdir(own)
    monkeypatch.setattr("tempfile.tempdir", str(own))
    assert sweep() == [left] and own.is_dir()
