from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from motion_core.catalog import CATALOG, DEFAULT_MODEL
from motion_core.service.app import read_request
from motion_core.tasks import Generate, Request, Sampling

GOOD = {"task": "generate", "text": "a person walks", "seconds": 2.0, "seed": 1, "steps": 3, "count": 2}


def test_a_task_arrives_as_it_was_sent():
    task, sampling = Generate(text="a person walks", seconds=2.0), Sampling(1, {"guidance": 2.0})
    request = Request(task, sampling, "mdm", 2)
    assert read_request(json.dumps(request.to_json()).encode(), {}) == request


def test_a_task_without_a_model_gets_the_default_or_one_that_takes_its_settings():
    plain = {key: value for key, value in GOOD.items() if key not in ("steps", "guidance")}
    assert read_request(json.dumps(plain).encode(), {}).model == DEFAULT_MODEL
    assert read_request(json.dumps(plain | {"steps": 3}).encode(), {}).model == "dit-adaln"


def test_actions_are_checked_once_the_model_is_loaded():
    body = json.dumps({"action": "wolk"}).encode()
    assert read_request(body, {}).model == "mdm-action"
    with pytest.raises(HTTPException, match="did you mean 'walk'"):
        read_request(body, {"mdm-action": replace(CATALOG["mdm-action"], actions=("run", "walk"))})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": ""}, "the prompt is empty"),
        ({"text": "x" * 10_000}, "10000 characters"),
        ({"text": "\U0001f483"}, "no words"),
        ({"text": 7}, "must be text"),
        ({"seconds": 0}, "seconds is 0"),
        ({"seconds": 0.05}, "seconds is 0.05"),
        ({"seconds": 30}, "at most 9.8"),
        ({"seconds": "6"}, "seconds is '6'"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 10**400}, "seed is"),
        ({"count": 10**6}, "count is"),
        ({"steps": 0}, "steps is 0"),
        ({"model": "nobody"}, "unknown model 'nobody'; there are mdm"),
        ({"model": 7}, "model is 7"),
        ({"model": "mdm-action"}, "takes no text"),
        ({"model": "../../etc/passwd"}, "unknown model"),
        ({"task": "dance"}, "unknown task 'dance'"),
        ({"task": ["generate"]}, "unknown task"),
        ({"colour": "red"}, "unknown field 'colour'"),
    ],
)
def test_what_is_wrong_is_said(change, words):
    with pytest.raises(HTTPException) as caught:
        read_request(json.dumps({**GOOD, **change}).encode(), {})
    assert caught.value.status_code == 400 and words in caught.value.detail


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"seconds": NaN}',
        b'{"seed": Infinity}',
        b"9" * 5000,
        b"[]",
        b"null",
    ],
)
def test_what_is_not_a_task_is_refused(body):
    with pytest.raises(HTTPException) as caught:
        read_request(body, {})
    assert caught.value.status_code == 400


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*GOOD, "model", "guidance", "action", "id", "x"]), VALUES, max_size=4)
)
def test_any_json_is_a_task_or_refused_with_words(change):
    body = json.dumps({**GOOD, **change}).encode()
    try:
        request = read_request(body, {})
    except HTTPException as fault:
        assert fault.status_code == 400 and fault.detail
    else:
        assert Request.from_json(request.to_json()) == request
