"""The evaluation report on a small store with real weights of a tiny model."""

from __future__ import annotations

import json

import numpy as np
import pytest

from motion_core.data.store import ClipRecord, ClipStore, write_store
from motion_core.metrics import report as reports
from motion_core.metrics.instructions import INSTRUCTIONS, Instruction
from motion_core.metrics.physical import PhysicalScores
from motion_core.metrics.report import InstructionRow, Report, Retrieval, evaluate_instructions
from motion_core.text import load_text_encoder


@pytest.fixture
def store(tmp_path, walking_motion) -> ClipStore:
    """Three training clips, one with a caption and two with labels, and one for validation."""
    clips = [
        ClipRecord("a", "made", "train", "walk", "normal", (), walking_motion),
        ClipRecord("b", "made", "train", "bow", "tired", (), walking_motion.mirror()),
        ClipRecord(
            "c", "made", "train", None, None, ("a person juggles three balls",), walking_motion.slice(0, 30)
        ),
        ClipRecord("d", "made", "val", "run", "normal", (), walking_motion),
    ]
    write_store(tmp_path / "store", clips, {"made": "our own"})
    return ClipStore.open(tmp_path / "store")


def test_retrieval_finds_the_clip_that_is_meant(store):
    clips = [store.clip(index) for index in range(3)]
    retrieval = Retrieval(clips, load_text_encoder())
    juggled = retrieval.nearest("someone is juggling", 1)[0]
    np.testing.assert_array_equal(juggled.trans, clips[2].motion.trans)
    bowed = retrieval.nearest("a weary man takes a bow", 3)
    np.testing.assert_array_equal(bowed[0].rotations, clips[1].motion.rotations)
    assert len(bowed) == 3  # different clips, not one clip's many sentences


def test_clips_nothing_is_said_of_cannot_be_found(walking_motion):
    silent = ClipRecord("x", "made", "train", None, None, (), walking_motion)
    with pytest.raises(ValueError, match="nothing to look in"):
        Retrieval([silent], load_text_encoder())


def test_the_whole_table(store, tiny_weights, monkeypatch, tmp_path):
    rows = [row for row in INSTRUCTIONS if row.group in ("walk", "bow")]
    never = Instruction("a person flies", lambda seen: False, "none", 1.0)
    monkeypatch.setattr(reports, "INSTRUCTIONS", (*rows, never))
    seen = []
    report = evaluate_instructions("mdm", store, seeds=2, progress=lambda *step: seen.append(step))
    assert [row.prompt for row in report.rows] == [*(row.prompt for row in rows), "a person flies"]
    assert seen[-1] == ("prompts", len(rows) + 1, len(rows) + 1)
    flies = report.rows[-1]
    assert (flies.ours, flies.real, flies.real_clips, flies.retrieval) == (0.0, None, 0, 0.0)
    assert {row.real_clips for row in report.rows if row.prompt == "a person walks forward"} == {1}
    again = evaluate_instructions("mdm", store, seeds=2)
    assert again == report  # nothing in it depends on chance

    markdown, data = reports.write_report(report, tmp_path / "out")
    assert "| a person flies | none | 0% | – | 0% |" in markdown.read_text(encoding="utf-8")
    assert json.loads(data.read_text())["rows"][-1]["prompt"] == "a person flies"


def test_bad_requests_are_named(store, tmp_path, walking_motion):
    with pytest.raises(ValueError, match="seeds is 0"):
        evaluate_instructions("mdm", store, seeds=0)
    only = [ClipRecord("v", "made", "val", "walk", "normal", (), walking_motion)]
    write_store(tmp_path / "val", only, {"made": "our own"})
    with pytest.raises(ValueError, match="no training clips"):
        evaluate_instructions("mdm", ClipStore.open(tmp_path / "val"))


def test_means_leave_out_what_no_real_clip_shows():
    rows = (InstructionRow("a", "g", 1.0, 0.5, 4, 0.0), InstructionRow("b", "g", 0.0, None, 0, 1.0))
    scores = PhysicalScores(1.0, 2.0, 3.0, 4.0)
    text = reports.report_to_markdown(Report("mdm", 8, rows, scores, scores, scores))
    assert "| **all** | 2 prompts | **50%** | **50%** | **50%** |" in text
    assert "| **actions the data contains** | 1 prompts | **100%** | **50%** | **0%** |" in text
