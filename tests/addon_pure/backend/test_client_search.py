"""The add-on's client and the search of the real service, as far as that needs no network to be loaded."""

from __future__ import annotations

import json
import sys
import time

import pytest
from tiny_tmr import write_library

from motion_core.formats.npz import bytes_to_motion

WORST_POLL = 0.25  # seconds; the aim is 0.05, a busy machine may stop us anywhere


@pytest.fixture(scope="module")
def service(addon, tmp_path_factory):
    running = addon("backend.client").Service()
    running.start(sys.executable, device="cpu")
    assert running.wait_ready(60), running.message
    yield running
    running.stop()


@pytest.fixture
def library(tmp_path):
    return write_library(tmp_path / "library")


def drive(job, timeout: float = 60.0) -> float:
    """Poll until it is over; returns the longest poll in seconds."""
    end, worst = time.monotonic() + timeout, 0.0
    while not job.done:
        assert time.monotonic() < end, job.state
        begun = time.perf_counter()
        job.poll()
        worst = max(worst, time.perf_counter() - begun)
        time.sleep(0.005)
    return worst


@pytest.mark.parametrize(("path", "seconds"), [("bow2.npz", 1.1), ("more/lean.bvh", 2.0)])
def test_a_found_motion_comes_in_one_request(service, library, path, seconds):
    job = service.fetch_found(str(library), path)
    assert drive(job) < WORST_POLL
    assert job.state == "done" and job.poll() and job.id == ""
    assert bytes_to_motion(job.results[0].body).seconds == pytest.approx(seconds)


def test_a_found_motion_is_read_as_it_is_told(service, library):
    job = service.fetch_found(str(library), "more/lean.bvh", fps=10)
    drive(job)
    assert job.state == "done" and bytes_to_motion(job.results[0].body).fps == 10


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("gone.npz", "not there any more"),
        ("../x.npz", "no motion file of the library"),
        ("broken.npz", "damaged"),
    ],
)
def test_why_a_motion_does_not_come(service, library, path, words):
    job = service.fetch_found(str(library), path)
    drive(job)
    assert job.state == "failed" and words in job.message and job.results == []


@pytest.mark.parametrize(
    ("text", "library", "words"),
    [
        ("somebody bows", "/no/such/folder", "there is no folder /no/such/folder"),
        ("", "/", "the prompt is empty"),
        ("somebody bows", "here", "give the whole path"),
    ],
)
def test_why_a_search_fails(service, text, library, words):
    job = service.search(text, library, 5)
    drive(job)
    assert job.state == "failed" and words in job.message


@pytest.mark.parametrize("polls", [0, 1, 2, 5])
@pytest.mark.parametrize("kind", ["search", "found"])
def test_given_up_it_never_delivers(service, library, kind, polls):
    place = str(library)
    job = (
        service.search("bow", f"{place}/absent", 3)
        if kind == "search"
        else service.fetch_found(place, "bow1.npz")
    )
    for _ in range(polls):
        job.poll()
    before = job.state
    job.stop()
    assert job.state == ("cancelled" if before not in ("done", "failed") else before)
    end = time.monotonic() + 20
    while service._closing and time.monotonic() < end:
        service.poll()
        time.sleep(0.005)
    assert not service._closing
    assert job.state != "cancelled" or job.results == []


def test_a_stopped_service_ends_a_search(addon):
    job = addon("backend.client").Service().search("bow", "/x", 1)
    assert job.poll() and job.state == "failed" and "start it first" in job.message


@pytest.mark.parametrize("content", ["[]", '"text"', "{}", '{"hits": {}}', "no json"])
def test_an_answer_is_checked(addon, content):
    job = addon("backend.client").Service().search("bow", "/x", 1)
    job.results = [addon("backend.http_response").Response(200, {}, content.encode())]
    with pytest.raises(ValueError, match=r"makes no sense|Expecting"):
        _ = addon("backend.client").found_by(job)
    job.results = [addon("backend.http_response").Response(200, {}, json.dumps({"hits": []}).encode())]
    assert addon("backend.client").found_by(job) == {"hits": []}
