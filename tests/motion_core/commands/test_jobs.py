"""The file of `laban batch`: its lines become jobs or faults."""

from __future__ import annotations

import json
import os
import random
import re
import sys

import numpy as np
import pytest
from broken_files import damaged, encrypted, good_npz, with_header, zipped
from command_files import near
from editing_motions import same_frames
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from motion_core.catalog import DEFAULT_MODEL
from motion_core.commands.jobs import read_jobs, with_motions
from motion_core.formats.npz import read_npz
from motion_core.tasks import Complete, Request, Sampling, TaskError


def test_batch_lines(laban, tiny_weights, given, tmp_path):
    motion = read_npz(given)
    inline = Request(Complete(motion, keep=((0, 30),)), Sampling(settings={"steps": 2}), "mdm").to_json()
    few = {"steps": 2, "model": "mdm"}
    lines = [
        {"id": "c", "task": "complete", "motion": "in.npz", "keep": [[0, 10], [50, 60]]} | few,
        {"id": "e", "task": "edit", "motion": str(given), "parts": ["left_arm"], "count": 2} | few,
        {"id": "s", "task": "sequence", "prompts": [["walk", 1], ["run", 1]], "start": "in.npz"} | few,
        inline | {"id": "i"},
        {"id": "b1", "task": "complete", "motion": "absent.npz"},
        {"id": "b2", "task": "complete", "motion": "jobs.jsonl"},
        {"id": "b3", "task": "edit"},
        {"id": "g", "text": "walk", "seconds": 0.5, "steps": 2, "model": "mdm"},
    ]  # fmt: skip
    (tmp_path / "jobs.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    status, stdout, err = laban(
        "batch", tmp_path / "jobs.jsonl", "--out", tmp_path / "out", "--device", "cpu", "--json"
    )
    facts = json.loads(stdout)
    assert status == 1 and [fault["line"] for fault in facts["failed"]] == [5, 6, 7], err
    assert "absent.npz" in facts["failed"][0]["error"] and ".npz or .bvh" in facts["failed"][1]["error"]
    assert sorted(p.stem for p in (tmp_path / "out").iterdir()) == ["c", "e_000", "e_001", "g", "i", "s"]
    made = read_npz(tmp_path / "out" / "c.npz")
    assert near(made, motion, np.r_[0:10, 50:60])
    kept = np.arange(60) < 30
    assert near(read_npz(tmp_path / "out" / "i.npz"), motion, kept) and not same_frames(made, motion, ~kept)


def read(tmp_path, *lines: dict, ending: str = ".npz"):
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    return read_jobs(file, tmp_path / "out", ending)


def test_a_job_knows_its_model_its_files_and_its_seeds(tmp_path):
    (plain, many, search), faults = read(
        tmp_path,
        {"id": "a.b", "text": "walk"},
        {"id": "many", "text": "walk", "count": 2, "seed": 5, "steps": 30},
        {"id": "bows", "task": "search", "text": "bow", "library": "/x", "count": 7},
        ending=".bvh",
    )
    assert not faults and [job.line for job in (plain, many, search)] == [1, 2, 3]
    assert plain.request.model == DEFAULT_MODEL and plain.paths == (tmp_path / "out" / "a.b.bvh",)
    assert many.request.model == "dit-adaln"  # the default is made for eight steps
    assert [path.name for path in many.paths] == ["many_000.bvh", "many_001.bvh"]
    assert [sampling.seed for sampling in many.samplings] == [5, 6]
    assert search.request.model == "tmr" and [path.name for path in search.paths] == ["bows.json"]


def test_a_fault_says_its_line_and_its_id_where_there_is_one(tmp_path):
    _, faults = read(tmp_path, {"id": "a", "text": "walk"}, {"text": "walk"}, {"id": "c", "task": "dance"})
    assert [(fault.line, fault.id) for fault in faults] == [(2, None), (3, "c")]
    assert faults[1].as_json()["error"].startswith("unknown task 'dance'")


def test_motions_are_read_once_and_count_from_the_file_s_folder(tmp_path, given):
    files = {}
    for _ in range(2):
        entry = with_motions({"task": "edit", "motion": "in.npz"}, tmp_path, files)
    assert len(files) == 1 and entry["motion"] is files[tmp_path / "in.npz"]
    assert with_motions({"motion": {"fps": 20}}, tmp_path, files)["motion"] == {"fps": 20}
    with pytest.raises(TaskError, match="start is '/etc/passwd': name a file that ends in"):
        with_motions({"start": "/etc/passwd"}, tmp_path, files)


LINES = [
    (b'{"id": "a", "text": "walk", "pins": ' + b"[" * 100_000, "not a JSON object"),
    (b'{"id": "a", "text": "walk", "seed": ' + b"9" * 5000 + b"}", "not a JSON object"),
    (b'{"id": "a", "text": "walk", "seed": ' + b"9" * 400 + b"}", "seed is 9"),
    (b'{"id": "a", "text": "walk", "seconds": ' + b"9" * 400 + b"}", "seconds is 9"),
    (b'{"id": "a", "text": "walk", "seed": 2147483647, "count": 2}', "2 seeds from it on go beyond"),
    (
        b'{"id": "a", "task": "complete", "seconds": 2, "pins": [{"joint": "pelvis", "start": 0, "stop": 1, '
        b'"position": [' + b"9" * 400 + b", 0, 0]}]}",
        "give 3 coordinates",
    ),
    (
        b'{"id": "a", "task": "complete", "seconds": 2, "pins": [{"joint": [], "start": 0, "stop": 1}]}',
        "joint",
    ),
    (b'{"id": ["' + b"a" * 3000 + b'"], "text": "walk"}', "give each task a name of its own"),
    (b'{"id": "\\ud800", "text": "walk"}', "is not valid text"),
    (b'{"id": "a", "task": "edit", "motion": "secret.npz"}', "motion: .*secret.npz: it is encrypted"),
    (b'{"id": "a", "task": "edit", "motion": "deep.npz"}', "motion: .*deep.npz: member 'poses'"),
    (b'{"id": "a", "task": "edit", "motion": "pipe.npz"}', "is a named pipe"),
    (b'{"id": "a", "task": "edit", "motion": "a\\u0000.npz"}', "motion: "),
    (b'{"id": "a", "task": ["edit"]}', "unknown task"),
    (b'{"id": "a", "text": "walk", "settings": {"steps": {"a": 1}}}', "setting steps"),
    (b"\xff\xfe", "not a JSON object"),
    (b"[" * 500 + b"]" * 500, "a task is a JSON object"),
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipe with a file's name")
def test_no_line_ends_the_batch(tmp_path):
    (tmp_path / "secret.npz").write_bytes(encrypted(good_npz()))
    (tmp_path / "deep.npz").write_bytes(zipped({"poses.npy": with_header("(" * 3000)}))
    os.mkfifo(tmp_path / "pipe.npz")
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"\n".join([*(line for line, _ in LINES), b'{"id": "good", "text": "walk"}']))
    jobs, faults = read_jobs(file, tmp_path / "out", ".npz")
    assert [job.id for job in jobs] == ["good"] and [fault.line for fault in faults] == list(
        range(1, len(LINES) + 1)
    )
    for fault, (line, said) in zip(faults, LINES):
        assert re.search(said, fault.error) and len(fault.error) < 1000, (line[:80], fault.error)
        assert "a fault of laban" not in fault.error, fault.error


@settings(max_examples=80, derandomize=True, deadline=None)
@drawn(st.integers(0, 2**32))
def test_a_damaged_line_is_a_fault_or_a_job(tmp_path_factory, seed):
    pin = {"joint": "pelvis", "start": 0, "stop": 1, "position": [0, 1, 1]}
    entry = {
        "id": "a",
        "task": "complete",
        "seconds": 2.0,
        "text": "walk",
        "seed": 7,
        "settings": {"steps": 2},
    }
    line = json.dumps(entry | {"pins": [pin]})
    file = tmp_path_factory.mktemp("lines") / "lines.jsonl"
    file.write_bytes(damaged(line.encode(), random.Random(seed)) + b'\n{"id": "good", "text": "walk"}')
    jobs, faults = read_jobs(file, file.parent / "out", ".npz")
    assert "good" in [job.id for job in jobs] or "good" in str(faults)
    assert not any("a fault of laban" in fault.error for fault in faults), faults


def test_a_line_that_is_too_long_is_one_fault(tmp_path, monkeypatch):
    monkeypatch.setattr("motion_core.commands.jobs.MAX_JSON", 100)
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"x" * 1000 + b'\n{"id": "good", "text": "walk"}\n')
    jobs, faults = read_jobs(file, tmp_path / "out", ".npz")
    assert [job.id for job in jobs] == ["good"]
    assert [(fault.line, fault.error[:36]) for fault in faults] == [
        (1, "the line has more than 100 bytes: na")
    ]
