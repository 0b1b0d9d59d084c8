"""Prompts in a row, and what they cannot be; the same after JSON."""

from __future__ import annotations

import json

import pytest
from random_clips import clip, same_task

from motion_core.tasks import Request, Sampling, Sequence, TaskError
from motion_core.tasks.pins_and_paths import CleanUp

STORY = Sequence((("a person walks", 4.0), ("sits down", 3.5)), transition=0.8, start=clip())


@pytest.mark.parametrize("task", [STORY, Sequence((("walk", 1.0),), clean=CleanUp(floor=True))])
def test_json_there_and_back(task):
    entry = json.loads(json.dumps(Request(task, Sampling(seed=3), "dit-adaln", 2).to_json()))
    request = Request.from_json(entry)
    assert (request.model, request.sampling.seed, request.count) == ("dit-adaln", 3, 2)
    assert same_task(request.task, task)


def test_its_length_is_that_of_all_prompts_and_its_words_are_told():
    assert STORY.seconds == STORY.length == 7.5 and STORY.told == {"text"} and len(STORY.given) == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Sequence(()), "empty"),
        (lambda: Sequence((("walk", 0.1),)), "seconds of prompt 0"),
        (lambda: Sequence(("walk",)), "prompt 0"),
        (lambda: Sequence((("walk", 400), ("run", 400))), "whole sequence"),
    ],
)
def test_nonsense_is_refused_with_its_value(make, words):
    with pytest.raises(TaskError, match=words):
        make()


def test_it_needs_prompts():
    with pytest.raises(TaskError, match="a sequence task needs the field 'prompts'"):
        Request.from_json({"task": "sequence"})
