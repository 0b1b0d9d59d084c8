"""From a folder of foreign BVH files and a caption table to a training set, by the script itself."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from motion_core.data.store import ClipStore
from motion_core.formats.bvh import write_bvh

SCRIPT = Path(__file__).resolve().parents[2] / "training" / "prepare_mocap.py"


def run(*arguments: str | Path) -> subprocess.CompletedProcess:
    command = [sys.executable, str(SCRIPT), *map(str, arguments), "--workers", "1"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.fixture
def folder(tmp_path, walking_motion) -> Path:
    place = tmp_path / "bvh"
    for name in ("one", "two"):
        write_bvh(place / f"{name}.bvh", walking_motion, fps=30.0)
    (place / "broken.bvh").write_text((place / "one.bvh").read_text()[:-400])
    table = """file,caption,start,end,split,action
one,a person walks,0,1,train,walk
one,somebody strolls,0,1,train,walk
two,a person walks,,,val,
three,nobody,0,1,train,
"""
    (tmp_path / "words.csv").write_text(table)
    return tmp_path


@pytest.mark.slow
def test_a_folder_and_a_table(folder):
    result = run("--bvh", folder / "bvh", "--captions", folder / "words.csv", "--licence", "our own",
                 "--name", "studio", "--out", folder / "set")  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "three, which is not among the files" in result.stderr.replace("\n", " ")
    store = ClipStore.open(folder / "set")
    clips = {store.clip(i).id: store.clip(i) for i in range(len(store))}
    assert len(clips) == 2 and store.sources == {"studio": "our own"}
    first = next(clip for clip in clips.values() if clip.split == "train")
    assert first.captions == ("a person walks", "somebody strolls") and first.action == "walk"
    assert len(first.motion) == 21 and first.motion.fps == 20.0 and first.free
    assert np.abs(first.motion.pelvis[0, :2]).max() < 1e-5 and abs(first.motion.heading()[0]) < 1e-5
    report = json.loads((folder / "set" / "report.json").read_text())
    assert report["studio"]["limbs and spine (deg)"] < 3


def test_an_archive_without_words(folder):
    with tarfile.open(folder / "all.tar.xz", "w:xz") as archive:
        archive.add(folder / "bvh", arcname=".")
    result = run(
        "--bvh", folder / "all.tar.xz", "--licence", "x", "--non-commercial", "--out", folder / "set"
    )
    assert result.returncode == 0, result.stderr
    assert "left out: broken: " in result.stderr.replace("\n", " ")
    store = ClipStore.open(folder / "set")
    assert len(store) == 2
    assert all(store.clip(i).captions == () and not store.clip(i).free for i in range(2))


@pytest.mark.slow
def test_what_is_wrong_is_said(folder):
    result = run("--bvh", folder / "bvh", "--out", folder / "set")
    assert result.returncode == 2 and "--bvh needs --licence" in result.stderr
    result = run("--data", folder / "nowhere", "--out", folder / "set")
    assert result.returncode == 1 and "nowhere" in result.stderr
    (folder / "empty").mkdir()
    result = run("--bvh", folder / "empty", "--licence", "x", "--out", folder / "set")
    assert result.returncode == 1 and "no clip to store" in result.stderr
