from __future__ import annotations

import threading
import time

import pytest
from editing_motions import swaying

from motion_core.service.jobs import Job, JobTable, Limits, QueueFull, Stopped
from motion_core.service.shelf import Content, Shelf
from motion_core.tasks import MAX_SEED, Complete, Generate, Request, Sampling

WALK = Generate(text="walk")


def content(body: bytes) -> Content:
    return Content(body, "application/octet-stream")


def test_counted_jobs_get_neighbouring_seeds():
    table = JobTable()
    job = table.add(Request(WALK, Sampling(seed=MAX_SEED - 2), "mdm", 3))
    seeds = [MAX_SEED - 2, MAX_SEED - 1, MAX_SEED]
    assert [s.seed for s in job.samplings] == seeds
    assert [slot.work[1].seed for slot in table.take(8, "motion")] == seeds


def test_a_batch_takes_one_kind_and_lets_jobs_take_turns():
    table = JobTable()
    big = table.add(Request(WALK, Sampling(), "mdm", 5))
    other = table.add(Request(Generate(action="walk"), Sampling(), "mdm-action"))
    steps = table.add(Request(WALK, Sampling(settings={"steps": 4}), "mdm"))
    small = table.add(Request(WALK, Sampling(seed=9), "mdm"))
    taken = [[(slot.job, slot.index) for slot in table.take(3, "motion")] for _ in range(4)]
    assert taken == [
        [(big, 0), (small, 0), (big, 1)],
        [(big, 2), (big, 3), (big, 4)],
        [(other, 0)],
        [(steps, 0)],
    ]


def test_take_waits_for_work_and_ends_when_closed():
    table, found = JobTable(), []

    def work() -> None:
        while not found or found[-1]:
            found.append(table.take(4, "motion"))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    job = table.add(Request(WALK, Sampling(), "mdm"))
    end = time.monotonic() + 5
    while not found and time.monotonic() < end:
        time.sleep(0.001)
    table.close()
    thread.join(5)
    assert [[slot.job for slot in slots] for slots in found] == [[job], []]
    assert job.state == "cancelled"


def test_progress_counts_network_evaluations_over_all_motions():
    table = JobTable()
    job, single = table.add(Request(WALK, Sampling(), "mdm", 3)), table.add(Request(WALK, Sampling(), "mdm"))
    slots = table.take(3, "motion")  # job 0, single 0, job 1
    with table.progress(slots) as on_step:
        time.sleep(0.01)
        on_step(2, 10)
    assert (job.step, job.steps, single.step, single.steps) == (4, 30, 2, 10)
    # single: 8 of 10 steps are left at the measured pace; job: 26 of its 30, two of them in each step
    assert single.seconds_left == pytest.approx(job.seconds_left * 8 / 13)
    assert single.seconds_left >= 0.04
    for slot in slots:
        table.deliver(slot, content(b"motion"))
    assert (job.state, single.state) == ("running", "done")
    rest = table.take(3, "motion")
    with table.progress(rest) as on_step:
        on_step(5, 10)
    assert job.step == 25
    table.deliver(rest[0], content(b"last"))
    assert job.state == "done" and sorted(job.results) == [0, 1, 2]


def test_a_cancelled_job_never_delivers_and_the_last_one_stops_the_batch():
    table = JobTable()
    one, two = table.add(Request(WALK, Sampling(), "mdm")), table.add(Request(WALK, Sampling(), "mdm"))
    slots = table.take(4, "motion")
    with table.progress(slots) as on_step:
        table.cancel(one)
        on_step(1, 5)  # the other still wants its motion
        table.cancel(two)
        with pytest.raises(Stopped):
            on_step(2, 5)
    for slot in slots:
        table.deliver(slot, content(b"late"))
    table.fail(slots, "late too")
    assert [(job.state, job.results, job.message) for job in (one, two)] == [("cancelled", {}, "")] * 2


def test_cancel_takes_back_a_finished_motion_but_keeps_a_failure():
    table = JobTable()
    good, bad = table.add(Request(WALK, Sampling(), "mdm")), table.add(Request(WALK, Sampling(), "mdm"))
    slots = table.take(2, "motion")
    table.deliver(slots[0], content(b"motion"))
    table.fail(slots[1:], "too long")
    table.cancel(good)
    table.cancel(bad)
    assert (good.state, good.results) == ("cancelled", {})
    assert (bad.state, bad.message) == ("failed", "too long")


def test_a_queued_job_that_is_cancelled_is_not_taken():
    table = JobTable()
    table.cancel(table.add(Request(WALK, Sampling(), "mdm")))
    kept = table.add(Request(WALK, Sampling(), "mdm"))
    assert [slot.job for slot in table.take(4, "motion")] == [kept]


def test_the_queue_has_an_end():
    table = JobTable(Limits(queued=4))
    table.add(Request(WALK, Sampling(), "mdm", 3))
    with pytest.raises(QueueFull, match="3 results are waiting already, the queue holds 4"):
        table.add(Request(WALK, Sampling(), "mdm", 2))
    table.take(3, "motion")
    table.add(Request(WALK, Sampling(), "mdm", 4))


def finish(table: JobTable, size: int = 100) -> Job:
    """A job that is done, with a result of so many bytes."""
    job = table.add(Request(WALK, Sampling(), "mdm"))
    table.deliver(table.take(1, "motion")[0], content(bytes(size)))
    assert job.state == "done"
    return job


def files(folder) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_results_are_kept_until_they_are_fetched(tmp_path):
    table = JobTable(shelf=Shelf(tmp_path))
    jobs = [finish(table) for _ in range(500)]
    for _ in range(1500):  # neither failures nor cancelled jobs push results out
        table.cancel(table.add(Request(WALK, Sampling(), "mdm")))
    assert all(table.find(job.id) is job and job.results[0].read() == bytes(100) for job in jobs)
    assert files(tmp_path) == 500


def test_results_that_nobody_fetches_hold_new_jobs_up_and_those_fetched_make_room(tmp_path):
    table = JobTable(Limits(finished_bytes=250_000), Shelf(tmp_path))
    first, second, third = (finish(table, 100_000) for _ in range(3))
    with pytest.raises(QueueFull, match="of results wait to be fetched: fetch them, or DELETE their jobs"):
        finish(table)
    table.note_fetched(second, 0)
    fourth = finish(table)
    assert table.find(second.id) is None and files(tmp_path) == 3
    assert [table.find(job.id) for job in (first, third, fourth)] == [first, third, fourth]
    table.cancel(first)
    assert files(tmp_path) == 2 and first.results == {}


def test_a_fetched_result_may_be_fetched_again_for_a_moment(tmp_path):
    table = JobTable(Limits(fetched_seconds=0.05), Shelf(tmp_path))
    job = finish(table)
    assert 3590 < job.to_json()["kept_seconds"] <= 3600
    table.note_fetched(job, 0)
    assert table.find(job.id) is job and job.to_json()["kept_seconds"] <= 0.05
    time.sleep(0.06)
    assert table.find(job.id) is None and files(tmp_path) == 0


def test_finished_jobs_are_forgotten_with_time(tmp_path):
    table = JobTable(Limits(finished_seconds=0.05), Shelf(tmp_path))
    waiting = table.add(Request(WALK, Sampling(), "mdm", 2))
    table.take(1, "motion")
    table.cancel(lost := table.add(Request(WALK, Sampling(), "mdm")))
    assert table.find(lost.id) is lost
    time.sleep(0.06)
    assert table.find(lost.id) is None and table.find(waiting.id) is waiting


def test_looking_at_a_job_costs_the_same_among_thousands(tmp_path):
    table = JobTable(Limits(queued=10_000), Shelf(tmp_path))
    jobs = [table.add(Request(WALK, Sampling(), "mdm")) for _ in range(5000)]
    for job in jobs:
        table.cancel(job)
    begun = time.thread_time()
    for _ in range(2000):
        table.find(jobs[-1].id)
    assert time.thread_time() - begun < 0.5


FEW = Sampling(5, {"steps": 2})


def test_the_memory_of_requests_that_wait_has_a_limit():
    table = JobTable(Limits(queued_bytes=60_000))
    request = Request(Complete(swaying(0, 100), keep=((0, 5),)), FEW, "mdm")
    table.add(request, 50_000)
    with pytest.raises(QueueFull, match="MiB of requests"):
        table.add(request, 50_000)
