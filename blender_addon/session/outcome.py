"""A motion under way: where it shall go, what is known of the job, and what the panel says when it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..backend.client import Job


@dataclass(frozen=True)
class Place:
    """Where a motion shall go. Numbers are `ID.session_uid`; `rig_name` is for messages. trial: to be accepted."""

    scene: int
    rig: int
    rig_name: str
    start_frame: int
    extend_range: bool
    trial: bool = False


@dataclass
class Run:
    """A job under way. arrive: what happens with its results; None: `Session.deliver`. It keeps no Blender object."""

    job: Job
    place: Place
    title: str
    seed: int
    began: float = field(default_factory=time.monotonic)
    arrive: Arrival | None = None


@dataclass(frozen=True)
class Outcome:
    """What the panel says about the last thing that ended. `file`: a motion that is kept but on no rig."""

    text: str = ""
    failed: bool = False
    file: Path | None = None


Arrival = Callable[["Run", list[bytes]], "Outcome"]
