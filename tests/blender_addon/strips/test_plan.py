"""What has to be made so that prompt strips become one motion, and what stays."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from strip_lists import WALK, WAVE, heads, make, plain, reasons

from blender_addon.actions.records import Piece
from blender_addon.strips.plan import PART, PART_FRAMES, StripPlan, in_place

pytestmark = pytest.mark.usefixtures("session")


def test_a_gap_is_bridged(context, rig, lay):
    lay(WALK, ("a person waves", 35, 60))
    make()
    poses = heads(context, rig, 1, 60)
    steps = np.linalg.norm(np.diff(poses, axis=0), axis=-1).max(axis=1)
    assert steps[23:36].max() < 2 * np.percentile(steps, 95)
    assert steps[25:33].min() > 0
    rig.laban_strips.strips[0].seed = 9  # the gap belongs to what stays
    make()
    now = heads(context, rig, 1, 60)
    np.testing.assert_allclose(now[24:], poses[24:], atol=1e-5)
    assert np.abs(now[5:15] - poses[5:15]).max() > 0.01
    assert reasons(context, rig) == []


def test_a_strip_longer_than_the_longest_clip(context, rig, lay):
    lay(("a person walks", 1, 301), WAVE)  # 12.5 s; the model makes 9.8
    rig.laban_strips.strips[1].start, rig.laban_strips.strips[1].end = 301, 2701  # 100 s
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 2701)
    steps = np.linalg.norm(np.diff(heads(context, rig, 1, 2701), axis=0), axis=-1).max(axis=1)
    assert steps[299:303].max() < 2 * np.percentile(steps, 95)
    assert steps[898:903].max() < 2 * np.percentile(steps, 95)  # a part of 25 s ends in frame 901
    assert steps.min() > 0
    assert reasons(context, rig) == []


A, B, C = plain("a", 1, 25), plain("b", 25, 49), plain("c", 60, 84)  # a gap from 49 to 60


def plan(*to_make: str, records=None, strips=(A, B, C), fps: float = 24.0) -> StripPlan:
    return StripPlan(strips, records or {}, frozenset(to_make), fps)


@pytest.fixture
def records():
    """Of all three, made at once."""
    return plan("a", "b", "c").new_records({})


def spans(made: StripPlan) -> list[tuple[str, int, int]]:
    return [(step.uid, step.start, step.end) for step in made.steps()]


def test_all_is_made_in_order_with_the_gap_before_what_follows_it():
    made = plan("a", "b", "c")
    assert spans(made) == [("a", 1, 25), ("b", 25, 49), ("", 49, 60), ("c", 60, 84)]
    assert [step.text for step in made.steps()] == [A.prompt, B.prompt, None, C.prompt]
    assert made.known_spans() == []
    assert made.pieces() == [
        Piece("a", A.prompt, 1, 25), Piece("b", B.prompt, 25, 49), Piece("b>c", "(between)", 49, 60),
        Piece("c", C.prompt, 60, 84),
    ]  # fmt: skip


def test_one_alone_has_no_gap_and_no_neighbours():
    made = plan("b")
    assert spans(made) == [("b", 25, 49)] and made.pieces() == [Piece("b", B.prompt, 25, 49)]
    assert plan("a", "c").pieces()[1] == Piece("c", C.prompt, 60, 84)  # none where a strip between is missing


def test_what_is_there_stays_and_a_gap_with_it(records):
    made = plan("b", records=records)
    assert spans(made) == [("b", 25, 49)]
    assert made.known_spans() == [(1, 25), (49, 60), (60, 84)]
    both = plan("b", "c", records=records)
    assert spans(both) == [("b", 25, 49), ("", 49, 60), ("c", 60, 84)] and both.known_spans() == [(1, 25)]


def test_records_say_what_each_motion_goes_on_from_and_leads_into(records):
    assert (records["a"].entry, records["b"].entry, records["c"].entry) == (
        "", records["a"].id, records["b"].id,
    )  # fmt: skip
    assert {record.into for record in records.values()} == {""}
    changed = (A, plain("b", 25, 49, seed=5), C)
    again = plan("b", records=records, strips=changed).new_records({})
    assert again["a"] is records["a"] and again["c"] is records["c"]
    assert again["b"].id != records["b"].id
    assert (again["b"].entry, again["b"].into) == (records["a"].id, records["c"].id)


def test_a_strip_that_moved_is_not_in_place(records):
    moved = [A, plain("b", 26, 50), plain("d", 60, 84)]
    assert in_place(moved, records, 24.0) == {"a": records["a"]}
    assert in_place([A, B, C], records, 30.0) == {}


@pytest.mark.parametrize(("seconds", "fps"), [(100, 24.0), (100, 120.0), (PART, 24.0)])
def test_a_long_strip_takes_several_steps_of_like_length(seconds, fps):
    end = 1 + round(seconds * fps)
    steps = plan("a", strips=(plain("a", 1, end),), fps=fps).steps()
    assert (steps[0].start, steps[-1].end) == (1, end)
    assert [step.part for step in steps] == list(range(len(steps)))
    assert all(first.end == second.start for first, second in pairwise(steps))
    frames = [step.end - step.start for step in steps]
    assert max(frames) <= min(PART_FRAMES, PART * fps) + 1 and max(frames) - min(frames) <= 1
    assert (len(steps) == 1) == (seconds <= PART)
