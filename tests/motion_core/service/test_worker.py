"""A worker takes the jobs of its lane, one batch after the other; a bad request harms nobody else's."""

from __future__ import annotations

import time

import pytest

from motion_core.results import Words
from motion_core.service.jobs import Job, JobTable
from motion_core.service.worker import Worker, fault_text
from motion_core.tasks import Generate, Request, Sampling, Search

WALK, BAD = Generate(text="walk"), Generate(text="a bad one")


class Scribe:
    """An engine that writes down what it is asked; it cannot do a task whose text is bad."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def run_batch(self, jobs, on_step=None):
        self.batches.append([task.text for task, _ in jobs])
        for k in (1, 2):
            on_step(k, 2)
        if any("bad" in task.text for task, _ in jobs):
            raise ValueError("that is bad")
        return [Words((task.text, str(sampling.seed))) for task, sampling in jobs]


class Desk(Worker):
    """A worker of one engine, in batches of three."""

    lane = "motion"

    def __init__(self, table: JobTable) -> None:
        super().__init__(table)
        self.scribe, self.states, self.models = Scribe(), [], []

    def batch_size(self) -> int:
        return 3

    def begin(self) -> None:
        self.states.append("begun")

    def note_state(self, state: str) -> None:
        self.states.append(state)

    def engine(self, model: str):
        self.models.append(model)
        return self.scribe


@pytest.fixture
def desk():
    worker = Desk(JobTable())
    yield worker
    worker._table.close()
    if worker._thread.ident is not None:
        assert worker.join(10)


def over(desk: Desk, *jobs: Job) -> None:
    desk.start()
    end = time.monotonic() + 10
    while any(job.state in ("queued", "running") for job in jobs):
        assert time.monotonic() < end
        time.sleep(0.002)


def add(desk: Desk, task=WALK, count: int = 1, seed: int = 0) -> Job:
    return desk._table.add(Request(task, Sampling(seed), "any", count))


def test_results_come_in_batches_with_their_media_type(desk):
    job = add(desk, count=4, seed=7)
    over(desk, job)
    assert job.state == "done" and [len(batch) for batch in desk.scribe.batches] == [3, 1]
    assert job.results[3].read() == Words(("walk", "10")).to_bytes()
    assert {content.media_type for content in job.results.values()} == {Words.media_type}
    assert desk.states[:3] == ["begun", "running", "ready"] and set(desk.models) == {"any"}


def test_a_bad_request_is_tried_alone_and_the_rest_is_done(desk):
    first, bad, last = add(desk), add(desk, BAD), add(desk)
    over(desk, first, bad, last)
    assert [job.state for job in (first, bad, last)] == ["done", "failed", "done"]
    assert bad.message == "that is bad" and not bad.results
    assert desk.scribe.batches == [["walk", "a bad one", "walk"], ["walk"], ["a bad one"], ["walk"]]


def test_all_results_of_a_bad_job_fail_at_once(desk):
    bad = add(desk, BAD, count=2)
    over(desk, bad)
    assert bad.state == "failed" and len(desk.scribe.batches) == 1


def test_jobs_of_another_lane_are_left_for_their_worker(desk):
    search, walk = add(desk, Search("bow", "/x")), add(desk)
    over(desk, walk)
    assert walk.state == "done" and search.state == "queued"


def test_a_job_that_nobody_waits_for_stops_the_batch_and_the_worker_goes_on(desk):
    job = add(desk)
    run = desk.scribe.run_batch

    def cancelled(jobs, on_step):
        desk._table.cancel(job)
        return run(jobs, on_step)

    desk.scribe.run_batch = cancelled
    over(desk, job)
    assert job.state == "cancelled" and not job.results
    desk.scribe.run_batch = run
    later = add(desk)
    end = time.monotonic() + 10
    while later.state != "done" and time.monotonic() < end:
        time.sleep(0.002)
    assert later.state == "done"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (ValueError("seconds is 0"), "seconds is 0"),
        (FileNotFoundError("no such folder"), "no such folder"),
        (ValueError(), "ValueError: "),
        (RuntimeError("wires crossed"), "RuntimeError: wires crossed"),
        (KeyError("text"), "KeyError: 'text'"),
    ],
)
def test_a_fault_in_a_sentence(fault, words):
    assert fault_text(fault) == words
