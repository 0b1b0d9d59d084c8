"""The further instructions are new, each of a kind whose pattern finds the right captions."""

from __future__ import annotations

import pytest
from posed_motions import posed

from motion_core.metrics.prompts.further import FURTHER, KINDS, SIT, THROW, TURN
from motion_core.metrics.prompts.instructions import INSTRUCTIONS


def entry(*captions: str) -> dict[str, object]:
    return {"captions": captions, "action": None, "style": None, "source": "made"}


def test_they_are_new_and_of_a_kind():
    prompts = [row.prompt for row in FURTHER]
    assert len(set(prompts)) == len(prompts) >= 30 and not set(prompts) & {row.prompt for row in INSTRUCTIONS}
    assert {row.group for row in FURTHER} == {kind.group for kind in KINDS}
    assert not any(row.check(posed()) for row in FURTHER)  # whoever stands still does none of it


def test_half_of_the_captions_must_say_it():
    asked = SIT.ask("a person sits down", 4)
    assert asked.fits(entry("A man sits down")) and asked.fits(entry("a man is seated", "someone rests"))
    assert not asked.fits(entry("a man sits", "he rests", "he waits")) and not asked.fits(entry())
    assert not asked.fits(entry("a man does sit-ups")) and not asked.fits(
        entry("he pretends to sit", "he sits")
    )


@pytest.mark.parametrize("row", FURTHER, ids=lambda row: row.prompt)
def test_a_prompt_is_a_caption_of_its_kind(row):
    kinds = [kind for kind in KINDS if kind.group == row.group]
    assert any(kind.check is row.check for kind in kinds) == bool(row.said)


def test_a_question_of_its_own_has_no_real_clips():
    left = next(row for row in FURTHER if row.prompt == "a person throws a ball with the left hand")
    assert not left.fits(entry("a person throws a ball with the left hand"))
    assert THROW.ask("x", 4).fits(entry("a person throws a ball with the left hand"))
    assert not TURN.ask("x", 4).fits(entry("a dancer spins around"))
