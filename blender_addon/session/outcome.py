"""A motion under way: where it shall go, its job, and what the panel says at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..backend.client import Job
from ..backend.http_response import Response


@dataclass(frozen=True)
class Place:
    """Where a motion shall go. It holds no Blender object, so it survives undo and renaming."""

    scene: int  # `session_uid` of the scene
    rig: int  # `session_uid` of the armature object
    rig_name: str  # for messages
    start_frame: int
    extend_range: bool  # whether the scene's end may move out
    trial: bool = False  # whether the result has to be accepted
    also: tuple[tuple[int, str], ...] = ()  # (`session_uid`, name) of other rigs that get the same motion


@dataclass(frozen=True)
class Whole:
    """Several jobs, one after the other, that are one thing for the user."""

    done: int  # jobs before this one
    jobs: int  # in all
    began: float  # when the first one did, seconds


@dataclass
class Run:
    """A job under way. It keeps no Blender object."""

    job: Job
    place: Place
    title: str
    seed: int
    began: float = field(default_factory=time.monotonic)  # seconds
    arrive: Arrival | None = None  # what happens with its results; None: `Session.deliver`
    whole: Whole | None = None  # what it is a part of; None: it is all
    share: float = 0.0  # how far all of it is, from 0 to 1; it never falls

    def look(self) -> None:
        """Sees how far the job is. Jobs do not know all of their steps at the beginning."""
        whole = self.whole or Whole(0, 1, self.began)
        self.share = max(self.share, min((whole.done + self.job.progress) / whole.jobs, 1.0))

    @property
    def seconds_left(self) -> float | None:
        """Of all of it; None where it cannot be told yet."""
        if self.whole is None:
            return self.job.seconds_left
        if self.share <= 0:
            return None
        return (time.monotonic() - self.whole.began) * (1 / self.share - 1)


@dataclass(frozen=True)
class Outcome:
    """What the panel says about the last thing that ended."""

    text: str = ""
    failed: bool = False
    file: Path | None = None  # a motion that is kept as a file but is on no rig
    partly: bool = False  # what came is not all that was asked for: a pin is missed, nobody sits down

    @property
    def icon(self) -> str:
        return "ERROR" if self.failed or self.partly else "CHECKMARK"


Results = list[Response]  # the answers that carry the results of a run, one each
Arrival = Callable[[Run, Results], Outcome]
Delivery = Callable[[Run, Results], Iterator[Outcome | None]]  # the same in steps; the last gives the outcome
