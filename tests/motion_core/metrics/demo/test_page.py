"""The demo page: what it says, that it is one file, that it does not change, and how large it is."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from motion_core.metrics.benchmark.contenders import Contender
from motion_core.metrics.benchmark.lineup import ModelRow
from motion_core.metrics.demo import page
from motion_core.metrics.demo.grades import RULE, Grade, Grades
from motion_core.metrics.demo.page import (
    Shown,
    grades_of,
    make_motions,
    page_to_html,
    write_page,
    write_sheets,
)
from motion_core.metrics.demo.sentences import Sentence

FLY, WALK = Sentence("a person <flies>", 1.0, "MDM"), Sentence("a person walks", 1.0, "Kimodo")
GRADES = Grades("mdm", "abc", "2026-11-29", {FLY.text: (Grade("shown"), Grade("part", "no <wings>"))})


@pytest.fixture
def shown(walking_motion) -> list[Shown]:
    return [Shown(sentence, (walking_motion, walking_motion.mirror())) for sentence in (FLY, WALK)]


def test_what_the_page_says(shown):
    text = page_to_html(shown, GRADES)
    assert "1 shown (50%), 1 part, 0 other, 2 not graded yet" in text and RULE in text
    assert "in the manner of Kimodo</td><td>not graded yet" in text and "2 sentences, 4 motions" in text
    assert (
        "a person &lt;flies&gt;" in text
        and "no &lt;wings&gt;" in text
        and "<!--" not in text.split("<body>")[1]
    )
    assert text.count("<figure class=") == 4 and text.count('class="ungraded"') == 2
    assert not re.findall(r'(?:src|href)="(?!data:)', text)  # nothing is loaded from elsewhere
    assert page_to_html(shown, GRADES) == text


def test_a_page_without_grades_and_one_that_is_too_large(shown, tmp_path, monkeypatch):
    write_page(shown, Grades("mdm", "abc"), tmp_path / "page.html")
    assert "In all: not graded yet" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert grades_of(shown, GRADES)[:2] == [Grade("shown"), Grade("part", "no <wings>")]
    monkeypatch.setattr(page, "LARGEST", 1000)
    with pytest.raises(ValueError, match="at most 1000 are allowed"):
        page_to_html(shown, GRADES)


def test_sheets_hold_so_many_sentences(shown, tmp_path):
    paths = write_sheets([*shown, shown[0]], tmp_path, per_sheet=2)
    assert [path.name for path in paths] == ["sentences-01-02.png", "sentences-03-03.png"]
    sizes = [Image.open(path).size for path in paths]
    assert sizes[0] == (sizes[1][0], 2 * sizes[1][1])


@pytest.mark.slow
def test_motions_are_asked_for_by_seed(tiny_weights):
    contender = Contender.parse("mdm@steps=2")
    made = make_motions(ModelRow(contender, contender.load("cpu")), [FLY, WALK], 2)
    assert [s.sentence for s in made] == [FLY, WALK] and all(len(s.motions) == 2 for s in made)
    assert [m.meta["seed"] for m in made[1].motions] == [0, 1] and made[1].motions[0].meta[
        "text"
    ] == WALK.text
    with pytest.raises(ValueError, match="seeds is 0"):
        make_motions(ModelRow(contender, contender.load("cpu")), [FLY], 0)
