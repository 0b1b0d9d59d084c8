"""The table of prompts."""

from __future__ import annotations

from gliding_motions import moving

from motion_core.metrics.prompts.instructions import INSTRUCTIONS
from motion_core.metrics.prompts.observed import Observed


def test_every_question_answers_for_a_single_frame():
    one = Observed(moving().slice(0, 1))
    assert all(bool(row.check(one)) in (True, False) for row in INSTRUCTIONS)
    assert sum(bool(row.actions) for row in INSTRUCTIONS) >= 60  # that the data contains
    assert len({row.prompt for row in INSTRUCTIONS}) == len(INSTRUCTIONS) >= 60
