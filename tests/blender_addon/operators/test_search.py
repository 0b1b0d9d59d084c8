"""The search box: from a sentence to keyframes, with a real backend that runs a tiny retrieval model."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest
from tiny_tmr import bowing, write_library

from blender_addon.backend.http_response import Response
from blender_addon.operators.search import SEARCHING, apply_found, found_fault, search_fault, show_hits
from blender_addon.properties.preferences import service_settings
from blender_addon.session.chosen import hits_of, place_of
from blender_addon.session.outcome import Outcome
from blender_addon.session.session import SESSION
from motion_core.formats.npz import motion_to_bytes, write_npz

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def retrieval_weights(backend_python, tiny_weights) -> Path:
    """A tiny retrieval model beside the tiny generators."""
    code = "import sys, pathlib, tiny_tmr; tiny_tmr.save_tiny_tmr(pathlib.Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests/helpers'}"}
    subprocess.run([backend_python, "-c", code, str(tiny_weights)], check=True, env=environment)
    return tiny_weights


@pytest.fixture
def box(session, retrieval_weights, context, tmp_path):
    """Everything set for a search, a rig selected."""
    SESSION.search_outcome = Outcome()
    bpy.ops.laban.add_rig()
    settings = context.scene.laban
    settings.library = str(write_library(tmp_path / "library"))
    settings.search_text = "a person bows"
    hits_of(context).hits.clear()
    return settings


def tick_until(condition, seconds: float = 120.0) -> float:
    """What the timer does; returns the longest tick in seconds of processor time."""
    end, worst = time.monotonic() + seconds, 0.0
    while not condition():
        assert time.monotonic() < end, (SESSION.service.state, SESSION.search_outcome)
        begun = time.thread_time()
        SESSION.tick()
        worst = max(worst, time.thread_time() - begun)
        time.sleep(0.01)
    return worst


def begin_search(settings) -> None:
    """What the button does where timers run."""
    SESSION.ensure_service(service_settings())
    job = SESSION.service.search(settings.search_text, settings.library, 20)
    SESSION.run_in_background("search", job, show_hits)


def test_a_sentence_becomes_keyframes(context, box):
    assert search_fault(context) == "" and found_fault(context) == "search for a motion first"
    assert bpy.ops.laban.search() == {"FINISHED"}
    found = hits_of(context)
    assert {hit.path for hit in found.hits} == {"more/lean.bvh", *(f"bow{n}.npz" for n in range(4))}
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert "the best 5 of 5 motions" in SESSION.search_outcome.text
    assert "broken.npz" in SESSION.search_outcome.text and not SESSION.search_outcome.failed

    context.scene.frame_set(11)
    rig = context.object
    for number, hit in enumerate(found.hits):
        found.chosen = number
        assert bpy.ops.laban.use_found() == {"FINISHED"}
        action = rig.animation_data.action
        stem = Path(hit.path).stem
        assert action.name == ("lean" if stem == "lean" else f"bow number {stem[-1]}")
        assert action.frame_range[0] == 11
        assert action.frame_range[1] - 11 == pytest.approx(hit.seconds * 24, abs=2)
    assert len(bpy.data.actions) == 1  # each untouched result made room for the next
    assert bpy.ops.laban.use_found(index=0) == {"FINISHED"}
    with pytest.raises(RuntimeError, match="no motion number 9"):
        bpy.ops.laban.use_found(index=9)


def test_the_second_search_reads_what_is_new(context, box):
    bpy.ops.laban.search()
    write_npz(Path(box.library) / "new.npz", bowing(1.0))
    bpy.ops.laban.search()
    assert len(hits_of(context).hits) == 6


def test_blender_is_not_held_up(context, box):
    for number in range(40):
        write_npz(Path(box.library) / f"many{number}.npz", bowing(0.1 * number))
    begin_search(box)
    assert search_fault(context) == SEARCHING and not bpy.ops.laban.search.poll()
    assert bpy.ops.laban.cancel_search.poll()
    worst = tick_until(lambda: "search" not in SESSION.background)
    assert not SESSION.search_outcome.failed, SESSION.search_outcome
    assert len(hits_of(context).hits) == 20 and worst < 0.05


def test_a_cancelled_search_changes_nothing(context, box):
    bpy.ops.laban.search()
    before = [hit.path for hit in hits_of(context).hits]
    box.search_text = "somebody else"
    begin_search(box)
    tick_until(lambda: "search" not in SESSION.background or SESSION.background["search"].id)
    if "search" in SESSION.background:
        bpy.ops.laban.cancel_search()
        tick_until(lambda: "search" not in SESSION.background)
        assert SESSION.search_outcome == Outcome("Cancelled")
        assert [hit.path for hit in hits_of(context).hits] == before
    assert not bpy.ops.laban.cancel_search.poll()
    assert bpy.ops.laban.search() == {"FINISHED"}


@pytest.mark.parametrize(
    ("library", "words"),
    [("empty", "there are no motions in"), ("absent", "there is no folder"), ("file", "is a file")],
)
def test_a_folder_without_motions_is_told(context, box, tmp_path, library, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    box.library = str(tmp_path / library)
    with pytest.raises(RuntimeError, match=words):
        bpy.ops.laban.search()
    assert SESSION.search_outcome.failed and words in SESSION.search_outcome.text


def test_what_is_missing_is_said(context, box, preferences):
    box.search_text = "  "
    assert "write what the person does" in search_fault(context)
    box.library = ""
    assert search_fault(context) == "choose the folder of your motions"
    preferences.python = ""
    assert "no backend yet" in search_fault(context)
    with pytest.raises(RuntimeError):
        bpy.ops.laban.search()


def test_words_that_say_nothing_are_refused(context, box):
    box.search_text = "🕺🕺"
    with pytest.raises(RuntimeError, match="has no words"):
        bpy.ops.laban.search()


def test_a_rig_gone_meanwhile_and_a_file_that_is_none(context, box):
    place = place_of(context)
    job = SimpleNamespace(state="done", results=[Response(200, {}, motion_to_bytes(bowing(1.0)))], message="")
    bpy.data.objects.remove(context.object)
    apply_found(job, "bow.npz", place)
    assert SESSION.search_outcome.failed and "not in this file any more" in SESSION.search_outcome.text
    job.results = [Response(200, {}, b"nothing")]
    apply_found(job, "bow.npz", place)
    assert "bow.npz: it begins with" in SESSION.search_outcome.text


def test_a_motion_gone_meanwhile_is_told(context, box):
    bpy.ops.laban.search()
    path = Path(box.library) / hits_of(context).hits[0].path
    path.unlink()
    with pytest.raises(RuntimeError, match="not there any more"):
        bpy.ops.laban.use_found(index=0)


def test_no_rig_no_motion(context, box):
    bpy.ops.laban.search()
    context.view_layer.objects.active = None
    assert "no armature is selected" in found_fault(context)
    assert not bpy.ops.laban.use_found.poll()


@pytest.mark.parametrize("answer", ["[]", "{}", '{"hits": [{"path": "a"}]}', '{"hits": 7}', "no json"])
def test_an_answer_that_makes_no_sense_is_told(context, box, answer):
    job = SESSION.service.search("bow", "/x", 1)
    job.state, job.results = "done", [Response(200, {}, answer.encode())]
    show_hits(job)
    assert SESSION.search_outcome.failed and "makes no sense" in SESSION.search_outcome.text


def test_the_hits_are_no_part_of_a_scene(context, box):
    """Undo and a saved file leave them alone."""
    hits_of(context).hits.add().path = "a.npz"
    assert json.dumps(sorted(context.scene.laban.keys())).find("hits") < 0


def test_a_service_that_cannot_be_started_is_told(context, box, preferences, tmp_path):
    preferences.python = str(tmp_path / "no python")
    # last, because the service has to start again after it
    with pytest.raises(RuntimeError):
        bpy.ops.laban.search()
    assert SESSION.search_outcome.failed and "no python" in SESSION.search_outcome.text
