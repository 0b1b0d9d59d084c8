"""The preferences page, drawn in its states."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from panel_recorder import Recorder

from blender_addon.backend.checks import Finding
from blender_addon.backend.environment import EnvironmentState
from blender_addon.backend.reports import OFFLINE, Reports
from blender_addon.session.session import SESSION
from blender_addon.ui.preferences_page import MAKE, draw_preferences


def test_the_preferences_page_draws_in_every_state(context, preferences):
    recorder = Recorder()
    draw_preferences(recorder, preferences)
    names = set(recorder.names("prop"))
    assert {"backend", "python", "device", "variant", "base_python", "results", "smpl_model"} <= names
    assert "There is no environment yet" in recorder.texts()
    preferences.backend = "SERVER"
    recorder = Recorder()
    draw_preferences(recorder, preferences)
    assert {"address", "token", "certificate"} <= set(recorder.names("prop"))
    assert "python" not in recorder.names("prop")


@pytest.fixture
def reports():
    yield Reports
    Reports.environment = Reports.check = None


def page(preferences) -> Recorder:
    recorder = Recorder()
    draw_preferences(recorder, preferences)
    return recorder


def test_the_check_shows_its_findings_and_what_to_do(preferences, reports):
    torch, smpl = Finding("torch", "ok", "2.9"), Finding("smpl", "missing", "no file", "choose your model")
    reports.check = SimpleNamespace(state="running", message="checking", findings=[])
    assert "Check:" not in page(preferences).texts()
    reports.check = SimpleNamespace(state="done", message="1 things are missing", findings=[torch, smpl])
    texts = page(preferences).texts()
    for words in ("Check: 1 things are missing", "Torch: 2.9", "Smpl: no file", "Choose your model"):
        assert words.lower() in texts.lower()


def test_an_environment_in_the_making_shows_progress_and_a_way_out(preferences, reports, monkeypatch):
    job = SimpleNamespace(state="running", message="downloading torch", progress=0.4, log="/x/log.txt")
    reports.environment = job
    monkeypatch.setitem(SESSION.background, "environment", job)
    drawn = page(preferences)
    assert drawn.names("progress") == ["downloading torch"]
    assert "laban.cancel_environment" in drawn.names("operator")
    assert "laban.make_environment" not in drawn.names("operator")
    monkeypatch.delitem(SESSION.background, "environment")
    job.state, job.message = "failed", "the disk is full"
    drawn = page(preferences)
    assert "The disk is full" in drawn.texts() and "Details: /x/log.txt" in drawn.texts()
    assert "laban.make_environment" in drawn.names("operator") and OFFLINE.lower() in drawn.texts().lower()


def test_each_state_of_the_environment_has_its_button():
    assert set(MAKE) == set(EnvironmentState) and len(set(MAKE.values())) == len(MAKE)
