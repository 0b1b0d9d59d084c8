"""Jobs: what was asked for and what has become of it. One table, shared by the server's loop and the workers' threads.

A job asks for `count` results; each of them is a `Slot`. A worker takes slots of its lane, possibly of several jobs, as
one batch. A cancelled job never delivers: whatever a worker still hands in for it is dropped here. Results wait on a
shelf until they were fetched.
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

from motion_core.service.shelf import Content, Kept, Shelf
from motion_core.tasks import Request, Sampling, Task, seeds_from

FINAL = ("done", "failed", "cancelled")


class QueueFull(Exception):
    """More results are waiting than the service accepts."""


class Stopped(Exception):
    """Raised inside a sampler's `on_step` when nobody waits for the batch any more."""


@dataclass(frozen=True)
class Limits:
    """What the table holds at most. Results are kept until they were fetched: where they fill their room, no job is
    taken until some of them have been.
    """

    queued: int = 256  # results waiting, of a lane
    queued_bytes: int = 1024 * 1024 * 1024  # of requests that wait or run
    finished_bytes: int = 1024 * 1024 * 1024  # of results, on disk
    finished_seconds: float = 3600.0  # for which a result waits to be fetched
    fetched_seconds: float = 120.0  # for which it may be fetched again
    ended: int = 1000  # jobs that failed or were cancelled, of which it is still said why


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
    results: dict[int, Kept] = field(default_factory=dict)
    fetched: set[int] = field(default_factory=set)  # which of them
    ended: float = math.inf
    kept_until: float = math.inf

    @property
    def count(self) -> int:
        return len(self.samplings)

    @property
    def kind(self) -> tuple[Any, ...]:
        """Jobs of one kind can share a batch."""
        return self.model, self.samplings[0].key

    @property
    def size(self) -> int:
        """Bytes of its results."""
        return sum(kept.size for kept in self.results.values())

    @property
    def kept_seconds(self) -> float | None:
        """For how long its results, or what it failed of, are still kept; None before its end."""
        return None if self.state not in FINAL else max(0.0, round(self.kept_until - time.monotonic(), 1))

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "state": self.state,
            "step": self.step,
            "steps": self.steps,
            "seconds_left": None if self.seconds_left is None else round(self.seconds_left, 2),
            "message": self.message,
            "count": self.count,
            "kept_seconds": self.kept_seconds,
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

    def __init__(self, limits: Limits | None = None, shelf: Shelf | None = None) -> None:
        self.limits = limits or Limits()
        self._shelf = shelf or Shelf()
        self._live: dict[str, Job] = {}  # queued and running, in order of arrival
        self._kept: dict[str, Job] = {}  # done, in order of their end
        self._fetched: dict[str, Job] = {}  # those of them that were fetched whole, in order of that
        self._ended: dict[str, Job] = {}  # failed and cancelled, in order of their end
        self._kept_bytes = 0
        self._changed = threading.Condition()
        self._closed = False

    def add(self, request: Request, weight: int = 0) -> Job:
        """Queue a job for a request whose model is decided. weight: bytes of memory it takes. Raises QueueFull."""
        job = Job(request.model, request.task, seeds_from(request.sampling, request.count), weight)
        with self._changed:
            self._prune()
            self._check_room(job)
            self._live[job.id] = job
            self._changed.notify_all()
        return job

    def _check_room(self, job: Job) -> None:
        limits, count = self.limits, job.count
        waiting = sum(other.count - other.taken for other in self._waiting(job.task.lane))
        if waiting + count > limits.queued:
            raise QueueFull(
                f"{waiting} results are waiting already, the queue holds {limits.queued}: "
                f"try again later or ask for fewer than {count}"
            )
        held = sum(other.weight for other in self._live.values())
        if held and held + job.weight > limits.queued_bytes:
            raise QueueFull(
                f"{held >> 20} MiB of requests wait already, the queue holds {limits.queued_bytes >> 20}: "
                "try again later or send less"
            )
        if self._kept_bytes > limits.finished_bytes:
            raise QueueFull(
                f"{self._kept_bytes >> 20} MiB of results wait to be fetched: fetch them, or DELETE their jobs"
            )

    def find(self, job_id: str) -> Job | None:
        with self._changed:
            self._prune()
            return self._live.get(job_id) or self._kept.get(job_id) or self._ended.get(job_id)

    def note_fetched(self, job: Job, index: int) -> None:
        """A result has been sent. Once all have been, they are kept for a moment only."""
        with self._changed:
            job.fetched.add(index)
            if len(job.fetched) == job.count and job.id in self._kept:
                job.kept_until = min(job.kept_until, time.monotonic() + self.limits.fetched_seconds)
                self._fetched.setdefault(job.id, job)

    def cancel(self, job: Job) -> None:
        """Its results go at once and never come; a failed job keeps its message."""
        with self._changed:
            if job.state != "failed":
                self._end(job, "cancelled")

    def close(self) -> None:
        """Cancel everything; `take` returns nothing from now on."""
        with self._changed:
            self._closed = True
            for job in list(self._live.values()):
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
        kept, job = self._shelf.put(content), slot.job  # a disk may be slow: not under the lock
        with self._changed:
            if job.state != "running":
                kept.remove()
                return
            job.results[slot.index] = kept
            self._kept_bytes += kept.size
            if len(job.results) == job.count:
                job.seconds_left = 0.0
                self._end(job, "done")

    def fail(self, slots: list[Slot], message: str) -> None:
        with self._changed:
            for slot in slots:
                if slot.job.state in ("queued", "running"):
                    self._end(slot.job, "failed", message)

    # ---- under the lock

    def _waiting(self, lane: str) -> list[Job]:
        return [job for job in self._live.values() if job.taken < job.count and job.task.lane == lane]

    def _end(self, job: Job, state: str, message: str = "") -> None:
        for place in (self._live, self._kept, self._fetched, self._ended):
            place.pop(job.id, None)
        job.state, job.message, job.ended = state, message, time.monotonic()
        job.kept_until = job.ended + self.limits.finished_seconds
        if state == "done":
            self._kept[job.id] = job
        else:
            self._ended[job.id] = job
            self._clear(job)
            job.seconds_left = None
        self._prune()

    def _clear(self, job: Job) -> None:
        """Take its results off the shelf."""
        self._kept_bytes -= job.size
        for kept in job.results.values():
            kept.remove()
        job.results = {}

    def _prune(self) -> None:
        """Forget what is over and too old, and what was fetched where its room is needed. The oldest come first."""
        now, limits = time.monotonic(), self.limits
        while (job := _first(self._fetched)) and (
            job.kept_until < now or self._kept_bytes > limits.finished_bytes
        ):
            self._forget(job)
        while (job := _first(self._kept)) and job.ended + limits.finished_seconds < now:
            self._forget(job)
        while (job := _first(self._ended)) and (job.kept_until < now or len(self._ended) > limits.ended):
            self._forget(job)

    def _forget(self, job: Job) -> None:
        for place in (self._kept, self._fetched, self._ended):
            place.pop(job.id, None)
        self._clear(job)


def _first(jobs: dict[str, Job]) -> Job | None:
    return next(iter(jobs.values()), None)
