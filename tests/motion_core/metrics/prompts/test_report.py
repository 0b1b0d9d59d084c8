"""The prompt table on a small store with real weights of a tiny model."""

from __future__ import annotations

import json

import pytest

from motion_core.data.library import build_library
from motion_core.metrics.benchmark.contenders import Contender
from motion_core.metrics.benchmark.lineup import ModelRow
from motion_core.metrics.benchmark.retrieval import Retrieval
from motion_core.metrics.benchmark.split import Wanted
from motion_core.metrics.prompts import report as reports
from motion_core.metrics.prompts.instructions import INSTRUCTIONS, STANDING, Instruction
from motion_core.metrics.prompts.report import (
    InstructionRow,
    PromptReport,
    evaluate_prompts,
    margin,
    real_motions,
)
from motion_core.text import load_text_encoder


@pytest.fixture(scope="module")
def retrieval(evaluation_store):
    return Retrieval(build_library(evaluation_store), load_text_encoder())


@pytest.fixture
def model(tiny_weights) -> ModelRow:
    contender = Contender.parse("mdm@steps=2")
    return ModelRow(contender, contender.load("cpu"))


@pytest.mark.slow
def test_the_whole_table(retrieval, model, monkeypatch, tmp_path):
    rows = [row for row in INSTRUCTIONS if row.prompt in ("walk forward", "someone bows politely")]
    never = Instruction("a person flies", lambda seen: False, "none", 1.0)
    monkeypatch.setattr(reports, "INSTRUCTIONS", (*rows, never))
    seen = []
    report = evaluate_prompts([model], retrieval, seeds=2, progress=lambda *step: seen.append(step))
    assert [row.prompt for row in report.rows] == [*(row.prompt for row in rows), "a person flies"]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    flies = report.rows[-1]
    assert (flies.ours, flies.real, flies.real_clips, flies.retrieval) == ({model.name: 0.0}, None, 0, 0.0)
    walking = next(row for row in report.rows if row.prompt == "walk forward")
    assert walking.real_clips == 6 and walking.real == pytest.approx(2 / 6)  # two stand, two run
    assert evaluate_prompts([model], retrieval, seeds=2) == report  # nothing in it depends on chance

    markdown, data = reports.write_report(report, tmp_path / "out")
    text = markdown.read_text(encoding="utf-8")
    assert (
        "| a person flies | none | – | 0% | 0% |" in text
        and "*real* (clips) | *retrieval* | mdm@steps=2 |" in text
    )
    assert json.loads(data.read_text())["rows"][-1]["prompt"] == "a person flies"


def test_bad_requests_are_named(retrieval, model):
    with pytest.raises(ValueError, match="seeds is 0"):
        evaluate_prompts([model], retrieval, seeds=0)


def test_real_clips_are_those_of_the_label(retrieval):
    store = retrieval.library.store
    bow = Instruction("bow", lambda seen: True, "bow", actions=("bow",))
    assert (
        len(real_motions(bow, retrieval.library)) == 5 and len(real_motions(bow, retrieval.library, 2)) == 2
    )
    assert not real_motions(
        Instruction("x", bow.check, "bow", actions=("bow",), styles=("sad",)), retrieval.library
    )
    assert not bow.fits(store.entries[0]) and bow.fits(store.entries[2])
    assert not Instruction("x", bow.check, "bow", actions=("bow",), sources=("cmu",)).fits(store.entries[2])
    still = Instruction("stand", bow.check, "stand", actions=STANDING)
    assert len(real_motions(still, retrieval.library)) == len(retrieval.library.stands)


def _rows(pairs: list[tuple[float, float]]) -> list[InstructionRow]:
    return [InstructionRow(str(k), "g", {"mdm": a}, None, 0, b) for k, (a, b) in enumerate(pairs)]


def test_the_margin_is_that_of_the_prompts():
    sure = margin(_rows([(0.75, 0.5)] * 20), "mdm")
    assert (sure.mean, sure.low, sure.high) == (0.25, 0.25, 0.25)
    mixed = [(1.0, 0.0), (0.0, 1.0)] * 30
    wide, few = margin(_rows(mixed), "mdm"), margin(_rows(mixed[:10]), "mdm")
    assert wide.mean == 0 and wide.low < 0 < wide.high
    assert wide.high == pytest.approx(1.96 / 60**0.5, rel=0.1)  # the mean of 60 coins
    assert few.high - few.low > wide.high - wide.low
    assert margin(_rows(mixed), "mdm") == wide


def test_means_leave_out_what_no_real_clip_shows():
    rows = (
        InstructionRow("a", "g", {"mdm": 1.0}, 0.5, 4, 0.0),
        InstructionRow("b", "h", {"mdm": 0.0}, None, 0, 1.0),
    )
    margins = {"mdm": margin(rows, "mdm")}
    text = reports.report_to_markdown(
        PromptReport(("mdm",), 8, rows, margins, {"mdm": margin(rows[:1], "mdm")})
    )
    assert "| **all** | 2 prompts | **50%** | **50%** | **50%** |" in text
    assert "| **actions the data contains** | 1 prompts | **50%** | **0%** | **100%** |" in text
    assert "* mdm, actions the data contains: +100.0 (+100.0 to +100.0)" in text
    assert "mdm: g 100%, h 0%." in text


def test_captions_stay_whole_and_prompts_are_asked_as_users_ask(model):
    text = "a person walks, then waves"
    asked = [Wanted(text, 4.0, 3), Wanted(text, 4.0, -1, split=True)]
    caption, prompt = model.draw(asked, [0, 0]).motions
    assert "prompts" not in caption.meta and len(prompt.meta["prompts"]) == 2
    contender = Contender.parse("mdm@whole=1,steps=2")
    whole = ModelRow(contender, model.generator).draw(asked, [0, 0]).motions
    assert all("prompts" not in motion.meta for motion in whole)
