"""Requests: checked at the door, with words that tell the user what to do; JSON there and back."""

from __future__ import annotations

import json

import pytest

from motion_core.tasks import (
    MAX_COUNT,
    Generate,
    Request,
    Sampling,
    TaskError,
)


@pytest.mark.parametrize(
    ("task", "sampling", "count"),
    [
        (Generate(text="a person walks", seconds=3.5), Sampling(4, {"steps": 20, "guidance": 2.5}), 3),
        (Generate(action="walk"), Sampling(), 1),
        (Generate(), Sampling(settings={"guidance": 0.0}), MAX_COUNT),
    ],
)
def test_json_there_and_back(task, sampling, count):
    line = json.dumps(Request(task, sampling, "mdm", count).to_json())
    assert Request.from_json(json.loads(line)) == Request(task, sampling, "mdm", count)


def test_json_defaults_and_id():
    assert Request.from_json({"id": "a1", "text": "walk"}) == Request(
        Generate(text="walk"), Sampling(), "", 1
    )


def test_settings_may_be_said_as_fields_of_old():
    request = Request.from_json({"text": "walk", "steps": 4, "guidance": None})
    assert request.sampling == Sampling(0, {"steps": 4}, old=("steps",))
    assert Request.from_json(request.to_json()) == request  # a setting of old stays one
    new = Request.from_json({"text": "walk", "steps": 4, "settings": {"steps": 5}})
    assert new.sampling == Sampling(0, {"steps": 5})


def test_json_leaves_its_argument_alone():
    entry = {"id": "a1", "text": "walk"}
    Request.from_json(entry)
    assert entry == {"id": "a1", "text": "walk"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ([], "JSON object"),
        ("walk", "JSON object"),
        ({"task": "dance"}, "'dance'.*generate"),
        ({"task": []}, "unknown task"),
        ({"task": None}, "unknown task"),
        ({"text": "walk", "lenght": 3}, "'lenght'.*seconds"),
        ({"text": "walk", "model": 5}, "model is 5"),
        ({"text": "walk", "count": 0}, "count is 0"),
        ({"text": "walk", "count": MAX_COUNT + 1}, "count is"),
        ({"text": "walk", "count": "2"}, "count is"),
        ({"text": ["walk"]}, "list"),
        ({"text": "walk", "seed": 2.0}, "seed is 2.0"),
    ],
)
def test_bad_json(entry, message):
    with pytest.raises(TaskError, match=message):
        Request.from_json(entry)
