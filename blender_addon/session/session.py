"""What goes on between two clicks: the service, the running job, work in the background. A timer moves it on.

The timer keeps no Blender object. Scenes and rigs are found again by their session number: it survives renaming and
undo, and no object of another file ever has it.
"""

from __future__ import annotations

import atexit
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import bpy
from bpy.app.handlers import persistent

from motion_core.tasks import Request, TaskError

from ..backend import graves
from ..backend.client import Service
from ..backend.service_settings import ServiceSettings
from .outcome import Arrival, Delivery, Outcome, Place, Run, Whole

TICK_SECONDS = 0.1  # while something goes on
IDLE_SECONDS = 1.0  # while a service is only kept ready
LIBRARIES = ("motion_core", "numpy")
GONE = (
    "Laban's library is not where it was: another Blender that shares the user folder has removed it, or the extension "
    "was updated. Save, and start Blender again; if that does not help, install the extension again"
)
BUSY = "a motion is being made: wait for it or cancel it"


class BackgroundWork(Protocol):
    """What goes on beside the run: a child process, a search, a found motion on its way."""

    def poll(self) -> bool: ...
    def stop(self) -> None: ...


class Session:
    """The service, and what it works on.

    run: the motion that is being made. outcome, search_outcome: what the panels say of the last ones. background: work
    beside the run, by its name: "environment", "check", "body", "search" or "found".
    """

    def __init__(self) -> None:
        self.service = Service()
        self.run: Run | None = None
        self.outcome = Outcome()
        self.search_outcome = Outcome()
        self.background: dict[str, BackgroundWork] = {}
        self.deliver: Delivery | None = None
        self._arriving: Iterator[Outcome | None] | None = None  # a run whose job is over, step by step
        self._finished: dict[str, Callable[[Any], None]] = {}
        self._settings: ServiceSettings | None = None

    @property
    def busy(self) -> bool:
        return self.run is not None or bool(self.background) or self.service.state == "starting"

    def ensure_service(self, settings: ServiceSettings) -> None:
        """Start or find the service that is wanted now, unless it is there already. Raises TaskError."""
        if settings.fault:
            raise TaskError(settings.fault)
        self.service.poll()  # one that died a moment ago is not there any more
        if settings == self._settings and self.service.state in ("starting", "ready"):
            return
        self._settings = settings
        if settings.server:
            self.service.connect(settings.address, settings.token, settings.certificate)
        else:
            self.service.start(settings.python, device=settings.device)
        if self.service.state == "failed":
            raise TaskError(self.service.message)

    def generate(
        self,
        settings: ServiceSettings,
        request: Request,
        place: Place,
        title: str,
        arrive: Arrival | None = None,
        whole: Whole | None = None,
    ) -> None:
        """Hand a request over. Raises TaskError when one runs or the service cannot be had."""
        if self.run is not None:
            raise TaskError(BUSY)
        self.ensure_service(settings)
        job = self.service.submit(request.to_json())
        seed = request.sampling.seed
        self.run, self.outcome = Run(job, place, title, seed, arrive=arrive, whole=whole), Outcome()
        self.wake()

    def cancel(self) -> None:
        """Give the running job up; its result is never delivered."""
        if self.run is not None:
            self.run.job.cancel()
            self.run, self._arriving, self.outcome = None, None, Outcome("Cancelled")

    def run_in_background(self, name: str, work: BackgroundWork, finished: Callable[[Any], None]) -> None:
        """`finished(work)` is called when it is over. Work of the same name that still runs is stopped."""
        if name in self.background:
            self.background[name].stop()
        self.background[name], self._finished[name] = work, finished
        self.wake()

    def tick(self) -> float | None:
        """Move everything on without waiting; returns the seconds until the next call, None when nothing goes on."""
        self.service.poll()
        if self.run is not None:
            over = self.run.job.poll()
            self.run.look()
            if over:
                self._arrive(self.run)
        for name, work in list(self.background.items()):
            if work.poll():
                del self.background[name]
                self._finished.pop(name)(work)
        if self.busy:
            return TICK_SECONDS
        return IDLE_SECONDS if self.service.state == "ready" else None

    def _arrive(self, run: Run) -> None:
        """The next step of a run whose job is over; with its outcome the run is over too."""
        if self._arriving is None:
            self._arriving = self._steps(run)
        try:
            outcome = next(self._arriving)
        except Exception:
            self.run = self._arriving = None
            raise
        if outcome is not None:
            self.outcome, self._arriving = outcome, None
            self.run = None if self.run is run else self.run

    def _steps(self, run: Run) -> Iterator[Outcome | None]:
        if run.job.state != "done":
            failed = run.job.state != "cancelled"
            yield Outcome(run.job.message or f"the job was {run.job.state}", failed)
        elif run.arrive is not None:
            self.run = None  # it may ask for the next one
            yield run.arrive(run, run.job.results)
        else:
            assert self.deliver is not None
            yield from self.deliver(run, run.job.results)

    def wait(self) -> None:
        """For scripts, where timers never fire: until nothing goes on any more."""
        while self.run is not None or self.background:
            self.tick()
            time.sleep(0.01)

    def stop(self) -> None:
        """End everything: job, background work, service. Nothing is left running."""
        self.cancel()
        for work in self.background.values():
            work.stop()
        self.background.clear()
        self._finished.clear()
        self.stop_service()

    def stop_service(self) -> None:
        """Without waiting, where there is a window: a timer sees to its end. At Blender's own end `graves` does."""
        self.service.stop(wait=1.0 if bpy.app.background else 0.0)
        self._settings = None
        if not bpy.app.background and not bpy.app.timers.is_registered(_tend):
            bpy.app.timers.register(_tend, first_interval=TICK_SECONDS, persistent=True)

    def wake(self) -> None:
        """See that the timer runs."""
        if not bpy.app.background and not bpy.app.timers.is_registered(_on_timer):
            bpy.app.timers.register(_on_timer, first_interval=0.0, persistent=True)


SESSION = Session()


def _tend() -> float | None:
    """The timer of what is to end, until all of it has; it goes on when the extension is disabled."""
    return None if graves.tend() else TICK_SECONDS


def fault_text(fault: Exception) -> str:
    """What is said of a fault that nobody expected."""
    if isinstance(fault, ImportError) and (fault.name or "").partition(".")[0] in LIBRARIES:
        return GONE
    return f"an error in Laban, please report it: {type(fault).__name__}: {fault}"


def _on_timer() -> float | None:
    before = SESSION.outcome, SESSION.service.state, SESSION.busy
    try:
        interval = SESSION.tick()
    except Exception as fault:  # Blender would drop the timer, and the panel would stand still for ever
        traceback.print_exc()
        SESSION.outcome = Outcome(fault_text(fault), True)
        interval = TICK_SECONDS if SESSION.busy else IDLE_SECONDS
    if SESSION.busy or before != (SESSION.outcome, SESSION.service.state, SESSION.busy):
        redraw()
    return interval


def redraw() -> None:
    """Have our panel and the preferences drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in ("VIEW_3D", "PREFERENCES"):
                for region in area.regions:
                    if region.type in ("UI", "WINDOW") and (area.type, region.type) != ("VIEW_3D", "WINDOW"):
                        region.tag_redraw()


@persistent
def _on_history(*_: object) -> None:
    """After undo and redo "Accepted" is not true any more; a kept file is still there to be put on a rig."""
    if SESSION.outcome.file is None:
        SESSION.outcome = Outcome()
    SESSION.search_outcome = Outcome()


@persistent
def _on_file(*_: object) -> None:
    """What was said of another file means nothing in this one."""
    SESSION.outcome = SESSION.search_outcome = Outcome()


HISTORY = (
    (bpy.app.handlers.undo_post, _on_history),
    (bpy.app.handlers.redo_post, _on_history),
    (bpy.app.handlers.load_post, _on_file),
)


def _leave() -> None:
    """At Blender's end, where no timer runs any more."""
    SESSION.cancel()
    for work in SESSION.background.values():
        work.stop()
    SESSION.service.stop(wait=1.0)


def begin(deliver: Delivery) -> None:
    """When the extension is enabled."""
    SESSION.deliver = deliver
    for handlers, handler in HISTORY:
        handlers.append(handler)
    atexit.register(_leave)


def end() -> None:
    """When it is disabled."""
    for handlers, handler in HISTORY:
        if handler in handlers:
            handlers.remove(handler)
    if bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.unregister(_on_timer)
    SESSION.stop()
    SESSION.outcome, SESSION.search_outcome, SESSION.deliver = Outcome(), Outcome(), None
    atexit.unregister(_leave)
