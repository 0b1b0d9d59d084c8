"""Searches as jobs: the thread that works them off, with an embedder without a network; then the whole over HTTP."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import httpx
import pytest
from tiny_service import RunningService
from tiny_tmr import save_tiny_tmr, write_library
from word_embedder import WordEmbedder

from motion_core.formats.npz import bytes_to_motion, write_npz
from motion_core.search import LibraryIndex, index
from motion_core.service.jobs import JobTable
from motion_core.service.searcher import Searcher
from motion_core.tasks import Request, Search, TaskError


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def library(tmp_path) -> Path:
    return write_library(tmp_path / "library")


def make(**more) -> Searcher:
    return Searcher(JobTable(), load=lambda model, device: WordEmbedder(), **more)


def submit(searcher: Searcher, task: Search):
    """The job of a search, as the app queues it."""
    searcher.admit(task)
    return searcher._table.add(Request(task, model="tmr"))


@pytest.fixture
def started():
    """started(searcher) runs it until the test ends."""
    running: list[Searcher] = []

    def start(searcher: Searcher) -> Searcher:
        searcher.start()
        running.append(searcher)
        return searcher

    yield start
    for searcher in running:
        searcher._table.close()
        assert searcher.join(10)


def over(job, seconds: float = 20.0):
    end = time.monotonic() + seconds
    while job.state in ("queued", "running"):
        assert time.monotonic() < end
        time.sleep(0.005)
    return job


def test_a_search_finds_and_tells_how_far_it_is(library, started):
    searcher = started(make())
    job = over(submit(searcher, Search("bow number 2", str(library), 2)))
    assert job.state == "done" and (job.step, job.steps) == (6, 6) and searcher.loaded == ["tmr"]
    result = json.loads(job.results[0].read())
    assert result["hits"][0]["path"] == "bow2.npz" and len(result["hits"]) == 2
    assert (result["files"], result["broken_count"], result["broken"][0]["path"]) == (6, 1, "broken.npz")


def test_a_cancelled_search_stops_and_keeps_its_work(library, started, monkeypatch):
    monkeypatch.setattr(index, "TOGETHER", 1)
    reached, go_on = threading.Event(), threading.Event()

    class Slow(WordEmbedder):
        def motions(self, motions, on_batch=None):
            rows = super().motions(motions)
            if motions[0].meta.get("text") == "bow number 2":
                reached.set()
                assert go_on.wait(20)
            return rows

    searcher = started(Searcher(JobTable(), load=lambda model, device: Slow()))
    job = submit(searcher, Search("bow", str(library)))
    assert reached.wait(20)
    searcher._table.cancel(job)
    go_on.set()
    after = over(submit(searcher, Search("nothing here", str(library.parent / "absent"))))
    assert after.state == "failed" and "there is no folder" in after.message
    assert job.state == "cancelled" and not job.results
    assert len(LibraryIndex.open(library)) == 3  # of five: the two after it were never read


def test_absent_weights_are_a_message_and_tried_again(library, started):
    tries = []

    def load(model, device):
        tries.append(model)
        if len(tries) == 1:
            raise FileNotFoundError("the weights of model 'tmr' are not here")
        return WordEmbedder()

    searcher = started(Searcher(JobTable(), load=load))
    first = over(submit(searcher, Search("bow", str(library))))
    assert (first.state, first.message) == ("failed", "the weights of model 'tmr' are not here")
    assert over(submit(searcher, Search("bow", str(library)))).state == "done"


def test_a_found_motion_is_npz_whatever_it_was(library):
    motion = bytes_to_motion(make().motion(str(library), "more/lean.bvh"))
    assert motion.seconds == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("folders", "wanted", "words"),
    [
        (None, "relative", "give the whole path"),
        ([], "library", "searches no folders: start it with --library"),
        (["library"], "", "is not open to clients; there is"),
        (["library"], "library/../secret", "is not open to clients"),
    ],
)
def test_only_open_folders_are_searched(library, folders, wanted, words):
    root = library.parent
    searcher = make(folders=None if folders is None else [root / name for name in folders])
    place = wanted if wanted == "relative" else str(root / wanted)
    with pytest.raises(TaskError, match=words):
        submit(searcher, Search("bow", place))
    with pytest.raises(TaskError, match=words):
        searcher.motion(place, "bow1.npz")


def test_below_an_open_folder_is_open(library):
    searcher = make(folders=[library.parent])
    assert submit(searcher, Search("bow", str(library))).state == "queued"
    searcher._table.close()


# ---------------------------------------------------------------------------------------------- over HTTP


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    weights = save_tiny_tmr(tmp_path_factory.mktemp("weights"))
    running = RunningService(weights, "--device", "cpu")
    yield running
    running.stop()


def ask(service, **body) -> httpx.Response:
    return service.http.post("/search", json={"text": "a person bows", **body})


@pytest.mark.slow
def test_from_a_sentence_to_a_motion(service, library):
    job = ask(service, library=str(library), count=3).json()["id"]
    state = service.wait(job)
    assert state["state"] == "done" and (state["step"], state["steps"], state["count"]) == (6, 6, 1)
    result = service.http.get(f"/jobs/{job}/result").json()
    assert len(result["hits"]) == 3 and result["library"] == str(library.resolve())
    for hit in result["hits"]:
        answer = service.http.post("/search/motion", json={"library": result["library"], "path": hit["path"]})
        assert answer.headers["content-type"] == "application/octet-stream"
        assert bytes_to_motion(answer.content).seconds == pytest.approx(hit["seconds"])
    assert service.http.get(f"/jobs/{job}/motion").status_code == 400
    assert "tmr" in service.http.get("/health").json()["loaded"]
    again = ask(service, library=str(library)).json()["id"]
    assert service.wait(again)["steps"] == 0  # nothing new to read
    cancelled = service.http.delete(f"/jobs/{again}").json()
    assert cancelled["state"] == "cancelled"
    assert service.http.get(f"/jobs/{again}/result").status_code == 409


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "a search task needs the field 'library'"),
        ({"library": "relative/folder"}, "give the whole path"),
        ({"library": "/x", "text": ""}, "the prompt is empty"),
        ({"library": "/x", "count": 10**9}, "count is"),
        ({"library": "/x", "path": "a"}, "unknown field 'path'"),
        ({"library": ["/x"]}, "the library is"),
        ({"library": "/\0"}, "the library is"),
    ],
)
def test_what_is_wrong_with_a_search_is_said(service, body, words):
    answer = ask(service, **body)
    assert answer.status_code == 400 and words in answer.json()["error"]


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ({"path": "../secret.npz"}, 400),
        ({"path": "/etc/passwd"}, 400),
        ({"path": "way/secret.npz"}, 400),
        ({"path": "gone.npz"}, 404),
        ({"path": "broken.npz"}, 400),
        ({"path": "a\0.npz"}, 400),
        ({"path": "more"}, 400),
        ({"path": 7}, 400),
        ({}, 400),
        ({"path": "bow0.npz", "colour": "red"}, 400),
        ({"path": "bow0.npz", "library": "library"}, 400),
    ],
)
def test_a_motion_comes_from_the_library_only(service, library, place, status):
    write_npz(library.parent / "secret.npz", bytes_to_motion(make().motion(str(library), "bow0.npz")))
    (library / "way").symlink_to(library.parent)
    answer = service.http.post("/search/motion", json={"library": str(library), **place})
    assert answer.status_code == status and answer.json()["error"]


def test_the_token_is_needed(service, library):
    for path in ("/search", "/search/motion"):
        assert httpx.post(service.url + path, json={"library": str(library)}).status_code == 401


def test_a_search_is_a_task_like_others(service, library):
    search = service.submit({"task": "search", "text": "bow", "library": str(library), "count": 2})
    assert service.wait(search)["state"] == "done"
    answer = service.http.get(f"/jobs/{search}/result")
    assert answer.headers["content-type"] == "application/json" and len(answer.json()["hits"]) == 2
    refused = service.http.get(f"/jobs/{search}/motion")
    assert refused.status_code == 400 and f"/jobs/{search}/result" in refused.json()["error"]
