"""`laban complete`: what is kept is kept; what cannot be made is said in one line."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from command_files import FAST, near
from one_line import assert_one_line

from motion_core.formats.bvh import write_bvh
from motion_core.formats.npz import read_npz, write_npz


def test_complete_keeps_continues_and_tells(laban, tiny_weights, given, tmp_path):
    motion, out = read_npz(given), tmp_path / "out.npz"
    status, stdout, _ = laban("complete", "--motion", given, "--keep", "0:10,-5:", "--count", 2, "--json", "--floor",
                              "--out", out, *FAST)  # fmt: skip
    facts = json.loads(stdout)
    assert status == 0 and [m["seed"] for m in facts["motions"]] == [0, 1]
    for file in facts["files"]:
        assert near(read_npz(file), motion, np.r_[0:10, 55:60])
    assert facts["motions"][0]["keep"] == [[0, 10], [55, 60]] and facts["motions"][0]["clean"]["floor"]
    assert laban("complete", "--motion", given, "--seconds", 3, "--out", out, *FAST)[0] == 0
    longer = read_npz(out)
    assert len(longer) == 90 and near(longer, motion, np.r_[0:60])
    assert (
        laban("complete", "--motion", given, "--loop", "--in-place", "--out", tmp_path / "loop.bvh", *FAST)[0]
        == 0
    )


def test_results_are_under_both_licences(laban, tiny_weights, given, tmp_path):
    out = tmp_path / "out.npz"
    write_npz(given, replace(read_npz(given), meta={"licence": "CC BY-SA 4.0"}))
    for words in (("complete", "--keep", "0:10"), ("edit", "--parts", "left_arm")):
        assert laban(*words, "--motion", given, "--out", out, *FAST)[0] == 0
        assert read_npz(out).meta["licence"] == "CC0 (random numbers); CC BY-SA 4.0"
    lines = tmp_path / "jobs.jsonl"
    line = {"id": "a", "task": "edit", "motion": str(given), "steps": 2, "model": "mdm"}
    lines.write_text(json.dumps(line))
    assert laban("batch", lines, "--out", tmp_path / "batch", "--device", "cpu")[0] == 0
    meta = read_npz(tmp_path / "batch" / "a.npz").meta
    assert (meta["licence"], meta["given_licence"]) == ("CC0 (random numbers); CC BY-SA 4.0", "CC BY-SA 4.0")


def test_complete_of_a_single_pose_and_of_bvh(laban, tiny_weights, given, tmp_path):
    write_npz(tmp_path / "pose.npz", read_npz(given).slice(0, 1))
    out = tmp_path / "out.npz"
    assert laban("complete", "--motion", tmp_path / "pose.npz", "--seconds", 2, "--out", out, *FAST)[0] == 0
    assert len(read_npz(out)) == 60 and near(read_npz(out), read_npz(given), np.r_[0:1])
    write_bvh(tmp_path / "in.bvh", read_npz(given))
    assert laban("complete", "--motion", tmp_path / "in.bvh", "--keep", "0:20", "--out", out, *FAST)[0] == 0
    assert len(read_npz(out)) == 60


def test_pins_and_path(laban, tiny_weights, tmp_path):
    out = tmp_path / "out.npz"
    status, stdout, _ = laban("complete", "--seconds", 3, "--pin", "pelvis@1=0.3,-0.8,0.9",
                              "--pin", "pelvis@2=heading:90",
                              "--pin", "pelvis@1=2,2,0.9", "--text", "walk", "--out", out, *FAST)  # fmt: skip
    motion = read_npz(out)
    assert status == 0 and "not met: pelvis at 1 s" in stdout and "comes first" in stdout
    assert np.linalg.norm(motion.pelvis[20] - [0.3, -0.8, 0.9]) < 0.01
    assert abs(np.degrees(motion.heading()[40]) % 360 - 90) < 1
    (tmp_path / "way.csv").write_text("x,y,seconds\n0,0,0\n0,-1,1\n0.5,-2,2\n")
    assert laban("complete", "--seconds", 3, "--path", tmp_path / "way.csv", "--out", out, *FAST)[0] == 0
    motion = read_npz(out)
    assert np.linalg.norm(motion.pelvis[40, :2] - [0.5, -2]) < 0.01 and motion.meta["path"]["seconds"] == [
        0,
        1,
        2,
    ]


def test_a_path_that_is_not_there(laban, tmp_path):
    status, _, err = laban(
        "complete", "--seconds", 2, "--path", tmp_path / "no.csv", "--out", tmp_path / "x.npz"
    )
    assert status == 1
    assert_one_line(err, "no.csv")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["complete"], "neither a motion nor seconds"),
        (["complete", "--motion", "IN"], "--keep 0:10,50:60"),
        (["complete", "--motion", "IN", "--keep", "all"], "all frames are kept"),
        (["complete", "--motion", "IN", "--keep", "0:99"], "frames 0 to 59"),
        (["complete", "--motion", "IN", "--keep", "ten"], "start:stop"),
        (["complete", "--seconds", "2", "--keep", "0:9"], "no motion is given"),
        (["complete", "--seconds", "2", "--pin", "left_wrist=1,2,3"], "JOINT@SECONDS"),
        (["complete", "--seconds", "2", "--pin", "hand@1=1,2,3"], "unknown joint 'hand'"),
        (["complete", "--seconds", "2", "--pin", "head@1=1,2"], "2 coordinates"),
        (["complete", "--seconds", "2", "--pin", "head@9=1,2,1"], "begins at 9 s"),
        (["complete", "--seconds", "2", "--pin", "head@1=a,2,1"], "'a' where a number"),
        (["complete", "--seconds", "2", "--path", "0,0"], "two points"),
        (["complete", "--seconds", "2", "--path", "0,0 0,0"], "no length"),
        (["complete", "--seconds", "2", "--path", "0,0@0 1,1"], "one to each"),
        (["complete", "--seconds", "2", "--path", "0,0@0 1,1@5"], "ends at 5 s"),
        (["complete", "--seconds", "2", "--in-place"], "belongs to --loop"),
        (["complete", "--seconds", "2", "--smooth", "-1"], "smooth is -1"),
        (["complete", "--seconds", "2", "--text", "walk " * 2000], "shorten it"),
        (["complete", "--seconds", "2", "--model", "mdm-action"], "cannot complete"),
    ],
)  # fmt: skip
def test_bad_arguments_are_one_line(laban, given, tmp_path, argv, words):
    out = tmp_path / "x.npz"
    status, stdout, err = laban(*(given if word == "IN" else word for word in argv), "--out", out)
    assert status == 2 and not stdout and not out.exists()
    assert_one_line(err, words)
