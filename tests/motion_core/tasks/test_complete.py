"""Requests that bring a motion along: checked at the door, the same after JSON."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, PARTS
from motion_core.tasks import Complete, Edit, Request, Sampling, Sequence, TaskError
from motion_core.tasks.pins_and_paths import FollowPath, Pin


def clip(frames: int = 30, fps: float = 20.0) -> Motion:
    rng = np.random.default_rng(0)
    return Motion(fps, rng.normal(size=(frames, 3)), quat.normalize(rng.normal(size=(frames, 22, 4))))


def same(a, b) -> bool:
    if isinstance(a, Motion):
        return a.fps == b.fps and all(
            np.array_equal(x, y)
            for x, y in ((a.trans, b.trans), (a.rotations, b.rotations), (a.betas, b.betas))
        )
    return a == b


TASKS = [
    Complete(clip(), keep=((0, 10), (20, 30)), text="a person waves"),
    Complete(clip(fps=29.97), keep=((0, 30),), seconds=5.0),
    Complete(None, seconds=4.0, pins=(Pin("left_wrist", 1.0, 2.0, (0.1, -0.4, 1.5)), Pin("pelvis", 3, 3, None, 1.2))),
    Complete(clip(), loop=True, travel=False),
    Complete(None, text="walk", seconds=6.0, path=FollowPath(((0, 0), (0, -2), (1.5, -3)), (0.0, 2.0, 5.0), "free")),
    Edit(clip(), parts=("left_arm", "head"), text="waves", span=(5, 25)),
    Edit(clip(), strength=0.3),
    Sequence((("a person walks", 4.0), ("sits down", 3.5)), transition=0.8, start=clip()),
]  # fmt: skip


@pytest.mark.parametrize("task", TASKS, ids=lambda t: type(t).__name__)
def test_json_there_and_back(task):
    entry = json.loads(json.dumps(Request(task, Sampling(seed=3), "dit-adaln", 2).to_json()))
    request = Request.from_json(entry)
    again = request.task
    assert (request.model, request.sampling.seed, request.count) == ("dit-adaln", 3, 2)
    assert type(again) is type(task)
    for name in task.__dataclass_fields__:
        assert same(getattr(task, name), getattr(again, name)), name


def test_an_edit_names_its_joints():
    assert Edit(clip(), parts=("left_arm",)).joints == tuple(sorted(JOINT[j] for j in PARTS["left_arm"]))
    assert len(Edit(clip()).joints) == 22


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
        (lambda: Edit(clip(), parts=("tail",)), "unknown joint or body part 'tail'"),
        (lambda: Edit(clip(), parts="left_arm"), "give a list"),
        (lambda: Edit(clip(), span=(9, 3)), "stop of the span"),
        (lambda: Edit(clip(), strength=0), "strength is 0"),
        (lambda: Sequence(()), "empty"),
        (lambda: Sequence((("walk", 0.1),)), "seconds of prompt 0"),
        (lambda: Sequence(("walk",)), "prompt 0"),
        (lambda: Sequence((("walk", 400), ("run", 400))), "whole sequence"),
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
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_its_value(make, words):
    with pytest.raises(TaskError, match=words):
        make()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"motion": {"fps": 20, "frames": 3}}, "cannot be read"),
        ({"motion": {"fps": 20, "frames": 10**9, "trans": "", "rotations": "", "betas": ""}}, "frames is"),
        ({"motion": "clip.npz"}, "give a motion"),
        ({"pins": [{"bone": "x"}]}, "wrong field"),
        ({"path": {"line": []}}, "wrong field"),
        ({"parts": ["left_arm"]}, "unknown field 'parts'"),
    ],
)
def test_broken_json_is_refused(change, words):
    entry = {**Request(Complete(clip(), keep=((0, 5),)), Sampling()).to_json(), **change}
    with pytest.raises(TaskError, match=words):
        Request.from_json(entry)


def test_tasks_without_what_they_need_are_named():
    for name, need in (("edit", "motion"), ("sequence", "prompts")):
        with pytest.raises(TaskError, match=need):
            Request.from_json({"task": name, "text": "walk"} if name == "edit" else {"task": name})
