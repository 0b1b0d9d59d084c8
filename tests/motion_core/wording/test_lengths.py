"""What goes on, what is held, what is over; and how long it takes."""

from __future__ import annotations

import pytest

from motion_core.editing import repetitions
from motion_core.wording.counts import count_of
from motion_core.wording.grammar import verb_of
from motion_core.wording.lengths import (
    EACH,
    LEAD,
    goes_on,
    is_held,
    needs_feet,
    seconds_of,
    starts_upright,
    times_seconds,
)


@pytest.mark.parametrize(
    ("text", "on", "held"),
    [
        ("a person walks forward", True, False), ("someone dances", True, False), ("run", True, False),
        ("a person stands still", True, False), ("a person stands up", False, False), ("get up", False, False),
        ("a person sits down", False, True), ("raise both hands", False, True), ("a person bows", False, False),
        ("a person jumps around", True, False), ("a person keeps waving", True, False), ("salsa", True, False),
        ("a person does push-ups", True, False), ("someone does a cartwheel", False, False),
    ],
)  # fmt: skip
def test_what_goes_on(text, on, held):
    verb = verb_of(text)
    assert goes_on(verb, text) is on
    assert on or is_held(verb) is held
    assert seconds_of(verb) > 1


def test_every_count_has_its_length():
    assert set(EACH) == {*repetitions.KINDS, *repetitions.ROUNDS}
    assert times_seconds(count_of("jump three times")) == pytest.approx(LEAD + 3 * EACH["jump"])


def test_what_is_begun_standing():
    assert starts_upright("wave", "wave") and not starts_upright("stand", "stand up")
    assert not starts_upright("get", "gets up") and not starts_upright("roll", "roll over")
    assert needs_feet("walk") and needs_feet("jump") and not needs_feet("wave") and not needs_feet("crawl")
