"""What goes on between two clicks: the service, the run, its progress, its end."""

from __future__ import annotations

import os
import signal

import bpy
import pytest
from session_ticks import begin, kept_files, tick_to_end, tick_until

from blender_addon.operators.generate import generate_fault
from blender_addon.properties.preferences import service_settings
from blender_addon.session.outcome import Outcome
from blender_addon.session.session import (
    BUSY,
    GONE,
    IDLE_SECONDS,
    SESSION,
    TICK_SECONDS,
    Session,
    _on_timer,
    fault_text,
)

pytestmark = pytest.mark.usefixtures("session")


def test_progress_is_seen_while_it_runs(context, rig):
    context.scene.laban.steps, context.scene.laban.seconds = 1000, 9.0  # long enough for a quick machine too
    begin(context)
    seen = set()

    def over() -> bool:
        if SESSION.run is not None and SESSION.run.job.state == "running":
            seen.add(SESSION.run.job.step)
        return SESSION.run is None

    tick_until(over)
    assert not SESSION.outcome.failed
    assert len(seen) >= 2
    assert SESSION.run is None


def test_a_second_one_waits(context, rig):
    context.scene.laban.steps = 1000
    begin(context)
    assert generate_fault(context) == BUSY
    assert not bpy.ops.laban.generate.poll()
    with pytest.raises(ValueError, match="a motion is being made"):
        begin(context)
    SESSION.cancel()
    assert bpy.ops.laban.generate.poll()


def test_a_cancelled_motion_never_arrives(context, rig):
    settings = context.scene.laban
    settings.steps = 1000
    begin(context)
    tick_until(lambda: SESSION.run.job.step > 0)
    assert bpy.ops.laban.cancel.poll()
    bpy.ops.laban.cancel()
    assert SESSION.outcome.text == "Cancelled"
    assert not bpy.ops.laban.cancel.poll()
    settings.steps, settings.prompt = 2, "the next one"
    bpy.ops.laban.generate()
    assert rig.animation_data.action.name == "the next one"
    assert len(kept_files()) == 1


signals = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of Unix")


@signals
def test_a_backend_that_dies_in_the_middle_is_replaced_and_the_motion_made_again(context, rig):
    context.scene.laban.steps, context.scene.laban.seconds = 300, 9.0
    begin(context)
    tick_until(lambda: SESSION.run.job.step > 0)
    process = SESSION.service._child.process
    os.kill(process.pid, signal.SIGKILL)
    tick_to_end()
    assert not SESSION.outcome.failed, SESSION.outcome.text
    assert SESSION.service._child.process is not process and len(kept_files()) == 1


@signals
@pytest.mark.parametrize("number", ["SIGKILL", "SIGSTOP"])
def test_a_backend_lost_while_nothing_went_on_does_not_fail_the_next_motion(context, rig, number):
    begin(context)
    tick_to_end()
    process = SESSION.service._child.process
    os.kill(process.pid, getattr(signal, number))
    assert bpy.ops.laban.generate() == {"FINISHED"}
    assert not SESSION.outcome.failed
    tick_until(lambda: process.returncode is not None)


def test_the_service_can_be_stopped_and_started(context, rig):
    SESSION.ensure_service(service_settings())
    child = SESSION.service._child.process
    assert not bpy.ops.laban.start_service.poll()
    bpy.ops.laban.stop_service()
    assert child.poll() is not None
    assert not bpy.ops.laban.stop_service.poll()
    bpy.ops.laban.start_service()
    assert SESSION.service.state == "ready"


def test_other_preferences_start_another_service(context, rig, preferences):
    SESSION.ensure_service(service_settings())
    first = SESSION.service._child.process
    SESSION.ensure_service(service_settings())
    assert SESSION.service._child.process is first
    preferences.device = "cpu"
    SESSION.ensure_service(service_settings())
    assert SESSION.service._child.process is not first
    tick_until(lambda: first.returncode is not None)


class Countdown:
    """Work in the background that is over after so many looks at it."""

    def __init__(self, looks: int) -> None:
        self.looks, self.stopped = looks, False

    def poll(self) -> bool:
        self.looks -= 1
        return self.looks <= 0

    def stop(self) -> None:
        self.stopped = True


def test_work_in_the_background_is_told_once_when_it_is_over():
    session, over = Session(), []
    assert session.tick() is None  # nothing goes on
    first, second, other = Countdown(99), Countdown(2), Countdown(3)
    session.run_in_background("check", first, over.append)
    session.run_in_background("check", second, over.append)
    session.run_in_background("body", other, over.append)
    assert first.stopped and not second.stopped
    assert session.busy and session.tick() == TICK_SECONDS
    session.wait()
    assert over == [second, other] and not session.background
    assert session.tick() is None


def test_an_error_in_the_timer_is_told_and_the_timer_goes_on(session, capsys):
    def fail(_: object) -> None:
        raise KeyError("surprise")

    session.ensure_service(service_settings())
    tick_until(lambda: not session.busy)
    assert session.tick() == IDLE_SECONDS  # the service is kept ready
    session.run_in_background("check", Countdown(1), fail)
    assert _on_timer() == IDLE_SECONDS
    assert session.outcome.failed and "please report it: KeyError: 'surprise'" in session.outcome.text
    assert "Traceback" in capsys.readouterr().err
    assert not session.background


def test_a_new_file_and_undo_leave_no_messages_of_before(session):
    session.outcome = session.search_outcome = Outcome("a person waves: 4.0 s of motion")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert session.outcome == session.search_outcome == Outcome()


def test_a_library_that_has_vanished_is_told_in_a_sentence(session, monkeypatch):
    assert (
        fault_text(ModuleNotFoundError("No module named 'motion_core.body'", name="motion_core.body")) == GONE
    )
    assert fault_text(ModuleNotFoundError("No module named 'x'", name="x")).startswith("an error in Laban")

    def gone(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'motion_core.retarget'", name="motion_core.retarget")

    bpy.ops.laban.add_rig()
    monkeypatch.setattr(SESSION, "generate", gone)
    with pytest.raises(RuntimeError, match="start Blender again"):
        bpy.ops.laban.generate()
    assert session.outcome == Outcome(GONE, True)
