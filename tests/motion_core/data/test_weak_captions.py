"""Titles and one-line descriptions as captions, where they say something."""

from __future__ import annotations

import pytest

from motion_core.data.weak_captions import names_one_thing, walk_caption, weak_caption


@pytest.mark.parametrize(
    ("description", "caption"),
    [
        ("salsa dance", "salsa dance"),
        ("RegularWalkRightAngleTurns", "regular walk right angle turns"),
        ("elephant (human subject)", "a person acts like an elephant"),
        ("chicken (human subject)", "a person acts like a chicken"),
        ("LeftTightTurn CleanedGRS", "left tight turn"),
        ("nursery rhyme - Cock Robin", "nursery rhyme: cock robin"),
        ("Bow", "bow"),
        ("Peek A Boo", "peek a boo"),
        ("synchronized walk (2 subjects - subject A)", "synchronized walk"),
        ("A pulls B; B resists (2 subjects - subject A)", None),
        ("walk", None),  # an action's name: the label says it better
        ("Story", None),
        ("T-Pose", None),
        ("19.5 lbs", None),
        ("LongSequenceGood", None),
        ("180", None),
        ("", None),
    ],
)
def test_captions_of_descriptions(description, caption):
    assert weak_caption(description) == caption


def test_what_every_piece_of_a_recording_shows():
    assert names_one_thing("salsa dance") and names_one_thing("walk on uneven terrain")
    assert names_one_thing("walk and turn (repeated)")
    assert not names_one_thing("jump, balance") and not names_one_thing("sit in chair and get up")


@pytest.mark.parametrize(
    ("label", "caption"),
    [
        ("walk normal left 135", "a person walks and turns left"),
        ("walk normal slope 90 right1 up", "a person walks up a slope and turns right"),
        ("walk leftfoot turn normal", "a person walks and turns on the left foot"),
        ("spiral ffffast right", "a person walks fast in a spiral to the right"),
        ("walk straight very slow", "a person walks very slowly"),
        ("walk sssslow", "a person walks very slowly"),
        ("walk normal stright", None),
    ],
)
def test_captions_of_walks(label, caption):
    assert walk_caption(label) == caption
