"""The file of `laban batch`: its lines become jobs or faults."""

from __future__ import annotations

import json

import numpy as np
import pytest
from command_files import near
from editing_motions import same_frames

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
