import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body.skeleton import joint_indices
from motion_core.data import phrases
from motion_core.data.mirrored_text import mirror_text
from motion_core.data.phrases import phrases_for

CONTENTS, STYLES = sorted(phrases.contents()), sorted(phrases.styles())
BANDAI_NAMES = (
    "bow bye byebye call dance dash guide kick punch respond run slash walk walk_back walk_left walk_right "
    "raise_up_both_hands raise_up_left_hand raise_up_right_hand walk_turn_left walk_turn_right wave_both_hands "
    "wave_left_hand wave_right_hand"
)
BANDAI = {name.replace("_", " ") for name in BANDAI_NAMES.split()}


@pytest.mark.parametrize(
    ("verb", "third", "doing"),
    [
        ("wave", "waves", "waving"), ("keep", "keeps", "keeping"), ("run", "runs", "running"),
        ("hurry", "hurries", "hurrying"), ("stay", "stays", "staying"), ("stretch", "stretches", "stretching"),
        ("do", "does", "doing"), ("reply", "replies", "replying"), ("practise", "practises", "practising"),
    ],
)  # fmt: skip
def test_conjugation(verb, third, doing):
    assert (phrases.third_person(verb), phrases.gerund(verb)) == (third, doing)


@pytest.mark.parametrize("name", CONTENTS)
def test_the_table_is_complete(name):
    content = phrases.contents()[name]
    assert len(set(content.phrases)) >= (15 if name in BANDAI else 8)
    assert len(content.clause) >= 2 and len(content.short) >= 3
    assert content.kind in ("travel", "gesture", "still", "other")
    joint_indices(content.carries)
    for template in (*content.phrases, *content.clause, *content.high, *content.low):
        assert re.match(r"\[\w+\]", template), template
        assert "{" not in template.replace("{my}", "")
        for form in phrases.INFLECT:
            assert not re.search(r"[\[\]{}]", phrases.inflected(template, form))


def test_every_label_of_the_data_is_known():
    assert set(CONTENTS) >= BANDAI


def test_every_label_file_row_is_known(shared_data):
    import csv

    with (shared_data / "bandai" / "labels.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert row["content"].removesuffix(" short") in CONTENTS and row["style"] in STYLES


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.sampled_from(CONTENTS), st.sampled_from(STYLES), st.integers(0, 2**32), st.booleans())
def test_sentences_are_many_and_clean(content, style, seed, high):
    traits = ("high", "slow") if high else ("low",)
    found = phrases_for(content, style, np.random.default_rng(seed), 12, traits)
    assert len(set(found)) == len(found) >= 10
    assert found == phrases_for(content, style, np.random.default_rng(seed), 12, traits)
    for text in found:
        assert text == " ".join(text.split()) and not re.search(
            r"[\[\]{}]|\b(a|an) (a|the)\b|\ba [aeiou]", text
        )


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    "content", ["wave {} hand", "raise up {} hand", "walk turn {}", "walk {}", "punch {} hand"]
)
def test_no_sentence_names_the_other_side(content, side):
    other = mirror_text(side)
    clock = "clockwise" if side == "left" else "counterclockwise"  # what a turn to this side is not
    for text in phrases_for(content.format(side), "normal", np.random.default_rng(1), 80, ("high",)):
        assert not re.search(rf"\b{other}\b|\b{clock}\b", text), text


def test_the_style_is_said():
    rng = np.random.default_rng(0)
    said = phrases_for("walk", "tired", rng, 100)
    words = re.compile(r"tired|weary|wearily|sleepy|little strength")
    assert np.mean([bool(words.search(text)) for text in said]) > 0.8
    plain = phrases_for("walk", "normal", rng, 60)
    assert not any(words.search(text) for text in plain)


def test_no_style_has_a_side():
    for style in phrases.styles().values():
        for text in (*style.adjective, *style.adverb, *style.manner, *style.travel, *style.subject):
            assert not re.search(r"\b(left|right)\b", text), f"{text!r} would be mirrored"


def test_traits_are_said_only_where_measured():
    rng = np.random.default_rng(0)
    pace = re.compile(r"\bslow|in slow motion")
    assert not any(pace.search(t) for t in phrases_for("bow", "normal", rng, 100))
    assert sum(bool(pace.search(t)) for t in phrases_for("bow", "normal", rng, 100, ("slow",))) > 30
    assert not any("above" in t for t in phrases_for("wave left hand", "normal", rng, 200))
    assert any("above" in t for t in phrases_for("wave left hand", "normal", rng, 200, ("high",)))


def test_unknown_labels_name_the_fix():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"unknown content 'fly'.*phrases\.toml.*walk"):
        phrases_for("fly", "normal", rng, 1)
    with pytest.raises(ValueError, match=r"unknown style 'purple'.*tired"):
        phrases_for("walk", "purple", rng, 1)
