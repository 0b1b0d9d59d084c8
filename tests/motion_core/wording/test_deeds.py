"""What a sentence says that kinematics can decide, and what it leaves in doubt."""

from __future__ import annotations

import pytest

from motion_core.wording.deeds import DEEDS, deeds_of


@pytest.mark.parametrize(
    ("text", "deeds"),
    [
        ("a person walks forward and waves with the right hand", ("go", "wave")),
        ("walk forward", ("go",)),
        ("someone is running in a circle", ("go",)),
        ("a person sits down", ("sit",)),
        ("a man leaps over a puddle", ("jump",)),
        ("a person turns to the left", ("turn left",)),
        ("a person turns around", ("turn",)),
        ("she walks and turns right", ("go", "turn right")),
        ("a person raises the left arm", ("raise left",)),
        ("a person raises both hands", ("raise",)),
        ("someone lies down on the floor", ("lie",)),
        ("a person throws a punch", ()),
        ("someone punches forward", ("punch",)),
        ("a man squats", ("squat",)),
        ("a person crawls on all fours", ("crawl",)),
        ("a person picks something up from the floor", ("pick up",)),
        ("a person picks up a cup from the table", ()),
        ("a person gets up from the floor", ("get up",)),
        ("a person stands up from a chair", ("get up",)),
    ],
)
def test_what_is_said(text, deeds):
    assert deeds_of(text) == deeds and set(deeds) <= set(DEEDS)


@pytest.mark.parametrize(
    "text",
    [
        "a person walks in place",
        "a person does not walk",
        "a person goes for a walk",
        "a person turns the head to the left",
        "a person pretends to sit",
        "a person lies about his age",
        "a seated man waves",
        "the person raises his voice",
        "",
    ],
)
def test_what_is_left_in_doubt(text):
    assert deeds_of(text) == ()
