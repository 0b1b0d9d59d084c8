"""What the service answers: jobs of every lane, results of every kind, found motions, and what is refused."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from app_in_process import AppInProcess
from tiny_maker import CARD, TinyConfig, TinyMaker, TinyNet, tiny_info
from tiny_tmr import write_library
from word_embedder import WordEmbedder

from motion_core.body.motion import Motion
from motion_core.catalog import CATALOG
from motion_core.formats.npz import bytes_to_motion
from motion_core.generators.device import pick_device
from motion_core.generators.generator import Generator
from motion_core.results import Hits, Words
from motion_core.service import searcher
from motion_core.service.jobs import Limits

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
    monkeypatch.setattr(app.table, "limits", Limits(queued=1))
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


def write_bad_files(folder) -> None:
    """Motion files with a fault each: in the container, in the header, in the values, in what they are."""
    bvh = (folder / "more/lean.bvh").read_text()
    npz = (folder / "bow0.npz").read_bytes()
    rows = bvh.index("Frame Time:")
    texts = {
        "empty.bvh": "",
        "half.bvh": bvh[: len(bvh) // 3],
        "digits.bvh": bvh[:rows] + "Frame Time: " + "9" * 400 + "\n",
        "rate.bvh": bvh[:rows] + "Frame Time: \n",
        "channels.bvh": bvh.replace("CHANNELS 6", "CHANNELS six", 1),
        "deep.bvh": "HIERARCHY\n" + "ROOT a\n{\nOFFSET 0 0 0\nCHANNELS 0\n" + "JOINT b\n{\n" * 50_000,
        "nul.bvh": "\0" * 5000,
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    encrypted = bytearray(npz)
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        place = encrypted.index(mark)
        encrypted[place + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    method = bytearray(npz)
    method[method.index(b"PK\x01\x02") + 10] = 99
    files = {
        "empty.npz": b"",
        "zeros.npz": bytes(5000),
        "half.npz": npz[: len(npz) // 2],
        "encrypted.npz": bytes(encrypted),
        "method.npz": bytes(method),
        "pickle.npy": b"\x80\x04\x95.",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    np.savez(folder / "objects.npz", poses=np.array([{}], dtype=object))
    np.savez(folder / "nothing.npz")
    np.savez(folder / "shape.npz", poses=np.zeros((3, 7)), trans=np.zeros((3, 3)), mocap_framerate=30)
    np.savez(folder / "rate.npz", poses=np.zeros((3, 156)), trans=np.zeros((3, 3)), mocap_framerate=[])
    np.savez(folder / "nan.npz", poses=np.full((3, 156), np.nan), trans=np.zeros((3, 3)), mocap_framerate=30)
    np.savez(folder / "meta.npz", poses="text", trans=np.zeros((3, 3)), mocap_framerate="fast")
    (folder / "folder.npz").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.npz")
        os.mkfifo(folder / "pipe.bvh")
        (folder / "device.npz").symlink_to("/dev/zero")


def test_a_bad_file_of_a_library_is_refused_with_its_name(app, library):
    folder = Path(library)
    write_bad_files(folder)
    bad = [
        p for p in folder.iterdir() if not p.name.startswith("bow") and p.suffix in (".npz", ".bvh", ".npy")
    ]
    assert len(bad) > 20
    for file in bad:
        answer = app.ask("POST", "/search/motion", json={"library": library, "path": file.name})
        assert answer.status_code == 400, (file.name, answer.text)
        assert file.name in answer.json()["error"]
    gone = app.ask("POST", "/search/motion", json={"library": library, "path": "gone.npz"})
    assert gone.status_code == 404 and "gone.npz" in gone.json()["error"]


def test_a_reader_that_meets_what_it_was_not_made_for_is_no_fault_of_the_service(app, library, monkeypatch):
    def surprised(*_):
        raise KeyError("joint")

    monkeypatch.setattr(searcher, "read_motion", surprised)
    answer = app.ask("POST", "/search/motion", json={"library": library, "path": "bow0.npz"})
    assert answer.status_code == 400
    assert "bow0.npz cannot be read as a motion (KeyError: 'joint')" in answer.json()["error"]


def test_a_found_motion_is_read_as_its_sender_says(app, library):
    place = {"library": library, "path": "more/lean.bvh"}
    plain, slow = (
        bytes_to_motion(app.ask("POST", "/search/motion", json={**place, **told}).content)
        for told in ({}, {"fps": 10, "unit": "m"})
    )
    assert slow.fps == 10 and len(slow) == len(plain) and plain.fps != 10


def test_a_refusal_is_short(app):
    answer = app.ask("POST", "/jobs", json={"x" * 1_000_000: 1})
    assert answer.status_code == 400 and len(answer.text) < 3000
