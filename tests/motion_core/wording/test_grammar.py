"""As much grammar as it takes: who acts, which verb comes first, and where the next clause may begin."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.wording.grammar import Verb, head_of, reformed, starts_of, verb_at, words_of


def head(text: str):
    return head_of(text, words_of(text))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.text(max_size=60))
def test_words_say_where_they_stand(text):
    words = words_of(text)
    assert all(word.low == text[word.start : word.end].lower() for word in words)
    assert all(a.end <= b.start for a, b in pairwise(words))


def test_words_keep_their_apostrophes_and_hyphens_and_marks_stand_alone():
    assert [word.low for word in words_of("He doesn't side-step; ok.")] == [
        "he", "doesn't", "side-step", ";", "ok", ".",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("walks", ("walk", "third")),
        ("walking", ("walk", "gerund")),
        ("is slowly walking", ("walk", "progressive")),
        ("is tall", ("", "")),
        ("table", ("", "")),
    ],
)
def test_verbs_and_their_forms(text, verb):
    found = verb_at(words_of(text), 0)
    assert (found.base, found.form) == verb
    assert verb_at(words_of(text), 99) == Verb()


@pytest.mark.parametrize(
    ("text", "who", "verb"),
    [
        ("a tired person walks forward", "a tired person", "walk"),
        ("first, a person slowly walks", "a person", "walk"),
        ("They walk and wave", "They", "walk"),
        ("walk forward", "", "walk"),
        ("the knight bows", "the knight", "bow"),
    ],
)
def test_who_acts_and_what_is_done_first(text, who, verb):
    found = head(text)
    assert found is not None and (found.who, found.verb.base) == (who, verb)


@pytest.mark.parametrize(
    "text", ["", "a walk in the park", "the left arm swings", "while he walks", "flurbs of glee"]
)
def test_where_nobody_acts_there_is_no_head(text):
    assert head(text) is None


def starts(text: str) -> list[tuple[str, bool, bool, bool]]:
    """(own words, marked, comma, listed) of every later clause."""
    words = words_of(text)
    return [(text[s.begin :], s.marked, s.comma, s.listed) for s in starts_of(words, head_of(text, words))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a person walks", []),
        ("a person walks, then sits", [("sits", True, True, False)]),
        ("a person walks and sits", [("sits", False, False, True)]),
        ("a person walks, and then he sits", [("sits", True, True, True)]),
        ("a person walks before sitting", [("sitting", True, False, False)]),
        ("a person walks, sitting", []),  # another form: not the next thing
        ("they walk. Then they sit", [("sit", True, False, False)]),
    ],
)
def test_where_a_later_clause_may_begin(text, expected):
    assert starts(text) == expected


def test_a_verb_is_put_into_another_form_and_the_words_before_it_stay():
    text = "slowly sitting down"
    verb = verb_at(words_of(text), 1)
    assert reformed(text, 0, verb, "third") == "slowly sits"
    assert reformed(text, 0, verb, "progressive") == "slowly sits"
    assert reformed(text, 7, verb, "past") == "sat"
