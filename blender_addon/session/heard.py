"""What the service says of prompts while they are typed: how it is read, and whether it is far from all it knows.

A timer looks at the prompts while the service is ready. It asks once the typing pauses, never while a motion is made,
and waits for nothing. Where the service is off, nothing is said.
"""

from __future__ import annotations

import time
from typing import Any

import bpy

from ..backend.client import heard_by
from .chosen import chosen_strip, edit_settings, settings_of
from .session import SESSION, redraw

WATCH_SECONDS = 0.2  # between two looks at the prompt
PAUSE_SECONDS = 0.5  # without a change, after which it is asked about
MOST = 64  # answers that are kept
WORK = "heard"  # its name among the work in the background

Words = tuple[str, bool]  # a prompt, and whether it may be a fragment


class Hearing:
    """The last words that were typed into each field, and what is said of words that were asked about."""

    def __init__(self) -> None:
        self._typed: dict[str, tuple[str, float]] = {}  # {field: (words, when they were typed)}
        self._said: dict[Words, str] = {}

    def line(self, prompt: str, *, fragment: bool = False) -> str:
        """What the panel says below these words; "" while nothing is known of them. fragment: as in `look`."""
        if not bpy.app.background and not bpy.app.timers.is_registered(_watch) and _ready():
            bpy.app.timers.register(_watch, first_interval=WATCH_SECONDS)
        return self._said.get((prompt, fragment), "") if _ready() else ""

    def look(self, prompt: str, field: str = "prompt", *, fragment: bool = False) -> None:
        """See the words of a field; ask about them when they have not changed for a while.

        fragment: they may say a manner alone ("old and hunched"), as those of an edit.
        """
        now, words = time.monotonic(), (prompt, fragment)
        if prompt != self._typed.get(field, ("", 0.0))[0]:
            self._typed[field] = prompt, now
        paused = now - self._typed.get(field, ("", 0.0))[1] >= PAUSE_SECONDS
        if WORK in SESSION.background or SESSION.run is not None or not prompt.strip():
            return
        if paused and words not in self._said:
            SESSION.run_in_background(WORK, SESSION.service.knows(prompt, fragment), self._answered)

    def _answered(self, question: Any) -> None:
        if question.state != "done":  # a busy machine: it is asked again after another pause
            now = time.monotonic()
            self._typed = {field: (words, now) for field, (words, _) in self._typed.items()}
            return
        if len(self._said) >= MOST:
            self._said.clear()
        self._said[question.task["text"], question.task.get("fragment", False)] = heard_by(question)
        redraw()

    def forget(self) -> None:
        self.__init__()  # type: ignore[misc]


HEARING = Hearing()


def _ready() -> bool:
    return SESSION.service.state == "ready"


def _watch() -> float | None:
    """The timer: ends itself with the service, and is begun again by the next drawing of the panel."""
    if not _ready():
        return None
    if bpy.context.scene is not None:
        look_at_fields(bpy.context)
    return WATCH_SECONDS


def look_at_fields(context: bpy.types.Context) -> None:
    """Every field into which somebody writes what shall be done."""
    edit, strip = edit_settings(context), chosen_strip(context)
    HEARING.look(settings_of(context).prompt)
    HEARING.look(edit.text, "edit", fragment=edit.mode == "EDIT")
    if strip is not None:
        HEARING.look(strip.prompt, "strip")


def end() -> None:
    """When the extension is disabled."""
    if bpy.app.timers.is_registered(_watch):
        bpy.app.timers.unregister(_watch)
    HEARING.forget()
