"""What is asked of a search: its own count is how many hits it lists."""

from __future__ import annotations

import pytest

from motion_core.tasks import Request, Search, TaskError
from motion_core.tasks.search import MAX_HITS


def test_its_count_is_that_of_its_hits():
    request = Request.from_json(
        {"task": "search", "text": " a person  bows ", "library": "/x", "count": MAX_HITS}
    )
    assert request == Request(Search("a person bows", "/x", MAX_HITS))  # of which there is one result
    assert request.count == 1 and request.to_json()["count"] == MAX_HITS
    assert Request.from_json(request.to_json()) == request


def test_it_gives_hits_in_a_lane_of_its_own():
    task = Search("bow", "/x")
    assert (task.gives, task.lane, task.count, task.length, task.given) == ("hits", "search", 10, None, ())
    assert task.told == {"text"} and task.facts() == {"text": "bow", "library": "/x"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"text": "walk", "library": "/x", "colour": 1}, "unknown field 'colour'"),
        ({"text": "walk"}, "a search task needs the field 'library'"),
        ({"text": "walk", "library": 7}, "the library is 7"),
        ({"text": "walk", "library": " "}, "name the folder"),
        ({"text": "walk", "library": "a\0b"}, "the library is"),
        ({"library": "/x"}, "a search task needs the field 'text'"),
        ({"text": "", "library": "/x"}, "the prompt is empty"),
        ({"text": "walk", "library": "/x", "count": MAX_HITS + 1}, f"count is {MAX_HITS + 1}"),
        ({"text": "walk", "library": "/x", "count": 1.5}, "count is 1.5"),
    ],
)
def test_questions_that_are_none(entry, words):
    with pytest.raises(TaskError, match=words):
        Request.from_json({"task": "search", **entry})
