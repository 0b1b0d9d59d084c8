"""How far a run is, as one bar for all of it, and what the panel says at the end."""

from __future__ import annotations

import time

import pytest

from blender_addon.backend.client import Job, Service
from blender_addon.session.outcome import Outcome, Place, Run, Whole

PLACE = Place(0, 0, "rig", 1, False)


def run_of(whole: Whole | None = None) -> Run:
    return Run(Job(Service(), {}), PLACE, "a person walks", 0, whole=whole)


def shares(run: Run, *steps: tuple[int, int]) -> list[float]:
    found = []
    for run.job.step, run.job.steps in steps:
        run.look()
        found.append(run.share)
    return found


def test_the_bar_never_goes_back_when_more_steps_turn_up():
    assert shares(run_of(), (4, 8), (8, 8), (9, 16), (16, 16)) == [0.5, 1.0, 1.0, 1.0]


def test_several_jobs_are_one_bar():
    """The bar of each strip began anew, with "0 s left" at the end of each."""
    began = time.monotonic() - 10
    run = run_of(Whole(1, 4, began))
    assert shares(run, (0, 8), (4, 8), (8, 8)) == [0.25, 0.375, 0.5]
    assert run.seconds_left == pytest.approx(10, abs=0.5)
    assert run_of(Whole(0, 4, began)).seconds_left is None


def test_a_single_job_knows_its_seconds_itself():
    run = run_of()
    run.job.seconds_left = 3.0
    assert run.seconds_left == 3.0


@pytest.mark.parametrize(
    ("outcome", "icon"),
    [
        (Outcome("well"), "CHECKMARK"),
        (Outcome("no", failed=True), "ERROR"),
        (Outcome("missed", partly=True), "ERROR"),
    ],
)
def test_no_tick_where_not_all_that_was_asked_is_there(outcome, icon):
    assert outcome.icon == icon
