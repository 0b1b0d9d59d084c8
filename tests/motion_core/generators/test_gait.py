"""Paths whose speed the words cannot keep: said with numbers, and only then."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import standing, stepping
from hypothesis import given
from hypothesis import strategies as st

from motion_core.generators.gait import FASTER, SLOWER, own_speed, unlike_pace
from motion_core.tasks import Complete, Sampling
from motion_core.tasks.pins_and_paths import FollowPath

FEW = Sampling(4, {"steps": 3})


@given(st.floats(0.2, 5.0), st.floats(0.1, 6.0))
def test_a_note_where_the_pace_is_far_off(own, asked):
    note = unlike_pace(FollowPath(((0, 0), (0, -6))), "walks", 6 / asked, own)
    assert bool(note) == (not SLOWER * own <= asked <= FASTER * own)


def test_the_note_has_the_numbers_and_the_fix():
    note = unlike_pace(FollowPath(((0, 0), (0, -3), (3, -3))), "a person sneaks", 2.0, 0.5)
    assert "3.0 m/s (6.0 m in 2.0 s)" in note and "'a person sneaks' goes at about 0.5 m/s" in note
    assert "give it 12.0 s" in note


def test_the_quickest_part_between_two_times_counts():
    timed = FollowPath(((0, 0), (0, -4), (0, -4), (0, -8)), (0.0, 4.0, 5.0, 6.0))
    assert "4.0 m/s (4.0 m in 1.0 s)" in unlike_pace(timed, "walks", 8.0, 1.2)


def test_words_that_go_nowhere_have_no_pace():
    assert unlike_pace(FollowPath(((0, 0), (0, -30))), "waves", 2.0, own_speed(standing(60))) == ""


def test_a_walk_has_its_own_speed():
    walk = stepping(80)
    assert own_speed(walk) == pytest.approx(
        np.linalg.norm(walk.pelvis[-1] - walk.pelvis[0]) * 20 / 79, rel=0.3
    )
    assert own_speed(standing(1)) == 0.0


def test_the_result_of_a_path_says_it(generator, monkeypatch):
    import motion_core.generators.gait as gait

    monkeypatch.setattr(gait, "GOING", 0.0)
    path = FollowPath(((0, 0), (0, -300)))
    made = generator.run(Complete(None, text="a person walks", seconds=2.0, path=path), FEW)
    assert "the path asks for 150.0 m/s" in made.meta["note"]
    assert "note" not in generator.run(Complete(None, seconds=2.0, path=path), FEW).meta
