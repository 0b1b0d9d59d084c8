"""The buttons around the backend's environment. How it is made: tests/addon_pure/backend/test_environment.py."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import bpy
import pytest

from blender_addon.backend.reports import OFFLINE, Reports
from blender_addon.operators.environment import make_fault, package_to_install
from blender_addon.properties.preferences import (
    environment_folder,
    environment_state,
    forget_environment_state,
)
from blender_addon.session.outcome import Outcome
from blender_addon.session.session import SESSION

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def online(preferences, monkeypatch, tmp_path):
    """Online access for a moment, our folders in a temporary place, and no network behind pip."""
    for module in ("properties.preferences", "operators.environment"):
        monkeypatch.setattr(f"blender_addon.{module}.user_folder", lambda part: tmp_path / part)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("LABAN_BACKEND_PYTHON", raising=False)
    forget_environment_state()
    bpy.context.preferences.system.use_online_access = True
    yield preferences
    bpy.context.preferences.system.use_online_access = False
    for work in list(SESSION.background.values()):
        work.stop()
    SESSION.background.clear()
    Reports.environment = Reports.check = None
    SESSION.outcome = Outcome()
    forget_environment_state()


def tick_until(condition, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        SESSION.tick()
        time.sleep(0.01)


def test_nothing_is_downloaded_without_leave(preferences):
    assert not bpy.app.online_access
    assert make_fault() == OFFLINE
    assert not bpy.ops.laban.make_environment.poll()


def test_a_failure_is_reported_and_remembered(online):
    online.base_python = "/no/such/python"
    assert make_fault() == ""
    with pytest.raises(RuntimeError, match="/no/such/python cannot be started"):
        bpy.ops.laban.make_environment()
    assert Reports.environment.state == "failed"
    assert environment_state().value == "there is no environment yet"


def test_it_can_be_cancelled_and_one_runs_at_a_time(online, tmp_path):
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    from blender_addon.backend.environment import EnvironmentJob, Plan
    from blender_addon.operators.environment import _made

    job = EnvironmentJob(Plan(environment_folder(), package_to_install(), "cpu", str(slow)))
    SESSION.run_in_background("environment", job, _made)
    SESSION.tick()
    assert make_fault() == "the environment is being made"
    assert bpy.ops.laban.cancel_environment.poll()
    bpy.ops.laban.cancel_environment()
    tick_until(lambda: not SESSION.background, 5)
    assert job.state == "cancelled"
    assert not bpy.ops.laban.cancel_environment.poll()


def test_a_checkout_installs_itself():
    assert package_to_install() == ROOT


def test_the_check_needs_a_python(online):
    assert not bpy.ops.laban.check_environment.poll()
    online.python = "/no/such/python"
    with pytest.raises(RuntimeError, match="there is no Python at /no/such/python"):
        bpy.ops.laban.check_environment()
    online.python = sys.executable  # a Python, but without Laban
    with pytest.raises(RuntimeError, match="Laban is not installed in that Python"):
        bpy.ops.laban.check_environment()


def test_the_check_shows_what_doctor_found(online, backend_python, tiny_weights):
    online.python = backend_python
    assert bpy.ops.laban.check_environment() == {"FINISHED"}
    check = Reports.check
    assert (check.state, check.message) == ("done", "everything is there")
    found = {finding.name: finding for finding in check.findings}
    assert found["torch"].state == "ok"
    assert "weights mdm" in found
    assert backend_python in found["python"].found or "python" in found["python"].found
