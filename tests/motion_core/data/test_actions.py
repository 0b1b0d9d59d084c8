"""What a description says of the action."""

from __future__ import annotations

import pytest

from motion_core.data.actions import action_of, title_words


@pytest.mark.parametrize(
    ("title", "words", "action"),
    [
        ("Male1_B10_WalkTurnLeft45", "walk turn left 45", "walk turn left"),
        ("Male1_B9_WalkToTurnLeft90", "walk to turn left 90", "walk turn left"),
        ("Male1_B17_Walk2Hop2Walk", "walk to hop to walk", None),
        ("MA_E11_body_hook_right_t2", "body hook right", "punch"),
        ("MA_G3_Sidekick_leading_right", "sidekick leading right", "kick"),
        ("Male1_A15_SkipToStand_Take_001", "skip to stand", None),
        ("Male2_C3_Run", "run", "run"),
    ],
)
def test_titles(title, words, action):
    assert title_words(title) == words
    assert action_of(words) == action


@pytest.mark.parametrize(
    ("description", "action"),
    [("walk", "walk"), ("walk, exaggerated stride", "walk"), ("jump, balance", None), ("dance - pirouette", "dance"),
     ("navigate - walk forward, backward, sideways", None), ("soccer - kick ball", "kick")],
)  # fmt: skip
def test_only_unambiguous_descriptions_name_an_action(description, action):
    assert action_of(description) == action
