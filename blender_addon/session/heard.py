"""What the service says of the prompt while it is typed: how it is read, and whether it is far from all it knows.

A timer looks at the prompt while the service is ready. It asks once the typing pauses, never while a motion is made,
and waits for nothing. Where the service is off, nothing is said.
"""

from __future__ import annotations

import time
from typing import Any

import bpy

from ..backend.client import heard_by
from .chosen import settings_of
from .session import SESSION, redraw

WATCH_SECONDS = 0.2  # between two looks at the prompt
PAUSE_SECONDS = 0.5  # without a change, after which it is asked about
WORK = "heard"  # its name among the work in the background


class Hearing:
    """The last prompt that was typed, and what is said of the last one that was asked about."""

    def __init__(self) -> None:
        self._typed = ""
        self._since = 0.0  # when it was typed
        self._asked = ""
        self._said = ""

    def line(self, prompt: str) -> str:
        """What the panel says below this prompt; "" while nothing is known of it."""
        if not bpy.app.background and not bpy.app.timers.is_registered(_watch) and _ready():
            bpy.app.timers.register(_watch, first_interval=WATCH_SECONDS)
        return self._said if prompt == self._asked and _ready() else ""

    def look(self, prompt: str) -> None:
        """See a prompt; ask about it when it has not changed for a while."""
        now = time.monotonic()
        if prompt != self._typed:
            self._typed, self._since = prompt, now
        paused = now - self._since >= PAUSE_SECONDS
        if paused and prompt.strip() and prompt != self._asked and SESSION.run is None:
            self._asked, self._said = prompt, ""
            SESSION.run_in_background(WORK, SESSION.service.knows(prompt), self._answered)

    def _answered(self, question: Any) -> None:
        if question.task["text"] == self._asked:
            self._said = heard_by(question)
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
        HEARING.look(settings_of(bpy.context).prompt)
    return WATCH_SECONDS


def end() -> None:
    """When the extension is disabled."""
    if bpy.app.timers.is_registered(_watch):
        bpy.app.timers.unregister(_watch)
    HEARING.forget()
