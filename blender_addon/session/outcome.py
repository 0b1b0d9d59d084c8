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


@dataclass
class Run:
    """A job under way. It keeps no Blender object."""

    job: Job
    place: Place
    title: str
    seed: int
    began: float = field(default_factory=time.monotonic)  # seconds
    arrive: Arrival | None = None  # what happens with its results; None: `Session.deliver`


@dataclass(frozen=True)
class Outcome:
    """What the panel says about the last thing that ended."""

    text: str = ""
    failed: bool = False
    file: Path | None = None  # a motion that is kept as a file but is on no rig


Results = list[Response]  # the answers that carry the results of a run, one each
Arrival = Callable[[Run, Results], Outcome]
Delivery = Callable[[Run, Results], Iterator[Outcome | None]]  # the same in steps; the last gives the outcome
