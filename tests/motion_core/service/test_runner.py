from __future__ import annotations

import time

import numpy as np
import pytest
from tiny_mdm import save_tiny_dit

from motion_core.formats.npz import bytes_to_motion
from motion_core.generators import load_generator
from motion_core.service.jobs import Job, JobTable
from motion_core.service.runner import Runner
from motion_core.tasks import Generate, Request, Sampling

WAVE = Generate(text="a person waves", seconds=1.0)
TWO = Sampling(3, {"steps": 2})


@pytest.fixture
def table() -> JobTable:
    return JobTable()


@pytest.fixture(autouse=True)
def _tiny_weights(weights, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(weights))


def finish(table: JobTable, runner: Runner, *jobs: Job) -> None:
    """Start the runner on what is queued, wait for these jobs, end the runner."""
    runner.start()
    end = time.monotonic() + 60
    while any(job.state in ("queued", "running") for job in jobs):
        assert time.monotonic() < end
        time.sleep(0.005)
    kept = [(job.state, job.message, dict(job.results)) for job in jobs]
    table.close()
    assert runner.join(10)
    assert kept == [(job.state, job.message, job.results) for job in jobs]


def test_a_seed_gives_the_same_motion_alone_and_in_a_batch(table):
    short = Generate(text="a person waves", seconds=0.6)
    jobs = [
        table.add(Request(task, Sampling(seed, {"steps": 2}), "mdm", count))
        for task, seed, count in ((short, 1, 1), (WAVE, 3, 1), (WAVE, 2, 2))
    ]
    finish(table, Runner(table, device="cpu"), *jobs)
    alone = load_generator("mdm", device="cpu").run(WAVE, TWO)
    for content in (jobs[1].results[0], jobs[2].results[1]):  # seed 3 is the second of 2, 3
        batched = bytes_to_motion(content.read())
        np.testing.assert_allclose(batched.trans, alone.trans, atol=1e-5)
        np.testing.assert_allclose(batched.joints(), alone.joints(), atol=1e-4)
        assert batched.meta["seed"] == 3
    assert not np.allclose(bytes_to_motion(jobs[2].results[0].read()).joints(), alone.joints(), atol=1e-2)


def test_one_bad_request_does_not_spoil_the_batch(table):
    first = table.add(Request(WAVE, Sampling(1, {"steps": 2}), "mdm"))
    bad = table.add(Request(Generate(action="wave"), TWO, "mdm", 2))  # which the model does not take
    last = table.add(Request(WAVE, Sampling(2, {"steps": 2}), "mdm"))
    finish(table, Runner(table, device="cpu"), first, bad, last)
    assert [job.state for job in (first, bad, last)] == ["done", "failed", "done"]
    assert "needs a text" in bad.message


def test_two_models_stay_loaded(table):
    loads = []

    def load(model, *, device):
        loads.append(model)
        return load_generator(model.removesuffix("-2"), device=device)

    runner = Runner(table, device="cpu", load=load)
    walk = Generate(action="walk", seconds=1.0)
    jobs = [
        table.add(Request(walk if "action" in model else WAVE, Sampling(settings={"steps": steps}), model))
        for steps, model in enumerate(("mdm", "mdm-action", "mdm", "mdm-2", "mdm-action"), 1)
    ]
    finish(table, runner, *jobs)
    assert [job.state for job in jobs] == ["done"] * 5
    assert loads == ["mdm", "mdm-action", "mdm-2", "mdm-action"]
    assert runner.loaded == ["mdm-2", "mdm-action"]
    assert runner.device == "cpu" and "CPU" in runner.note


@pytest.mark.parametrize("model", ["mdm", "mdm-action"])
def test_preload_warms_the_model(table, model):
    runner = Runner(table, device="cpu", preload=model)
    assert runner.status == "loading"
    runner.start()
    end = time.monotonic() + 60
    while runner.status != "ready" and time.monotonic() < end:
        time.sleep(0.01)
    assert runner.loaded == [model]
    table.close()
    assert runner.join(10)


def test_preload_warms_a_distilled_model_in_its_own_steps(table, tmp_path, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    folded = {"steps": 1000, "folded_steps": 3, "folded_guidance": 2.0}
    save_tiny_dit(tmp_path / "dit-adaln-fast.safetensors", "adaln", diffusion=folded)
    runner = Runner(table, device="cpu", preload="dit-adaln-fast")
    job = table.add(Request(WAVE, Sampling(seed=1), "dit-adaln-fast"))
    finish(table, runner, job)
    assert job.state == "done" and bytes_to_motion(job.results[0].read()).meta["steps"] == 3
    assert "could not" not in runner.note


def test_absent_weights_are_a_message_not_a_crash(table, tmp_path, monkeypatch):
    monkeypatch.setenv("LABAN_WEIGHTS", str(tmp_path))
    runner = Runner(table, device="cpu", preload="mdm")
    job = table.add(Request(WAVE, TWO, "mdm"))
    finish(table, runner, job)
    assert job.state == "failed" and str(tmp_path) in job.message
    assert "mdm could not be loaded" in runner.note and runner.loaded == []


def test_a_fault_of_ours_is_named(table):
    def load(model, *, device):
        raise RuntimeError("wires crossed")

    job = table.add(Request(WAVE, TWO, "mdm"))
    finish(table, Runner(table, load=load), job)
    assert (job.state, job.message) == ("failed", "RuntimeError: wires crossed")
