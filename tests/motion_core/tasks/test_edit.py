"""What an edit changes, and what it cannot be; the same after JSON."""

from __future__ import annotations

import json

import pytest
from random_clips import clip, same_task

from motion_core.body.skeleton import JOINT, PARTS
from motion_core.tasks import Edit, Request, Sampling, TaskError
from motion_core.tasks.pins_and_paths import CleanUp


@pytest.mark.parametrize(
    "task",
    [
        Edit(clip(), parts=("left_arm", "head"), text="waves", span=(5, 25), clean=CleanUp(smooth=0.2)),
        Edit(clip(), strength=0.3),
    ],
)
def test_json_there_and_back(task):
    entry = json.loads(json.dumps(Request(task, Sampling(seed=3), "dit-adaln", 2).to_json()))
    request = Request.from_json(entry)
    assert (request.model, request.sampling.seed, request.count) == ("dit-adaln", 3, 2)
    assert same_task(request.task, task)


def test_an_edit_names_its_joints():
    assert Edit(clip(), parts=("left_arm",)).joints == tuple(sorted(JOINT[j] for j in PARTS["left_arm"]))
    assert len(Edit(clip()).joints) == 22


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Edit(clip(), parts=("tail",)), "unknown joint or body part 'tail'"),
        (lambda: Edit(clip(), parts="left_arm"), "give a list"),
        (lambda: Edit(clip(), span=(9, 3)), "stop of the span"),
        (lambda: Edit(clip(), strength=0), "strength is 0"),
    ],
)
def test_nonsense_is_refused_with_its_value(make, words):
    with pytest.raises(TaskError, match=words):
        make()


def test_it_needs_a_motion():
    with pytest.raises(TaskError, match="an edit task needs the field 'motion'"):
        Request.from_json({"task": "edit", "text": "walk"})
