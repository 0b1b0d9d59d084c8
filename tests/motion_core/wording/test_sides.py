import pytest

from motion_core.data.mirrored_text import mirror_text
from motion_core.wording.sides import BOTH, LEFT, NONE, RIGHT, SidedDeed, sided_deed, sides_said

DEEDS = {
    "kicks with the left leg": "leg", "a person waves with the left hand": "hand", "left hand up": "hand",
    "a person stands on the left leg alone": "support", "balances on his left foot": "support",
    "a person kneels on the left knee": "knee", "a man throws a left hook": "hand", "turn left": "turn",
    "walk straight and then make a left turn": "turn", "walks and turns to the left": "turn",
    "leans to the left": "lean", "a person sidesteps to the left": "way", "walks diagonally to the left": "way",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a person kicks", NONE), ("", NONE), ("stands upright", NONE), ("kicks with the LEFT leg", LEFT),
        ("walks leftwards", LEFT), ("a right-handed throw", RIGHT), ("turns right, then left", BOTH),
        ("brightly lit", NONE), ("right now he walks", NONE), ("turns clockwise", RIGHT),
        ("turns counter-clockwise", LEFT), ("turns anticlockwise", LEFT),
    ],
)  # fmt: skip
def test_sides_said(text, said):
    assert sides_said(text) == said


@pytest.mark.parametrize(("text", "of"), DEEDS.items())
def test_what_is_done_on_which_side(text, of):
    assert sided_deed(text) == SidedDeed("left", of)
    assert sided_deed(mirror_text(text)) == SidedDeed("right", of)


@pytest.mark.parametrize(
    "text",
    [
        "a person walks",
        "the left hand, then the right hand",
        "raises a left hand and a left foot",
        "looks left",
        "",
    ],
)
def test_what_is_left_to_the_model(text):
    assert sided_deed(text) is None
