"""Every way to say "then" as "then", and several lines as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion_core.wording.joints import one_line, said_plainly


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("walk -> stop => wave", "walk, then stop, then wave"),
        ("1. walk 2) sit", "walk, then sit"),
        ("2. walk 1. sit", "2. walk 1. sit"),
        ("walk 1.5 metres", "walk 1.5 metres"),
        ("he walks > 3 metres", "he walks > 3 metres"),
        ("first walk, second sit", "first walk, then sit"),
        ("he waves, followed by bowing", "he waves, then bowing"),
        ("he starts with a bow and ends with a jump", "he does a bow, then does a jump"),
        ("start by walking", "walk"),
        ("he walks and proceeds to sit down", "he walks, then sits down"),
        ("he walks. 2 seconds later he sits", "he walks. then he sits"),
        ("he walks; once he is there, he sits", "he walks, then he sits"),
        ("please walk & sit", "walk and sit"),
        ("he ends up standing on tiptoe", "he, then stands on tiptoe"),
        ("he walks slowly", "he walks slowly"),
    ],
)
def test_said_plainly(said, plain):
    assert said_plainly(said) == plain


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("walk forward\nsit down\n- wave", "walk forward; sit down; wave"),
        ("1. walk\n2. sit", "1. walk 2. sit"),
        ("- walk\n- sit", "walk; sit"),
        ("a person walks\nforward and\nwaves", "a person walks forward and waves"),
        ("A man walks.\n\nHe sits.", "A man walks; He sits."),
        ("  a  person   walks ", "a person walks"),
        ("", ""),
    ],
)
def test_lines_become_one(lines, line):
    assert one_line(lines) == line


@given(st.text(max_size=120))
def test_no_letter_is_lost_between_lines(text):
    kept = [c for c in one_line(text) if c.isalpha()]
    assert kept == [c for c in text if c.isalpha()]
    assert "\n" not in one_line(text)
