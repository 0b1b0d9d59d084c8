"""What is asked of a completion, and what it cannot be; the same after JSON."""

from __future__ import annotations

import json

import pytest
from random_clips import clip, same_task

from motion_core.tasks import Complete, Request, Sampling, TaskError
from motion_core.tasks.pins_and_paths import CleanUp, FollowPath, Pin

TASKS = [
    Complete(clip(), keep=((0, 10), (20, 30)), text="a person waves"),
    Complete(clip(fps=29.97), keep=((0, 30),), seconds=5.0),
    Complete(None, seconds=4.0, pins=(Pin("left_wrist", 1.0, 2.0, (0.1, -0.4, 1.5)), Pin("pelvis", 3, 3, None, 1.2))),
    Complete(clip(), loop=True, travel=False, clean=CleanUp(feet=True)),
    Complete(None, text="walk", seconds=6.0, path=FollowPath(((0, 0), (0, -2), (1.5, -3)), (0.0, 2.0, 5.0), "free")),
]  # fmt: skip


@pytest.mark.parametrize("task", TASKS)
def test_json_there_and_back(task):
    entry = json.loads(json.dumps(Request(task, Sampling(seed=3), "dit-adaln", 2).to_json()))
    request = Request.from_json(entry)
    assert (request.model, request.sampling.seed, request.count) == ("dit-adaln", 3, 2)
    assert same_task(request.task, task)


def test_it_is_as_long_as_asked_or_as_the_motion():
    assert Complete(clip(30, 20.0)).length == 1.5 and Complete(clip(), seconds=4.0).length == 4.0
    assert [motion.fps for motion in Complete(clip(fps=29.97)).given] == [29.97]
    assert Complete(None, seconds=2.0).given == ()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Complete(clip(), keep=((0, 31),)), "stop of kept span 0 is 31"),
        (lambda: Complete(clip(), keep=((5, 5),)), "stop of kept span 0"),
        (lambda: Complete(clip(), keep=((0, 30),)), "all frames are kept"),
        (lambda: Complete(clip(), keep=((0, 10), (8, 30))), "all frames are kept"),
        (lambda: Complete(None), "neither a motion nor seconds"),
        (lambda: Complete(None, keep=((0, 1),), seconds=2), "no motion is given"),
        (lambda: Complete(clip(), pins=(Pin("pelvis", 9, 9, (0, 0, 1)),)), "begins at 9 s"),
        (lambda: Complete("clip.npz"), "str: give a motion"),
    ],
)
def test_nonsense_is_refused_with_its_value(make, words):
    with pytest.raises(TaskError, match=words):
        make()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"motion": "clip.npz"}, "give a motion"),
        ({"pins": [{"bone": "x"}]}, "wrong field"),
        ({"pins": 5}, "pins is 5: give a list"),
        ({"path": {"line": []}}, "wrong field"),
        ({"clean": {"toes": True}}, "wrong field"),
        ({"parts": ["left_arm"]}, "unknown field 'parts'"),
    ],
)
def test_broken_json_is_refused(change, words):
    entry = {**Request(Complete(clip(), keep=((0, 5),)), Sampling()).to_json(), **change}
    with pytest.raises(TaskError, match=words):
        Request.from_json(entry)
