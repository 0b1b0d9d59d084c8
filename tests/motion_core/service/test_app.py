"""What the service answers: bodies become requests or refusals; jobs of every lane, results of every kind."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest
from app_in_process import AppInProcess
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from tiny_maker import CARD, TinyConfig, TinyMaker, TinyNet, tiny_info
from tiny_tmr import write_library
from word_embedder import WordEmbedder

from motion_core.body.motion import Motion
from motion_core.catalog import CATALOG, DEFAULT_MODEL
from motion_core.formats.npz import bytes_to_motion
from motion_core.generators.device import pick_device
from motion_core.generators.generator import Generator
from motion_core.results import Hits, Words
from motion_core.service.app import read_place, read_request
from motion_core.service.jobs import Limits
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


# ---- the whole app, in this process


WALK = {"model": "tiny", "text": "a person walks", "seconds": 1.0}


@pytest.fixture(autouse=True)
def _tables(monkeypatch, tmp_path):
    monkeypatch.setitem(CATALOG, "tiny", CARD)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def app():
    running = AppInProcess()
    yield running
    running.close()


@pytest.fixture
def library(tmp_path) -> str:
    return str(write_library(tmp_path / "library"))


def test_motions_by_their_number_and_by_the_address_of_before(app):
    job = app.submit(**WALK, seed=4, count=3)
    assert app.wait(job)["state"] == "done"
    for place in range(3):
        answer = app.ask("GET", f"/jobs/{job}/result?index={place}")
        assert answer.headers["content-type"] == Motion.media_type
        assert bytes_to_motion(answer.content).meta["seed"] == 4 + place
        assert app.ask("GET", f"/jobs/{job}/motion?index={place}").content == answer.content
    assert (
        app.ask("GET", f"/jobs/{job}/motion").content == app.ask("GET", f"/jobs/{job}/result?index=0").content
    )
    for wrong in ("3", "-1", "x", "", "1e3", "0000000"):
        answer = app.ask("GET", f"/jobs/{job}/result?index={wrong}")
        assert answer.status_code == 400 and "this job has results 0 to 2" in answer.json()["error"]


def test_a_search_is_a_job_like_others(app, library):
    body = {"text": "bow number 2", "library": library, "count": 2}
    for job in (app.submit(task="search", **body), app.submit("/search", **body)):
        assert app.wait(job)["state"] == "done" and app.state(job)["count"] == 1
        answer = app.ask("GET", f"/jobs/{job}/result")
        assert answer.headers["content-type"] == Hits.media_type
        hits = answer.json()["hits"]
        assert hits[0]["path"] == "bow2.npz" and len(hits) == 2
        refused = app.ask("GET", f"/jobs/{job}/motion")
        assert refused.status_code == 400
        assert refused.json()["error"] == f"this job gives hits: fetch /jobs/{job}/result"
    assert app.ask("GET", "/health").json()["loaded"] == ["tmr"]


def test_words_are_served_with_their_media_type():
    """Of an engine that gives words: no task of the table does yet, and the service must not care."""
    words = Words(("a person walks", "somebody strolls"), {"model": "tiny"})

    class Writer:
        card, device, note = CARD, pick_device("cpu"), ""

        def run_batch(self, jobs, on_step=None):
            return [words for _ in jobs]

    app = AppInProcess(load=lambda model, device: Writer())
    try:
        job = app.submit(**WALK)
        assert app.wait(job)["state"] == "done"
        answer = app.ask("GET", f"/jobs/{job}/result")
        assert answer.headers["content-type"] == Words.media_type
        assert answer.json() == {"texts": list(words.texts), "meta": {"model": "tiny"}}
    finally:
        app.close()


def test_a_search_does_not_wait_for_a_motion_nor_a_motion_for_a_search(library):
    gates = {"motion": threading.Event(), "search": threading.Event()}

    class SlowMaker(TinyMaker):
        def make(self, batch, on_step):
            assert gates["motion"].wait(20)
            return super().make(batch, on_step)

    class SlowEmbedder(WordEmbedder):
        def texts(self, texts):
            assert gates["search"].wait(20)
            return super().texts(texts)

    def load(model, *, device):
        maker = SlowMaker(tiny_info(), TinyNet(TinyConfig()), pick_device("cpu"))
        return Generator(CARD, tiny_info(), maker)

    app = AppInProcess(load, lambda model, device: SlowEmbedder())
    search = {"task": "search", "text": "bow", "library": library}
    try:
        walk, first = app.submit(**WALK), app.submit(**search)
        app.wait(walk, "running")
        app.wait(first, "running")
        second = app.submit(**search)
        assert app.state(second)["state"] == "queued"  # behind the other search
        gates["search"].set()
        assert app.wait(first)["state"] == app.wait(second)["state"] == "done"
        assert app.state(walk)["state"] == "running"
        gates["search"].clear()
        third = app.submit(**search)
        app.wait(third, "running")
        gates["motion"].set()
        assert app.wait(walk)["state"] == "done" and app.state(third)["state"] == "running"
    finally:
        for gate in gates.values():
            gate.set()
        app.close()


def test_a_result_is_not_there_before_it_is_made_nor_after_it_was_cancelled(app, library):
    job = app.submit(task="search", text="bow", library=str(library) + "/nowhere")
    assert app.wait(job)["state"] == "failed"
    answer = app.ask("GET", f"/jobs/{job}/result")
    assert answer.status_code == 409 and "the job is failed: there is no folder" in answer.json()["error"]
    done = app.submit(**WALK)
    app.wait(done)
    assert app.ask("DELETE", f"/jobs/{done}").json()["state"] == "cancelled"
    assert app.ask("GET", f"/jobs/{done}/result").status_code == 409


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({**WALK, "settings": {"speed": 2}}, "unknown setting 'speed': model 'tiny' has rounds"),
        ({**WALK, "settings": {"rounds": 99}}, "rounds is 99: model 'tiny' takes a whole number from 1 to 9"),
        ({**WALK, "settings": 3}, "settings is 3"),
        (
            {"task": "search", "text": "bow", "library": "/x", "settings": {"speed": 2}},
            "model 'tmr' has none",
        ),
        ({"task": "search", "text": "bow", "library": "x"}, "give the whole path"),
        ({"task": "search", "text": "bow", "library": "/x", "model": "mdm"}, "model 'mdm' cannot search"),
        ({**WALK, "model": "tmr"}, "model 'tmr' cannot generate; it can search"),
    ],
)
def test_what_cannot_be_had_is_said_before_it_is_queued(app, body, words):
    answer = app.ask("POST", "/jobs", json=body)
    assert answer.status_code == 400 and words in answer.json()["error"]


def test_a_field_of_old_that_means_nothing_is_told_with_the_result(app, library):
    job = app.submit(**WALK, guidance=2.0)
    app.wait(job)
    made = bytes_to_motion(app.ask("GET", f"/jobs/{job}/result").content)
    assert made.meta["note"] == "guidance means nothing to model 'tiny' and is left out"
    job = app.submit(task="search", text="bow", library=library, steps=4)
    app.wait(job)
    assert "steps means nothing to model 'tmr'" in app.ask("GET", f"/jobs/{job}/result").json()["note"]


def test_a_queue_that_is_full_has_a_status_of_its_own(app, monkeypatch):
    monkeypatch.setattr(app.table, "_limits", Limits(queued=1))
    answer = app.ask("POST", "/jobs", json={**WALK, "count": 2})
    assert answer.status_code == 429 and "the queue holds 1" in answer.json()["error"]


def test_it_is_stopped_and_answers_what_there_is_not(app):
    assert app.ask("POST", "/shutdown").json() == {"status": "stopping"} and app.stopped == [True]
    assert app.ask("GET", "/nothing").json()["error"] == "Not Found: GET /nothing"
    assert app.ask("GET", "/jobs/abc").status_code == 404


def test_a_fault_of_ours_is_an_answer_without_its_insides(app, monkeypatch):
    def broken(job_id):
        raise RuntimeError("secret")

    monkeypatch.setattr(app.table, "find", broken)
    answer = app.ask("GET", "/jobs/abc")
    assert answer.status_code == 500 and answer.json() == {
        "error": "a fault in the service (RuntimeError); see its log"
    }


@pytest.mark.parametrize(
    "entry",
    [None, [], {}, {"library": "/x"}, {"library": "/x", "path": 1}, {"library": "/x", "path": "a", "b": 1}],
)
def test_a_place_is_a_library_and_a_path(entry):
    assert read_place({"library": "/x", "path": "a.npz"}) == ("/x", "a.npz")
    with pytest.raises(HTTPException, match="with library and path"):
        read_place(entry)


@pytest.mark.slow
def test_a_prompt_is_heard_or_all_that_is_known_is_listed():
    app = AppInProcess()
    try:
        asked = app.ask("POST", "/knows", json={"text": "a persn wlaks"}).json()
        assert (asked["read"], asked["known"]) == ("a person walks", True)
        assert app.ask("GET", "/knows", params={"text": "a persn wlaks"}).json() == asked
        assert "going" in app.ask("GET", "/knows").json()["groups"]
        assert app.ask("GET", "/knows", params={"text": " "}).status_code == 400
        for body in ({}, {"text": 3}, {"text": "a", "more": 1}, []):
            assert app.ask("POST", "/knows", json=body).status_code == 400
    finally:
        app.close()
