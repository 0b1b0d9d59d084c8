"""When a specialist fills the gaps, and when the model that was asked does it itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from editing_motions import stepping

from motion_core.catalog import INBETWEEN_CARDS, find_card
from motion_core.generators.between import specialist_for
from motion_core.tasks import Complete, Edit, Generate
from motion_core.tasks.pins_and_paths import FollowPath, Pin

CARD = find_card("dit-adaln")
MOTION = stepping(120, 30.0)
ENDS = ((0, 10), (40, 60), (110, 120))


def test_short_gaps_between_poses_are_the_specialists():
    found = specialist_for(CARD, Complete(MOTION, ENDS))
    assert found is INBETWEEN_CARDS["dit-adaln-inbetween"] and found is find_card(found.id)
    assert specialist_for(CARD, Complete(MOTION, ENDS, pins=(Pin("left_wrist", 1, 1, (0, 0, 1)),))) is found
    assert specialist_for(CARD, Complete(MOTION, ENDS, seconds=4.0)) is found


@pytest.mark.parametrize(
    "task",
    [
        Complete(MOTION, ENDS, text="someone waves"),
        Complete(MOTION, ENDS, seconds=6.0),
        Complete(MOTION, ENDS, loop=True),
        Complete(MOTION, ENDS, path=FollowPath(((0, 0), (0, -2)))),
        Complete(MOTION, ENDS, pins=(Pin("pelvis", 1, 1, (0, 0, 1)),)),
        Complete(MOTION, ((0, 10),)),
        Complete(MOTION, ((100, 120),)),
        Complete(MOTION, ((0, 10), (100, 120))),
        Complete(seconds=3.0),
        Edit(MOTION, ("left_arm",)),
        Generate(text="walk"),
    ],
    ids=["words", "longer", "loop", "path", "place", "open end", "open start", "long gap", "new", "edit", "generate"],
)  # fmt: skip
def test_all_else_is_not(task):
    assert specialist_for(CARD, task) is None


def test_a_card_without_a_specialist_has_none():
    assert specialist_for(replace(CARD, between=None), Complete(MOTION, ENDS)) is None
    assert specialist_for(find_card("mdm"), Complete(MOTION, ENDS)) is None
