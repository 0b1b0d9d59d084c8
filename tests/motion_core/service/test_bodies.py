"""Bodies become requests or refusals, in time linear in their bytes."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from editing_motions import swaying
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from motion_core.catalog import CATALOG, DEFAULT_MODEL
from motion_core.formats.reading import Reading
from motion_core.service.bodies import MAX_VALUES, Wanted, read_place, read_request, weight_of
from motion_core.tasks import Complete, Generate, Request, Sampling, motion_to_json

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
        ({"seconds": 601}, "from 0.5 to 600"),
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


@pytest.mark.parametrize(
    "entry",
    [None, [], {}, {"library": "/x"}, {"library": "/x", "path": 1}, {"library": "/x", "path": "a\0"}],
)
def test_a_place_is_a_library_and_a_path(entry):
    assert read_place({"library": "/x", "path": "a.npz"}) == Wanted("/x", "a.npz")
    with pytest.raises(HTTPException, match="with library and path"):
        read_place(entry)


def test_what_a_found_file_does_not_say_is_told_with_its_place():
    told = {"up": "y", "unit": "cm", "fps": 30, "names": {"left_knee": "LeftLeg"}}
    assert read_place({"library": "/x", "path": "a", **told}).reading == Reading("y", "cm", 30, told["names"])
    assert read_place({"library": "/x", "path": "a", "up": None, "unit": 0.01}).reading == Reading(unit=0.01)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"b": 1}, "unknown field 'b'"),
        ({"up": "w"}, "up is 'w'"),
        ({"up": ["z"]}, "up is"),
        ({"unit": "mile"}, "unit is 'mile'"),
        ({"unit": [1]}, "unit is"),
        ({"unit": 10**400}, "unit is"),
        ({"fps": 0}, "fps is 0"),
        ({"fps": "30"}, "fps is '30'"),
        ({"fps": True}, "fps is True"),
        ({"names": []}, "names is no object"),
        ({"names": {"pelvis": 1}}, "names is no object"),
    ],
)
def test_options_of_reading_that_make_no_sense(told, words):
    with pytest.raises(HTTPException) as caught:
        read_place({"library": "/x", "path": "a", **told})
    assert caught.value.status_code == 400 and words in caught.value.detail


def refused(body: bytes) -> str:
    """Why; the refusal takes less than two seconds of processor time, which a busy machine does not change."""
    begun = time.thread_time()
    with pytest.raises(HTTPException) as caught:
        read_request(body, {})
    assert caught.value.status_code == 400 and time.thread_time() - begun < 2
    return str(caught.value.detail)


def complete_of(frames: int, **change) -> bytes:
    motion = motion_to_json(swaying(0, frames))
    return json.dumps({"task": "complete", "motion": motion, "keep": [[0, 5]], **change}).encode()


def test_any_number_of_kept_spans_is_checked_at_once():
    spans = [[n % 10, 19_000 + n % 500] for n in range(10_000)]
    begun = time.thread_time()
    request = read_request(complete_of(20_000, keep=spans, seconds=5.0), {})
    assert len(request.task.keep) == 10_000 and time.thread_time() - begun < 2
    assert "keep has 80000 entries: give at most" in refused(complete_of(100, keep=[[0, 5]] * 80_000))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[" + b"0," * 5_000_000 + b"0]", f"send at most {MAX_VALUES}"),
        (b"[" * 10_000_000, f"send at most {MAX_VALUES}"),
        (b'{"text": "' + b"a " * 10_000_000 + b'"}', "shorten it"),
        (b'{"text": "' + b" " * 20_000_000 + b'"}', "shorten it"),
        (b'{"action": "' + b"wolk" * 5_000_000 + b'"}', "give its name alone"),
        (b'{"model": "' + b"mdm" * 5_000_000 + b'"}', "model"),
        (b'{"seed": ' + b"9" * 20_000_000 + b"}", "not JSON"),
        (b'{"task": "complete", "seconds": 5, "pins": [' + b"{}," * 20_000 + b"{}]}", "wrong field"),
        (b'{"task": "sequence", "prompts": [' + b'["walk", 1],' * 20_000 + b'["walk", 1]]}', "seconds of the whole"),
    ],
)  # fmt: skip
def test_what_is_large_is_refused_in_no_time(body, words):
    assert words in refused(body)


def test_the_body_of_a_motion_has_the_size_of_one():
    large = motion_to_json(replace(swaying(0, 10), betas=np.zeros(500, np.float32)))
    assert "500 betas: use at most 400" in refused(complete_of(10, motion=large))


def test_a_request_weighs_what_its_values_take():
    motion = complete_of(2000)
    assert len(motion) < weight_of(motion) < len(motion) + 5_000
    assert weight_of(b"[" + b"1," * 1000) > 100_000
    assert isinstance(read_request(motion.replace(b"[0, 5]", b"[0, 9]"), {}).task, Complete)
