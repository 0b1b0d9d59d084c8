"""Sentences told otherwise keep their meaning; look-alikes do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion_core.data.mirrored_text import mirror_text
from motion_core.data.rewording import exchanged, reordered, retold

WORDS = (
    "a",
    "person",
    "walks",
    "left",
    "then",
    "jumps",
    "up",
    "slowly",
    "and",
    "waves",
    "his",
    "hand",
    "after",
)


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("a person walks, then waves", "a person waves, then walks"),
        ("a man sits down and then he stands up.", "a man stands up and then sits down."),
        ("she bows before leaving", "she leaving before bows"),
        ("run then jump", "jump then run"),
        ("a person walks and waves", None),
    ],
)
def test_what_is_first_comes_last(text, turned):
    assert reordered(text) == turned


def test_look_alikes_are_mirrored_reordered_and_turned_around():
    found = exchanged("a person kicks with the left leg, then walks forward")
    assert "a person kicks with the right leg, then walks forward" in found
    assert "a person walks forward, then kicks with the left leg" in found
    assert "a person kicks with the left arm, then walks forward" in found
    assert "a person kicks with the left leg, then walks backward" in found
    assert exchanged("a person dances") == []


@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=12,
    )
)
def test_a_look_alike_is_never_the_sentence_itself(words):
    text = " ".join(words)
    assert text not in exchanged(text) and len(set(exchanged(text))) == len(exchanged(text))


def told(text: str) -> set[str]:
    return {retold(text, np.random.default_rng(seed)) for seed in range(60)}


def test_a_sentence_is_told_as_people_type():
    found = told("a person walks forward and waves.")
    assert {"walk forward and wave", "walking forward and waving", "she walks forward and waves"} <= found
    assert {"he is walking forward and waving", "make him walk forward and wave"} <= found
    assert not any(text.endswith(".") for text in found)


def test_telling_keeps_sides_and_what_has_no_subject():
    assert all("left leg" in text for text in told("someone kicks with the left leg"))
    assert told("jumping jacks.") == {"jumping jacks"}
    for text in told("a man raises his right arm"):
        assert mirror_text(text) != text
