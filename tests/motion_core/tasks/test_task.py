"""What every kind of task does: its fields in JSON, and what a result tells of it."""

from __future__ import annotations

import json

import pytest
from random_clips import clip

from motion_core.tasks import CleanUp, Complete, Edit, FollowPath, Generate, Pin, TaskError
from motion_core.tasks.task import clean_from_json, path_from_json, pins_from_json


def test_what_is_told_to_a_model():
    assert Generate("walk", "walk").told == {"text", "action"} and Generate().told == frozenset()
    assert Edit(clip()).told == frozenset() and Edit(clip(), text="wave").told == {"text"}


def test_json_has_what_is_set_and_brings_motions_along():
    pin = Pin("left_wrist", 0.5, 0.5, (0.0, 0.0, 1.0))
    task = Complete(clip(), keep=((0, 5),), pins=(pin,), clean=CleanUp(feet=True))
    entry = json.loads(json.dumps(task.to_json()))
    assert entry["keep"] == [[0, 5]] and "text" not in entry and "path" not in entry
    assert entry["pins"] == [{"joint": "left_wrist", "start": 0.5, "stop": 0.5, "position": [0.0, 0.0, 1.0]}]
    assert entry["clean"] == {"feet": True, "floor": False, "smooth": 0.0, "calm": 0.5}
    assert entry["motion"]["frames"] == 30 and isinstance(entry["motion"]["trans"], str)


def test_facts_are_what_was_asked_beside_the_defaults_and_without_motions():
    assert Generate("walk").facts() == {"text": "walk"}
    assert Generate("walk", seconds=2.0, split=False).facts() == {
        "text": "walk",
        "seconds": 2.0,
        "split": False,
    }
    assert Edit(clip(), parts=("head",), strength=0.5).facts() == {"parts": ["head"], "strength": 0.5}


def test_objects_come_to_life_and_what_is_none_is_left_to_the_task():
    pin = Pin("head", 0.0, 1.0, (0.0, 0.0, 1.5))
    assert pins_from_json([pin, {"joint": "head", "start": 0.0, "stop": 1.0, "position": [0, 0, 1.5]}]) == (
        pin,
        pin,
    )
    assert path_from_json({"points": [[0, 0], [0, -1]]}) == FollowPath(((0, 0), (0, -1)))
    assert clean_from_json({"smooth": 0.5}) == CleanUp(smooth=0.5)
    assert (pins_from_json(7), path_from_json([1]), clean_from_json("all")) == (7, [1], "all")
    with pytest.raises(TaskError, match=r"wrong field .*bone.*docs/editing\.md"):
        pins_from_json([{"bone": "head"}])


def test_a_field_that_a_task_needs_is_named():
    with pytest.raises(TaskError, match="an edit task needs the field 'motion'"):
        Edit.from_json({"parts": ["head"]})
