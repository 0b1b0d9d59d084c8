"""What a user says is checked, with words that tell what to do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from random_clips import clip

from motion_core.tasks import (
    MAX_PROMPT,
    Generate,
    TaskError,
    check_prompt,
)
from motion_core.tasks.checks import (
    check_integer,
    check_kind,
    check_list,
    check_motion,
    check_number,
    check_point,
    check_span,
    frames_in,
)
from motion_core.tasks.pins_and_paths import FollowPath


def test_prompt_is_tidied():
    assert check_prompt("  a person\n\twalks  ") == "a person walks"
    assert check_prompt("un homme marche à gauche 🙂") == "un homme marche à gauche 🙂"
    assert check_prompt("人が歩く") == "人が歩く"
    assert len(check_prompt("a" * MAX_PROMPT)) == MAX_PROMPT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("walk " * 2000, r"9999 characters: shorten it to 1000"),
        ("🙂🙃", "no words"),
        ("...!", "no words"),
        ("walk \ud800", "not valid text"),
        (7, "int"),
        (b"walk", "bytes"),
    ],
)
def test_bad_prompts(text, message):
    with pytest.raises(TaskError, match=message):
        Generate(text=text)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: check_number("weight", True, 0, 1), "weight is True: give a number from 0 to 1"),
        (lambda: check_number("weight", math.nan, 0, 1), "weight is nan"),
        (lambda: check_integer("seed", 2.0, 0, 9), r"seed is 2.0: give a whole number from 0 to 9"),
        (lambda: check_integer("seed", False, 0, 9), "seed is False"),
        (lambda: check_point("place", (1, 2), 3), "place is .1, 2.: give 3 coordinates in metres"),
        (lambda: check_point("place", (1, 2, 1e5), 3), "give 3 coordinates"),
        (lambda: check_point("place", "here", 3), "place is 'here'"),
        (lambda: check_kind("loop", None, bool), "loop is None: give true or false"),
        (lambda: check_kind("path", 3, FollowPath), "path is 3: give a FollowPath"),
        (lambda: check_list("keep", {}), "keep is {}: give a list"),
        (lambda: check_span("the span", (3, 3), 9), "stop of the span is 3: give a whole number from 4 to 9"),
        (lambda: check_span("the span", (9, 10), 9), "start of the span is 9"),
        (lambda: check_span("the span", 7, 9), "the span is 7: give two frames"),
        (lambda: check_motion("the motion", b"npz"), "the motion is bytes: give a motion"),
    ],
)
def test_a_refusal_names_value_and_fix(ask, words):
    with pytest.raises(TaskError, match=words):
        ask()


def test_what_is_good_is_given_back():
    assert check_number("weight", 1, 0, 1) == 1.0 and isinstance(check_number("weight", 1, 0, 1), float)
    assert check_integer("seed", 3, 0, 9) == 3 and check_point("place", [1, 2], 2) == (1.0, 2.0)
    assert check_list("keep", [1]) == (1,) and check_span("the span", [0, 9], 9) == (0, 9)
    check_kind("path", None, FollowPath)  # what may be left out
    check_motion("the motion", clip(3))


@pytest.mark.parametrize(
    ("spans", "frames"),
    [([], 0), ([(0, 5)], 5), ([(4, 9), (0, 5)], 9), ([(0, 9), (2, 3), (9, 10), (20, 21)], 11)],
)
def test_frames_of_spans_are_counted_once(spans, frames):
    assert frames_in(spans) == frames == len({f for span in spans for f in range(*span)})


def test_a_list_has_an_end():
    assert check_list("keep", [1, 2]) == (1, 2)
    with pytest.raises(TaskError, match="keep has 10001 entries: give at most 10000"):
        check_list("keep", [0] * 10_001)
    with pytest.raises(TaskError, match="keep is 3: give a list"):
        check_list("keep", 3)


@pytest.mark.parametrize(
    "point",
    ["123", ["1", "2", "3"], [True, 0, 1], [10**400, 0, 0], [math.nan, 0, 0], [1e5, 0, 0], {1: 2}, 7, None],
)
def test_a_place_is_numbers_and_neither_text_nor_far_away(point):
    with pytest.raises(TaskError, match=r"position is .*: give 3 coordinates in metres"):
        check_point("position", point, 3)


def test_a_place_may_come_as_any_row_of_numbers():
    assert check_point("position", np.array([1, 2, 3], np.float32), 3) == (1.0, 2.0, 3.0)
    assert check_point("position", [1, 2.5], 2) == (1.0, 2.5)
