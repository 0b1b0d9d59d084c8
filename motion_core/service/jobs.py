"""Jobs: what was asked for and what has become of it. One table, shared by the server's loop and the workers' threads.

A job asks for `count` results; each of them is a `Slot`. A worker takes slots of its lane, possibly of several jobs, as
one batch. A cancelled job never delivers: whatever a worker still hands in for it is dropped here.
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
from typing import Any

from motion_core.tasks import Request, Sampling, Task, seeds_from

FINAL = ("done", "failed", "cancelled")


class QueueFull(Exception):
    """More results are waiting than the service accepts."""


class Stopped(Exception):
    """Raised inside a sampler's `on_step` when nobody waits for the batch any more."""


@dataclass(frozen=True)
class Limits:
    """What the table holds at most. A finished job goes when it is too old, or when newer ones need its room."""

    queued: int = 256  # results waiting, of a lane
    finished: int = 64  # jobs
    queued_bytes: int = 1024 * 1024 * 1024  # of requests that wait or run
    finished_bytes: int = 256 * 1024 * 1024
    finished_seconds: float = 900.0


@dataclass(frozen=True)
class Content:
    """A finished result, as it is sent."""

    body: bytes
    media_type: str


@dataclass(eq=False)
class Job:
    """One request. `state`: queued, running, done, failed or cancelled. Fields change under the table's lock."""

    model: str
    task: Task
    samplings: list[Sampling]  # one a result
    weight: int = 0  # bytes of memory that the request takes
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: str = "queued"
    message: str = ""
    taken: int = 0  # results handed to a worker so far
    step: int = 0  # network evaluations, summed over the results; of a search: files looked at
    steps: int = 0
    seconds_left: float | None = None
    results: dict[int, Content] = field(default_factory=dict)
    ended: float = math.inf

    @property
    def count(self) -> int:
        return len(self.samplings)

    @property
    def kind(self) -> tuple[Any, ...]:
        """Jobs of one kind can share a batch."""
        return self.model, self.samplings[0].key

    @property
    def size(self) -> int:
        return sum(len(content.body) for content in self.results.values()) + self.weight

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
    """One result of a job: number `index`."""

    job: Job
    index: int

    @property
    def work(self) -> tuple[Task, Sampling]:
        """What an engine is asked."""
        return self.job.task, self.job.samplings[self.index]


class JobTable:
    """All jobs by id. Every method may be called from any thread."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._jobs: dict[str, Job] = {}  # in order of arrival
        self._changed = threading.Condition()
        self._closed = False

    def add(self, request: Request, weight: int = 0) -> Job:
        """Queue a job for a request whose model is decided. weight: bytes of memory it takes. Raises QueueFull."""
        count = request.count
        job = Job(request.model, request.task, seeds_from(request.sampling, count), weight)
        with self._changed:
            waiting = sum(other.count - other.taken for other in self._waiting(job.task.lane))
            if waiting + count > self._limits.queued:
                raise QueueFull(
                    f"{waiting} results are waiting already, the queue holds {self._limits.queued}: "
                    f"try again later or ask for fewer than {count}"
                )
            held = sum(other.weight for other in self._active())
            if held and held + weight > self._limits.queued_bytes:
                raise QueueFull(
                    f"{held >> 20} MiB of requests wait already, the queue holds {self._limits.queued_bytes >> 20}: "
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
        """Its results go at once and never come; a failed job keeps its message."""
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

    # ---- the workers' side

    def take(self, limit: int, lane: str) -> list[Slot]:
        """Wait for work; the next batch of at most `limit` slots of one kind, empty when the table is closed.

        The oldest job of the lane decides the kind. Jobs of that kind take turns, so that one result does not wait for
        another's sixty-four.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting(lane))
            if self._closed:
                return []
            waiting = self._waiting(lane)
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
        before = {job: len(job.results) for job in shares}

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

    def deliver(self, slot: Slot, content: Content) -> None:
        """A finished result; dropped if its job is no longer running."""
        with self._changed:
            job = slot.job
            if job.state == "running":
                job.results[slot.index] = content
                if len(job.results) == job.count:
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

    def _waiting(self, lane: str) -> list[Job]:
        return [job for job in self._active() if job.taken < job.count and job.task.lane == lane]

    def _end(self, job: Job, state: str, message: str = "") -> None:
        job.state, job.message, job.ended = state, message, time.monotonic()
        if state != "done":
            job.results, job.seconds_left = {}, None
        self._prune()

    def _prune(self) -> None:
        """Forget finished jobs beyond the limits, the oldest first; the newest one always stays."""
        over = sorted((job for job in self._jobs.values() if job.state in FINAL), key=lambda job: job.ended)
        room, oldest = self._limits.finished_bytes, time.monotonic() - self._limits.finished_seconds
        for rank, job in enumerate(reversed(over)):
            room -= job.size
            if (rank and room < 0) or rank >= self._limits.finished or job.ended < oldest:
                del self._jobs[job.id]
