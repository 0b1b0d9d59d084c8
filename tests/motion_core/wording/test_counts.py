"""How often a sentence says that something is done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion_core.editing import repetitions
from motion_core.wording.counts import KINDS, NOUNS, Count, count_of


@pytest.mark.parametrize(
    ("text", "kind", "number", "plain"),
    [
        ("a person jumps three times", "jump", 3, "a person jumps"),
        ("a person jumps once", "jump", 1, "a person jumps"),
        ("jump twice", "jump", 2, "jump"),
        ("a person jumps 3x", "jump", 3, "a person jumps"),
        ("a person hops 4 times on the left leg", "jump", 4, "a person hops on the left leg"),
        ("a person jumps up and down three times", "jump", 3, "a person jumps up and down"),
        ("a person waves the right hand twice", "wave", 2, "a person waves the right hand"),
        ("claps their hands four times", "clap", 4, "claps their hands"),
        ("a person takes four steps", "step", 4, "a person walks"),
        ("takes 3 small steps backwards and stops", "step", 3, "walks backwards and stops"),
        ("one step forward", "step", 1, "a step forward"),
        ("two steps back", "step", 2, "walk back"),
        ("a person walks 4 steps", "step", 4, "a person walks"),
        ("step forward three times", "step", 3, "step forward"),
        ("a person turns around once", "turn", 1, "a person turns around"),
        ("a person makes one full turn", "spin", 1, "a person makes a full turn"),
        ("someone makes a full turn on the spot", "spin", 1, "someone makes a full turn on the spot"),
        ("turn by 360 degrees to the left", "spin", 1, "turn by 360 degrees to the left"),
        ("360 turn right", "spin", 1, "360 turn right"),
        ("turns in a circle once", "spin", 1, "turns in a circle"),
        ("a person spins around twice", "spin", 2, "a person spins around"),
        (
            "someone kicks exactly three times with the right leg",
            "kick",
            3,
            "someone kicks with the right leg",
        ),
        ("a person does three quick right kicks", "kick", 3, "a person does quick right kicks"),
        ("a man throws one punch", "punch", 1, "a man throws a punch"),
        ("throws a couple of punches", "punch", 2, "throws punches"),
        ("do 5 squats", "squat", 5, "do squats"),
        ("do a single squat", "squat", 1, "do a squat"),
        ("a person does five jumping jacks", "jack", 5, "a person does jumping jacks"),
        ("a person bows two times", "bow", 2, "a person bows"),
        ("nods twice", "nod", 2, "nods"),
        ("a person raises the right hand twice", "raise", 2, "a person raises the right hand"),
    ],
)
def test_counts(text, kind, number, plain):
    assert count_of(text) == Count(kind, number, True, plain)


@pytest.mark.parametrize(
    "text",
    [
        "a person jumps", "two people jump", "a person jumps with two feet", "raises both hands at once",
        "a person climbs three steps", "walks up the three steps", "once he is there he waves", "wave once more",
        "a person jumps several times", "a person jumps over two boxes", "jumps 100 times", "a person takes a step",
        "kick kick kick", "turns 90 degrees twice", "a person walks twice", "jump 0 times", "twice", "one jumps",
        "a man punches twice and kicks once", "", "a person eats two apples", "a two-step",
    ],
)  # fmt: skip
def test_no_counts(text):
    assert count_of(text) is None


@pytest.mark.parametrize(
    "text",
    ["a person walks forward and jumps twice", "a person walks while clapping twice", "run and jump twice"],
)
def test_what_is_done_beside_it(text):
    assert not count_of(text).alone


def test_all_that_is_counted_can_be_counted():
    assert {*KINDS.values(), *NOUNS.values()} == {*repetitions.KINDS, *repetitions.ROUNDS}


@given(st.text(max_size=100))
def test_any_text_is_taken(text):
    found = count_of(text)
    assert found is None or found.number > 0
