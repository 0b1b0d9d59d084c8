"""The wordings table on a small store with real weights of a tiny model."""

from __future__ import annotations

import json

import pytest
from gliding_motions import moving
from posed_motions import posed

from motion_core.data.library import build_library
from motion_core.metrics.benchmark.contenders import Contender
from motion_core.metrics.benchmark.lineup import ModelRow
from motion_core.metrics.benchmark.retrieval import Retrieval
from motion_core.metrics.prompts.instructions import Instruction
from motion_core.metrics.prompts.observed import Observed
from motion_core.metrics.prompts.outcomes import turns
from motion_core.metrics.prompts.report import Margin
from motion_core.metrics.prompts.wording_report import (
    RETRIEVAL,
    WordedRow,
    WordingReport,
    evaluate_wordings,
    sides_of,
    wordings_to_markdown,
    write_wordings,
)
from motion_core.metrics.prompts.wordings import KINDS, Worded
from motion_core.text import load_text_encoder

LEFT = Instruction("turn left", turns("left"), "turn", 1.0)
WORDED = (
    Worded(LEFT, {"plain": "a person turns left", "paraphrased": "bend to the left", "typed": "turn left"}),
    Worded(
        Instruction("bow", lambda seen: True, "bow", 1.0, ("bow",)),
        {"plain": "a person bows", "paraphrased": "bend forward", "typed": "bow"},
    ),
)


@pytest.fixture(scope="module")
def retrieval(evaluation_store):
    return Retrieval(build_library(evaluation_store), load_text_encoder())


@pytest.mark.slow
def test_the_whole_table(retrieval, tiny_weights, tmp_path):
    contender = Contender.parse("mdm@steps=2")
    model = ModelRow(contender, contender.load("cpu"))
    seen = []
    report = evaluate_wordings(
        [model], retrieval, seeds=2, worded=WORDED, progress=lambda *step: seen.append(step)
    )
    assert seen == [(1, 3), (2, 3), (3, 3)] and report.columns == (RETRIEVAL, "mdm@steps=2")
    turn, bow = report.rows
    assert (turn.real, turn.real_clips, bow.real, bow.real_clips) == (None, 0, 1.0, 5)
    assert all(bow.shares[column] == dict.fromkeys(KINDS, 1.0) for column in report.columns)
    assert bow.sides == {RETRIEVAL: {}, "mdm@steps=2": {}} and set(turn.sides[RETRIEVAL]) == set(KINDS)
    assert (
        evaluate_wordings([model], retrieval, seeds=2, worded=WORDED) == report
    )  # nothing depends on chance
    markdown, data = write_wordings(report, tmp_path / "out")
    assert (markdown.name, data.name) == ("wordings.md", "wordings.json")
    assert json.loads(data.read_text())["rows"][1]["wordings"]["typed"] == "bow"
    with pytest.raises(ValueError, match="seeds is 0"):
        evaluate_wordings([model], retrieval, seeds=0, worded=WORDED)


def test_a_side_is_wrong_where_the_mirror_image_does_it():
    left, right, none = Observed(moving(turn=1.0)), Observed(moving(turn=-1.0)), posed()
    assert sides_of(LEFT, [left, right, right, none]) == (1, 3)
    assert sides_of(LEFT, [none]) == (0, 0) and sides_of(LEFT, [left]) == (1, 1)


def test_the_table_says_shares_sides_and_changes():
    shares = {"plain": 1.0, "paraphrased": 0.5, "typed": 0.0}
    sides = {"plain": (3, 4), "paraphrased": (0, 0), "typed": (1, 1)}
    row = WordedRow("turn left", "turn", WORDED[0].wordings, None, 0, {RETRIEVAL: shares}, {RETRIEVAL: sides})
    other = WordedRow("bow", "bow", WORDED[1].wordings, 1.0, 5, {RETRIEVAL: dict.fromkeys(KINDS, 1.0)}, {})
    changes = {RETRIEVAL: {"paraphrased": Margin(-0.25, -0.5, 0), "typed": Margin(-0.5, -1, 0)}}
    text = wordings_to_markdown(WordingReport((), 2, (row, other), changes))
    assert (
        "| **all** | 2 | 100% | 100% | 75% | 50% |" in text and "| turn | 1 | – | 100% | 50% | 0% |" in text
    )
    assert "* retrieval: plain 75% of 4, paraphrased –, typed 100% of 1" in text
    assert "Sides: 1 prompts say left or right." in text
    assert "* retrieval: paraphrased -25.0 (-50.0 to +0.0), typed -50.0 (-100.0 to +0.0)" in text
