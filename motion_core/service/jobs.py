"""Jobs: what was asked for and what has become of it. One table, shared by the server's loop and the runner's thread.

A job asks for `count` motions; each of them is a `Slot`. The runner takes slots, possibly of several jobs, as one
batch. A cancelled job never delivers: whatever the runner still hands in for it is dropped here.
"""

from __future__ import annotations

import itertools
import math
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from motion_core.generators.model_choice import spread
from motion_core.tasks import Sampling

FINAL = ("done", "failed", "cancelled")


class QueueFull(Exception):
    """More motions are waiting than the service accepts."""


class Stopped(Exception):
    """Raised inside a sampler's `on_step` when nobody waits for the batch any more."""


@dataclass(frozen=True)
class Limits:
    """What the table holds at most. A finished job goes when it is too old, or when newer ones need its room."""

    queued: int = 256  # motions waiting
    finished: int = 64  # jobs
    queued_bytes: int = 1024 * 1024 * 1024  # of motions that came with what waits or runs
    finished_bytes: int = 256 * 1024 * 1024
    finished_seconds: float = 900.0


@dataclass(eq=False)
class Job:
    """One request. `state`: queued, running, done, failed or cancelled. Fields change under the table's lock."""

    model: str
    task: Any
    samplings: list[Sampling]  # one a motion
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: str = "queued"
    message: str = ""
    taken: int = 0  # motions handed to the runner so far
    step: int = 0  # network evaluations, summed over the motions; of a search: files looked at
    steps: int = 0
    seconds_left: float | None = None
    motions: dict[int, bytes] = field(default_factory=dict)  # of a search: its answer, as JSON
    ended: float = math.inf

    @property
    def count(self) -> int:
        return len(self.samplings)

    @property
    def kind(self) -> tuple[Any, ...]:
        """Jobs of one kind can share a batch."""
        first = self.samplings[0]
        return self.model, first.steps, first.guidance

    @property
    def size(self) -> int:
        return sum(len(content) for content in self.motions.values()) + self.given

    @cached_property
    def given(self) -> int:
        """Bytes of the motion that came with the task."""
        motions = (getattr(self.task, name, None) for name in ("motion", "start"))
        return sum(m.trans.nbytes + m.rotations.nbytes for m in motions if m is not None)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "state": self.state,
            "step": self.step,
            "steps": self.steps,
            "seconds_left": None if self.seconds_left is None else round(self.seconds_left, 2),
            "message": self.message,
            "count": self.count,
        }


@dataclass(frozen=True, eq=False)
class Slot:
    """One motion of a job: request number `index`."""

    job: Job
    index: int

    @property
    def request(self) -> tuple[Any, Sampling]:
        return self.job.task, self.job.samplings[self.index]


class JobTable:
    """All jobs by id. Every method may be called from any thread."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._jobs: dict[str, Job] = {}  # in order of arrival
        self._changed = threading.Condition()
        self._closed = False

    def add(self, model: str, task: Any, sampling: Sampling, count: int) -> Job:
        """Queue a job. Raises QueueFull."""
        job = Job(model, task, spread(sampling, count))
        with self._changed:
            waiting = sum(other.count - other.taken for other in self._active())
            if waiting + count > self._limits.queued:
                raise QueueFull(
                    f"{waiting} motions are waiting already, the queue holds {self._limits.queued}: "
                    f"try again later or ask for fewer than {count}"
                )
            held = sum(other.given for other in self._active())
            if held and held + job.given > self._limits.queued_bytes:
                raise QueueFull(
                    f"{held >> 20} MiB of motion wait already, the queue holds {self._limits.queued_bytes >> 20}: "
                    "try again later or send less"
                )
            self._prune()
            self._jobs[job.id] = job
            self._changed.notify_all()
        return job

    def find(self, job_id: str) -> Job | None:
        with self._changed:
            self._prune()
            return self._jobs.get(job_id)

    def cancel(self, job: Job) -> None:
        """Its motions go at once and never come; a failed job keeps its message."""
        with self._changed:
            if job.state != "failed":
                self._end(job, "cancelled")

    def close(self) -> None:
        """Cancel everything; `take` returns nothing from now on."""
        with self._changed:
            self._closed = True
            for job in self._active():
                self._end(job, "cancelled")
            self._changed.notify_all()

    # ---- the runner's side

    def take(self, limit: int) -> list[Slot]:
        """Wait for work; the next batch of at most `limit` slots of one kind, empty when the table is closed.

        The oldest job decides the kind. Jobs of that kind take turns, so that one motion does not wait for
        another's sixty-four.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting())
            if self._closed:
                return []
            waiting = self._waiting()
            alike = [job for job in waiting if job.kind == waiting[0].kind]
            rounds = itertools.zip_longest(
                *([Slot(job, index) for index in range(job.taken, job.count)] for job in alike)
            )
            slots = [slot for turn in rounds for slot in turn if slot is not None][:limit]
            for slot in slots:
                slot.job.taken += 1
                slot.job.state = "running"
            return slots

    @contextmanager
    def progress(self, slots: list[Slot]) -> Iterator[Any]:
        """Gives the `on_step(k, n)` of one run over these slots; it raises Stopped when all their jobs are over."""
        begun = time.monotonic()
        shares = {job: [s.job for s in slots].count(job) for job in dict.fromkeys(s.job for s in slots)}
        before = {job: len(job.motions) for job in shares}

        def on_step(k: int, n: int) -> None:
            pace = (time.monotonic() - begun) / max(k, 1)  # seconds a step of the whole batch
            with self._changed:
                wanted = [job for job in shares if job.state == "running"]
                for job in wanted:
                    job.steps = n * job.count
                    job.step = n * before[job] + k * shares[job]
                    job.seconds_left = pace * (job.steps - job.step) / shares[job] if k else None
            if not wanted:
                raise Stopped

        yield on_step

    def deliver(self, slot: Slot, content: bytes) -> None:
        """A finished motion; dropped if its job is no longer running."""
        with self._changed:
            job = slot.job
            if job.state == "running":
                job.motions[slot.index] = content
                if len(job.motions) == job.count:
                    job.seconds_left = 0.0
                    self._end(job, "done")

    def fail(self, slots: list[Slot], message: str) -> None:
        with self._changed:
            for slot in slots:
                if slot.job.state in ("queued", "running"):
                    self._end(slot.job, "failed", message)

    # ---- under the lock

    def _active(self) -> list[Job]:
        return [job for job in self._jobs.values() if job.state in ("queued", "running")]

    def _waiting(self) -> list[Job]:
        return [job for job in self._active() if job.taken < job.count]

    def _end(self, job: Job, state: str, message: str = "") -> None:
        job.state, job.message, job.ended = state, message, time.monotonic()
        if state != "done":
            job.motions, job.seconds_left = {}, None
        self._prune()

    def _prune(self) -> None:
        """Forget finished jobs beyond the limits, the oldest first; the newest one always stays."""
        over = sorted((job for job in self._jobs.values() if job.state in FINAL), key=lambda job: job.ended)
        room, oldest = self._limits.finished_bytes, time.monotonic() - self._limits.finished_seconds
        for rank, job in enumerate(reversed(over)):
            room -= job.size
            if (rank and room < 0) or rank >= self._limits.finished or job.ended < oldest:
                del self._jobs[job.id]
