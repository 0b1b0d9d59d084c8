"""A motion of which parts are given: kept spans, pins, a path. The rest is made, with or without words."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from motion_core.tasks.checks import (
    MAX_SECONDS,
    MIN_SECONDS,
    TaskError,
    check_kind,
    check_list,
    check_motion,
    check_number,
    check_span,
    frames_in,
)
from motion_core.tasks.pins_and_paths import CleanUp, FollowPath, Pin
from motion_core.tasks.task import Task, clean_from_json, path_from_json, pins_from_json

if TYPE_CHECKING:
    from motion_core.body.motion import Motion


@dataclass(frozen=True, eq=False)
class Complete(Task):
    """What is missing of a motion. Raises TaskError for a field that makes no sense."""

    name = "complete"
    motions = ("motion",)
    readers = {"pins": pins_from_json, "path": path_from_json, "clean": clean_from_json}  # noqa: RUF012

    # The given motion; None makes everything, within pins and path.
    motion: Motion | None = None
    # Spans (start, stop) of its frames that stay exactly as they are.
    keep: tuple[tuple[int, int], ...] = ()
    text: str | None = None
    # Length of the result, whose first frame is the motion's; None: as long as the motion.
    seconds: float | None = None
    # Whether the end leads back into the beginning.
    loop: bool = False
    # Whether a loop goes on its way, or comes back to the spot.
    travel: bool = True
    pins: tuple[Pin, ...] = ()
    path: FollowPath | None = None
    # What is tidied in the free frames.
    clean: CleanUp | None = None

    def __post_init__(self) -> None:
        self._check_text()
        check_kind("loop", self.loop, bool)
        check_kind("travel", self.travel, bool)
        check_kind("path", self.path, FollowPath)
        check_kind("clean", self.clean, CleanUp)
        self._set("keep", check_list("keep", self.keep))
        if self.motion is not None:
            check_motion("the motion to complete", self.motion)
            frames = len(self.motion)
            keep = tuple(check_span(f"kept span {n}", span, frames) for n, span in enumerate(self.keep))
            self._set("keep", keep)
        elif self.keep:
            raise TaskError("frames are to be kept, but no motion is given: give the motion they are in")
        if self.seconds is not None:
            self._set("seconds", check_number("seconds", self.seconds, MIN_SECONDS, MAX_SECONDS))
        elif self.motion is None:
            raise TaskError("neither a motion nor seconds are given: say how long the result shall be")
        self._set("pins", check_list("pins", self.pins))
        for pin in self.pins:
            if not isinstance(pin, Pin):
                raise TaskError(f"a pin is {reprlib.repr(pin)}: give a Pin")
        self._check_sense()

    @property
    def length(self) -> float:
        if self.seconds is not None:
            return self.seconds
        assert self.motion is not None
        return self.motion.seconds

    def _check_sense(self) -> None:
        kept = frames_in(self.keep)
        length = self.length
        longer = self.motion is None or length > self.motion.seconds
        if self.motion is not None and kept == len(self.motion) and not (self.loop or longer):
            raise TaskError(
                "all frames are kept: there is nothing to make; keep fewer, or ask for more seconds"
            )
        for pin in self.pins:
            if pin.start > length:
                raise TaskError(
                    f"the pin of {pin.joint} begins at {pin.start:g} s, the motion ends at {length:g} s"
                )
        if self.path is not None and self.path.seconds is not None and self.path.seconds[-1] > length + 1e-6:
            raise TaskError(
                f"the path ends at {self.path.seconds[-1]:g} s, the motion at {length:g} s: ask for more seconds"
            )
