"""What the panel says of a prompt while it is typed."""

from __future__ import annotations

import time

import bpy
import pytest
from session_ticks import begin, tick_to_end, tick_until

from blender_addon.properties.preferences import service_settings
from blender_addon.session import heard
from blender_addon.session.heard import HEARING, PAUSE_SECONDS, WATCH_SECONDS, WORK
from blender_addon.session.session import SESSION

WORST_LOOK = 0.25  # seconds; the aim is 0.05, a busy machine may stop us anywhere


@pytest.fixture
def hearing(session):
    HEARING.forget()
    SESSION.ensure_service(service_settings())
    tick_until(lambda: SESSION.service.state == "ready")
    yield HEARING
    HEARING.forget()


def typed(prompt: str) -> str:
    """What is said of a prompt once its typing has paused; no look at it may hold Blender up."""
    bpy.context.scene.laban.prompt = prompt
    worst = 0.0

    def answered() -> bool:
        nonlocal worst
        begun = time.perf_counter()
        assert heard._watch() == WATCH_SECONDS
        worst = max(worst, time.perf_counter() - begun)
        return (prompt, False) in HEARING._said and WORK not in SESSION.background

    tick_until(answered, 120.0)
    assert worst < WORST_LOOK
    return HEARING.line(prompt)


def test_a_prompt_is_heard_as_it_is_read_and_nothing_is_said_where_all_is_well(hearing):
    assert "read as 'a person walks forward'" in typed("a persn wlaks foward")
    assert "only a human body is made" in typed("a cat jumps onto the sofa")
    assert typed("a person walks forward") == ""


def test_it_waits_for_a_pause_and_speaks_of_the_prompt_that_is_there_alone(hearing):
    HEARING.look("a persn")
    HEARING.look("a persn wal")
    assert WORK not in SESSION.background
    assert "read as" in typed("a persn wlaks")
    assert HEARING.line("a persn wlaks fast") == ""
    assert PAUSE_SECONDS > WATCH_SECONDS


def test_no_question_while_a_motion_is_made(hearing, context):
    bpy.ops.laban.add_rig()
    context.scene.laban.steps = 2
    begin(context)
    HEARING._typed["prompt"] = ("a persn", 0.0)
    HEARING.look("a persn")  # typed long ago
    assert WORK not in SESSION.background
    tick_to_end()


def test_nothing_is_asked_of_a_service_that_is_off(session):
    SESSION.service.stop()
    assert heard._watch() is None
    assert HEARING.line("a persn wlaks") == ""


def test_words_of_complete_and_of_strips_are_heard_too(hearing, context):
    """Only the main prompt had a line."""
    bpy.ops.laban.add_rig()
    bpy.ops.laban.add_strip()
    bpy.context.object.laban_strips.strips[0].prompt = "a cat sleeps on the sofa"
    edit = context.scene.laban_edit
    edit.mode, edit.text = "EDIT", "old and hunched"

    def answered() -> bool:
        heard._watch()
        return WORK not in SESSION.background and len(HEARING._said) >= 3

    tick_until(answered, 120.0)
    assert {text for text, _ in HEARING._said} >= {"a cat sleeps on the sofa", "old and hunched"}
    assert "only a human body is made" in HEARING.line("a cat sleeps on the sofa")
    assert HEARING.line("old and hunched", fragment=True) == "" == HEARING.line("old and hunched")
    assert ("old and hunched", True) in HEARING._said  # a manner alone is enough for an edit
