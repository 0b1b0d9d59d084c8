"""Prompts beyond what any model makes are told by their words; those of one body alone pass."""

from __future__ import annotations

import pytest

from motion_core.wording.limits import LIMITS, limits_of, names_movement, names_nothing


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("two men arm wrestle", "people"),
        ("a woman hugs her friend", "people"),
        ("a person kicks another man", "people"),
        ("a boy and a girl dance", "people"),
        ("the nurse lifts the patient", "people"),
        ("a person throws a ball and the other catches it", "people"),
        ("soldiers march", "people"),
        ("he drums his fingers on the table", "fingers"),
        ("a person gives a thumbs up", "fingers"),
        ("he clenches his fist", "fingers"),
        ("the man grins widely", "face"),
        ("she closes her eyes", "face"),
        ("he opens his mouth", "face"),
        ("a fish swims in the tank", "beings"),
        ("the old door opens", "beings"),
        ("an aeroplane takes off", "beings"),
        ("a person walks forward, then a cat jumps onto the sofa", "beings"),
    ],
)
def test_what_no_model_makes_is_told(text, kind):
    assert limits_of(text) == (kind,)
    assert kind in LIMITS


@pytest.mark.parametrize(
    "text",
    [
        "a person walks forward and waves with both hands",
        "the man acts like a chicken",
        "a person waves their arms at each other side",
        "legs cross each other while he raises one hand and lowers the other",
        "a man walks like a woman",
        "dancing with an unseen partner",
        "a person faces left, then stands up",
        "he waves, then boxes",
        "a stick figure waves",
        "throw the ball",
        "",
    ],
)
def test_one_body_alone_passes(text):
    assert limits_of(text) == ()


def test_a_sentence_in_which_nothing_is_done():
    assert names_nothing("a person") and names_nothing("someone")
    assert not names_nothing("a person walks") and not names_nothing("a kitchen")
    assert names_movement("coiling a rope") and names_movement("jumping jacks") and names_movement("do yoga")
    assert not names_movement("a tall man in a red shirt")
    assert not names_movement("the king and a thing")
