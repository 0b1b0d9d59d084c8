"""How the seconds are shared out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion_core.generators.finishing import frame_count
from motion_core.tasks import Sequence
from motion_core.wording.parts import HALT, LAST_HALT, LEAST_TOTAL, SHORTEST, TooShort, parts_of, total_of

PROMPTS = (
    "a person walks, then sits", "a tired person walks forward, stops and waves", "a person runs, jumps, and rolls",
    "a person walks for 3 seconds, then bows", "a person runs and stops", "run for 20 s, then sit for 1 s",
)  # fmt: skip


def test_going_and_doing():
    (walk, first), (stand, stop), (wave, last) = parts_of(
        "a tired person walks forward, stops and waves", 6.0
    )
    assert (walk, stand, wave) == (
        "a tired person walks forward",
        "a tired person stands still",
        "a tired person waves",
    )
    assert stop == HALT and last > first >= SHORTEST and first + stop + last == pytest.approx(6.0)


def test_a_stop_at_the_end_has_its_share():
    (_, run), (_, stop) = parts_of("a person runs and stops", 6.0)
    assert run == stop == 3.0


def test_seconds_that_are_asked_for():
    assert parts_of("a person walks for 3 seconds, then bows", 8.0) == (
        ("a person walks", 3.0),
        ("a person bows", 5.0),
    )
    (_, first), (_, second) = parts_of("run for 20 s, then sit for 1 s", 6.0)  # they do not fit: shared out
    assert first >= SHORTEST and second >= SHORTEST and first + second == pytest.approx(6.0)
    (_, first), (_, second) = parts_of("run for 2 s, then sit for 3 s", 9.0)  # nor do they fill it
    assert first + second == pytest.approx(9.0)


@pytest.mark.parametrize("prompt", ["a person walks and waves", "a person stops", "人が歩く"])
def test_one_part_is_none(prompt):
    assert parts_of(prompt, 6.0) == ()


def test_too_short():
    least = 2 * SHORTEST + HALT
    assert len(parts_of("a person walks, stops and waves", least)) == 3
    with pytest.raises(TooShort, match=r"3\.5 s are too short for 3 parts, which need 3\.75 s"):
        parts_of("a person walks, stops and waves", 3.5)


@given(st.sampled_from(PROMPTS), st.floats(0.5, 9.8))
def test_parts_fill_the_seconds_and_a_sequence_takes_them(prompt, seconds):
    try:
        parts = parts_of(prompt, seconds)
    except TooShort:
        assert seconds < 3 * SHORTEST
        return
    assert all(part >= min(HALT, LAST_HALT, SHORTEST) - 0.011 for _, part in parts)
    assert frame_count(Sequence(parts).seconds, 20.0) == frame_count(seconds, 20.0)


def test_a_bow_is_short_and_a_walk_takes_the_rest():
    (_, walk), (_, bow) = parts_of("a person walks forward, then bows", 60.0)
    assert bow < 5 and walk + bow == pytest.approx(60.0)
    (_, bow), (_, kick) = parts_of("a person bows, then kicks", 20.0)  # neither goes on
    assert bow + kick == pytest.approx(20.0) and kick > 5
    (_, jumps), (_, wave) = parts_of("a person jumps five times and waves", 12.0)
    assert jumps > wave


def test_the_total_of_what_nobody_gave_a_length():
    assert total_of("a person walks") == total_of("a person jumps three times") == LEAST_TOTAL
    assert total_of("walk for 20 seconds, then bow") == pytest.approx(23.0)
    text = "a person walks, stops, waves, bows and sits down"
    assert total_of(text) == pytest.approx(sum(part for _, part in parts_of(text, total_of(text))))
    assert 10 < total_of(text) < 20
    assert total_of("run for 590 s, then walk for 100 s") == 600.0


@given(st.sampled_from(PROMPTS), st.floats(9.8, 600.0))
def test_parts_fill_long_totals(prompt, seconds):
    parts = parts_of(prompt, seconds)
    assert frame_count(Sequence(parts).seconds, 20.0) == frame_count(seconds, 20.0)
