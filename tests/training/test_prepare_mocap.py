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
one,a person walks far,1,90,train,
one,eine Person geht mit der Hand,0,1,train,
two,a person stands,0,1,train,
"""
    (tmp_path / "words.csv").write_text(table)
    return tmp_path


@pytest.mark.slow
def test_a_folder_and_a_table(folder):
    result = run("--bvh", folder / "bvh", "--captions", folder / "words.csv", "--licence", "our own",
                 "--name", "studio", "--out", folder / "set")  # fmt: skip
    assert result.returncode == 0, result.stderr
    said = " ".join(result.stderr.split())
    assert "three, which is not among the files" in said
    assert "line 6 (one): its caption describes 89 s" in said
    assert "line 7 (one): its caption is not English (German)" in said
    store = ClipStore.open(folder / "set")
    clips = {store.clip(i).id: store.clip(i) for i in range(len(store))}
    assert len(clips) == 2 and store.sources == {"studio": "our own"}
    first = next(clip for clip in clips.values() if clip.split == "train")
    assert first.captions == ("a person walks", "somebody strolls") and first.action == "walk"
    assert len(first.motion) == 21 and first.motion.fps == 20.0 and first.free
    assert np.abs(first.motion.pelvis[0, :2]).max() < 1e-5 and abs(first.motion.heading()[0]) < 1e-5
    report = json.loads((folder / "set" / "report.json").read_text())
    assert report["fit"]["studio"]["limbs and spine (deg)"] < 3
    assert any("not English" in which for _, which in report["left out"])
    again = run("--report", folder / "set")
    assert again.returncode == 0 and "| studio | 2 | 0.00 | 2 | 2 | 3 | 0 | 0 | 1 | 1 | 1 |" in again.stdout
    assert again.stdout.strip() in result.stdout


def test_clips_outside_their_file_are_named(folder):
    (folder / "words.csv").write_text(
        "file,caption,start,end\none,a walk,0,1\none,a walk,1.5,9\none,late,30,31\n"
    )
    result = run(
        "--bvh", folder / "bvh", "--captions", folder / "words.csv", "--licence", "x", "--out", folder / "s"
    )
    said = " ".join(result.stderr.split())
    assert result.returncode == 0 and len(ClipStore.open(folder / "s")) == 1
    assert (
        "outside its file (2): clip one_1.5 from 1.5 s to 9 s lies outside its file, which has 2.00 s" in said
    )


def test_an_archive_without_words(folder):
    with tarfile.open(folder / "all.tar.xz", "w:xz") as archive:
        archive.add(folder / "bvh", arcname=".")
    result = run(
        "--bvh", folder / "all.tar.xz", "--licence", "x", "--non-commercial", "--out", folder / "set"
    )
    assert result.returncode == 0, result.stderr
    assert "left out, unreadable (1): broken: " in " ".join(result.stderr.split())
    store = ClipStore.open(folder / "set")
    assert len(store) == 2
    assert all(store.clip(i).captions == () and not store.clip(i).free for i in range(2))


@pytest.mark.slow
def test_what_is_wrong_is_said(folder):
    result = run("--bvh", folder / "bvh", "--out", folder / "set")
    assert result.returncode == 2 and "--bvh needs --licence" in result.stderr
    result = run("--bvh", folder / "bvh", "--licence", "x")
    assert result.returncode == 2 and "--out is missing" in result.stderr
    assert run("--report", folder / "bvh").returncode == 1
    result = run("--data", folder / "nowhere", "--out", folder / "set")
    assert result.returncode == 1 and "nowhere" in result.stderr
    (folder / "empty").mkdir()
    result = run("--bvh", folder / "empty", "--licence", "x", "--out", folder / "set")
    assert result.returncode == 1 and "no clip to store" in result.stderr
