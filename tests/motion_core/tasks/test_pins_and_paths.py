"""Where a motion has to be, and how it is tidied: checked when it is said."""

from __future__ import annotations

import math

import pytest

from motion_core.tasks import TaskError
from motion_core.tasks.pins_and_paths import CleanUp, FollowPath, Pin


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Pin("left_hand", 0, 1, (0, 0, 0)), "unknown joint 'left_hand'"),
        (lambda: Pin("left_wrist", 0, 1), "holds nothing"),
        (lambda: Pin("left_wrist", 0, 1, heading=1.0), "only one of the pelvis"),
        (lambda: Pin("left_wrist", 2, 1, (0, 0, 0)), "stop of the pin"),
        (lambda: Pin("left_wrist", 0, 1, (0, math.nan, 0)), "3 coordinates"),
        (lambda: FollowPath(((0, 0),)), "two points"),
        (lambda: FollowPath(((1, 2), (1, 2))), "no length"),
        (lambda: FollowPath(((0, 0), (1, 0)), (1.0, 1.0)), "rising"),
        (lambda: FollowPath(((0, 0), (1, 0)), (1.0,)), "one for each"),
        (lambda: FollowPath(((0, 0), (1, 0)), heading="backwards"), "'along' or 'free'"),
        (lambda: FollowPath(((0, 0), (1e9, 0))), "coordinates in metres"),
        (lambda: CleanUp(feet=1), "clean-up of the feet is 1: give true or false"),
        (lambda: CleanUp(calm=1.5), "calm is 1.5: give a number from 0 to 1"),
        (lambda: CleanUp(smooth=2.1), "smooth is 2.1: give a number from 0 to 2"),
    ],
)
def test_nonsense_is_refused_with_its_value(make, words):
    with pytest.raises(TaskError, match=words):
        make()


def test_what_is_written_as_lists_and_whole_numbers_is_a_value():
    pin = Pin("pelvis", 1, 2, [1, 2, 3])
    assert pin == Pin("pelvis", 1.0, 2.0, (1.0, 2.0, 3.0)) and hash(pin)
    path = FollowPath([[0, 0], [1, 0]], [0, 2])
    assert path == FollowPath(((0.0, 0.0), (1.0, 0.0)), (0.0, 2.0)) and path.heading == "along"


def test_feet_are_tidied_unless_it_is_said_otherwise():
    assert CleanUp().feet and CleanUp(smooth=0.1).feet and CleanUp().changes
    assert not CleanUp(feet=False).changes and not CleanUp(feet=False, calm=1.0).changes
    assert CleanUp(feet=False, floor=True).changes and CleanUp(feet=False, smooth=0.1).changes
