"""A new motion: its length, its words, its action."""

from __future__ import annotations

import pytest

from motion_core.tasks import (
    LONGEST,
    MIN_SECONDS,
    Generate,
    Request,
    Sampling,
    TaskError,
)


@pytest.mark.parametrize(
    "seconds",
    [0, 0.05, 601, -1, float("nan"), float("inf"), "6", True, pytest.param(10**400, id="huge"), [6]],
)
def test_bad_seconds(seconds):
    with pytest.raises(TaskError, match="seconds is"):
        Generate(text="walk", seconds=seconds)


def test_good_seconds():
    for seconds in (MIN_SECONDS, 6, LONGEST):
        task = Generate(text="walk", seconds=seconds)
        assert task.seconds == task.length == seconds


def test_a_length_that_nobody_said():
    assert Generate(text="walk").length == Generate(action="walk").length == Generate().length == 6.0
    several = Generate(text="walk, sit, stand up, wave and bow")
    assert several.length > 10 and Generate(text=several.text, split=False).length == 6.0
    assert "seconds" not in Request(several).to_json()


def test_action():
    assert Generate(action=" walk ").action == "walk"
    for action in ("", "  ", 3):
        with pytest.raises(TaskError, match="action"):
            Generate(action=action)


def test_whether_it_is_split_goes_there_and_back_and_is_checked():
    for split in (True, False):
        task = Generate(text="walk, then sit", split=split)
        assert Request.from_json(Request(task, Sampling(4), "dit-adaln").to_json()).task == task
    with pytest.raises(TaskError, match="split is 'no': give true or false"):
        Request.from_json({"text": "walk, then sit", "split": "no"})
