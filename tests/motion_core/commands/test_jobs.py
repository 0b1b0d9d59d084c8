"""The file of `laban batch`: its lines become jobs or faults."""

from __future__ import annotations

import json

import numpy as np
from command_files import near
from editing_motions import same_frames

from motion_core.formats.npz import read_npz
from motion_core.tasks import Complete, Request, Sampling


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
