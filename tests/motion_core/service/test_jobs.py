from __future__ import annotations

import threading
import time

import pytest
from editing_motions import swaying

from motion_core.service.jobs import Content, JobTable, Limits, QueueFull, Stopped
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


@pytest.mark.parametrize(
    ("limits", "kept"),
    [(Limits(finished=2), 2), (Limits(finished_bytes=250), 2), (Limits(finished_bytes=50), 1)],
)
def test_finished_jobs_are_forgotten_oldest_first(limits, kept):
    table, jobs = JobTable(limits), []
    for _ in range(4):
        jobs.append(table.add(Request(WALK, Sampling(), "mdm")))
        table.deliver(table.take(1, "motion")[0], content(bytes(100)))
    assert [table.find(job.id) for job in jobs] == [None] * (4 - kept) + jobs[4 - kept :]


def test_finished_jobs_are_forgotten_with_time():
    table = JobTable(Limits(finished_seconds=0.05))
    done, waiting = table.add(Request(WALK, Sampling(), "mdm")), table.add(Request(WALK, Sampling(), "mdm"))
    table.deliver(table.take(1, "motion")[0], content(b"motion"))
    assert table.find(done.id) is done
    time.sleep(0.06)
    assert table.find(done.id) is None and table.find(waiting.id) is waiting


FEW = Sampling(5, {"steps": 2})


def test_motions_that_wait_have_a_limit():
    given = swaying(0, 100)
    table = JobTable(Limits(queued_bytes=60_000))
    task = Complete(given, keep=((0, 5),))
    table.add(Request(task, FEW, "mdm"))
    with pytest.raises(QueueFull, match="MiB of motion"):
        table.add(Request(task, FEW, "mdm"))
