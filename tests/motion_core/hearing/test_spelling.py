"""Typing mistakes are corrected; correct English, names, other languages and negations are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion_core.hearing.spelling import (
    NEGATIONS,
    Speller,
    english_words,
    read_vocabulary,
    spell,
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a persn wlaks foward", "a person walks forward"),
        ("A PERSN WLAKS", "A PERSON WALKS"),
        ("Persn jumps", "Person jumps"),
        ("sits donw on a chiar", "sits down on a chair"),
        ("the guy kiks with his rigth leg", "the guy kicks with his right leg"),
        ("raise hte arm", "raise the arm"),
        ("do a backfilp", "do a backflip"),
        ("walksforward slowly", "walks forward slowly"),
    ],
)
def test_mistakes_are_corrected_and_said(typed, read):
    spelled = spell(typed)
    assert spelled.text == read
    assert spelled.note == f"read as {read!r} (typed {typed!r})"


@pytest.mark.parametrize(
    "text",
    [
        "a person moonwalks like michael jackson",
        "does the Griddy",
        "capoeira",
        "a dancer pirouettes, sashays and does a plié",
        "raise the left arm, not the right",
        "don't jump",
        "a person doesn't move",
        "",
        "2 steps",
        "yeet",
        "a person does the naruto run",
    ],
)
def test_english_and_names_stay(text):
    spelled = spell(text)
    assert (spelled.text, spelled.note) == (text, "")


@pytest.mark.parametrize(
    "text",
    ["eine Person geht nach vorne", "mies hyppää ilmaan", "човек върви", "asdf qwer zxcv", "krav maga"],
)
def test_what_is_not_english_is_left_alone(text):
    assert spell(text).text == text


def test_words_that_nobody_knows_are_named():
    spelled = spell("blorp the fizzlewick")
    assert spelled.strange and spelled.unread == ("blorp", "fizzlewick")
    assert not spell("a person walks").strange


def test_of_two_words_the_more_frequent_is_chosen_and_the_other_named():
    spelled = spell("a person trun")
    assert spelled.text == "a person turn"
    assert "'trun' could also be 'run'" in spelled.note


def test_forms_of_one_word_are_no_doubt():
    assert "could also" not in spell("crawlz").note


def test_a_negation_is_never_guessed():
    speller = Speller({"not": 50, "into": 900, "onto": 300, "walking": 90})
    assert speller.spell("nto walking").text == "nto walking"
    assert speller.spell("withot").text == "withot"
    assert Speller({"without": 50}).spell("withot walking").text == "without walking"


@pytest.mark.parametrize("vocabulary", [{}, {"stays": 0}])
def test_an_empty_vocabulary_corrects_nothing(vocabulary):
    assert Speller(vocabulary).spell("a persn wlaks").text == "a persn wlaks"


def test_an_absent_vocabulary_is_an_empty_one(tmp_path):
    assert read_vocabulary(tmp_path / "none.txt") == {}
    (tmp_path / "words.txt").write_text("walk 3\nrun 2\n", encoding="utf-8")
    assert read_vocabulary(tmp_path / "words.txt") == {"walk": 3, "run": 2}
    (tmp_path / "empty.txt").touch()
    assert read_vocabulary(tmp_path / "empty.txt") == {}


def test_the_vocabulary_keeps_sides_and_negations():
    words = read_vocabulary()
    assert words["left"] > 1000 and words["right"] > 1000
    assert len(english_words()) > 80_000
    assert all(word in words or word in english_words() for word in NEGATIONS)


@given(st.text(max_size=80))
def test_any_text_is_spelled_and_spelling_again_changes_nothing(text):
    once = spell(text)
    assert once.text == text or once.changes
    assert spell(once.text).text == once.text
