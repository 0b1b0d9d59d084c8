"""Completing, editing and sequences over real HTTP: what is kept arrives as it was sent, faults are named."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from editing_motions import stepping, swaying

from motion_core.formats.npz import bytes_to_motion
from motion_core.tasks import Complete, Edit, Request, Sampling, Sequence
from motion_core.tasks.pins_and_paths import CleanUp, FollowPath, Pin

FEW = Sampling(5, {"steps": 2})


def made(service, task, sampling=FEW, count=1):
    """The motions of a task that the service is asked for."""
    job = service.submit(Request(task, sampling, "mdm", count).to_json())
    over = service.wait(job, timeout=240.0)  # the first one waits for the text encoder
    assert over["state"] == "done", over
    return [bytes_to_motion(service.motion(job, index)) for index in range(count)]


def close(a, b, frames) -> bool:
    """Equal but for the way through a file's axis-angles."""
    return bool(np.abs(a.joints()[frames] - b.joints()[frames]).max() < 1e-4)


@pytest.mark.slow
def test_complete_edit_and_sequence(service):
    given = swaying(1, 90, 30.0)
    pin = Pin("left_wrist", 1.5, 1.5, tuple(given.joints()[45, 20].astype(float) + [0, 0, 0.05]))
    task = Complete(given, keep=((0, 10), (80, 90)), text="walks", pins=(pin,), clean=CleanUp(feet=True))
    one, two = made(service, task, count=2)
    assert len(one) == 90 and one.fps == 30.0 and [m.meta["seed"] for m in (one, two)] == [5, 6]
    assert all(close(m, given, np.r_[0:10, 80:90]) for m in (one, two)) and not close(one, two, slice(20, 70))
    told = one.meta
    assert told["task"] == "complete" and told["pins"][0]["joint"] == "left_wrist" and told["clean"]["feet"]
    (edited,) = made(service, Edit(given, parts=("left_arm",), text="waves", span=(20, 70)))
    assert close(edited, given, np.r_[0:20, 70:90]) and edited.meta["parts"] == ["left_arm"]
    (story,) = made(service, Sequence((("walk", 1.0), ("run", 1.5)), start=given))
    assert len(story) == 50 and story.meta["prompts"] == [["walk", 1.0], ["run", 1.5]]
    (way,) = made(service, Complete(None, text="walk", seconds=3.0, path=FollowPath(((0, 0), (0, -2)))))
    assert np.abs(way.pelvis[:, 0]).max() < 0.01 and way.meta["path"]["points"] == [[0.0, 0.0], [0.0, -2.0]]


def test_the_licence_goes_with_a_motion_that_is_sent(service):
    given = replace(swaying(1, 40), meta={"licence": "CC BY-SA 4.0", "text": "stays here"})
    (edited,) = made(service, Edit(given, parts=("left_arm",)))
    assert edited.meta["licence"] == "CC0 (random numbers); CC BY-SA 4.0"
    assert edited.meta["given_licence"] == "CC BY-SA 4.0" and "text" not in edited.meta


@pytest.mark.slow
def test_ten_minutes_of_motion_arrive(service):
    given = stepping(600 * 60, 60.0)
    task = Complete(given, keep=((0, 1000), (1030, len(given))))
    (filled,) = made(service, task)
    assert len(filled) == len(given)
    for frames in (slice(0, 1000), slice(1030, 1300), slice(30_000, 30_100)):
        assert close(
            filled.slice(frames.start, frames.stop), given.slice(frames.start, frames.stop), slice(None)
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"motion": None, "keep": [], "seconds": None}, "neither a motion nor seconds"),
        ({"motion": "/etc/passwd"}, "give a motion"),
        ({"motion": {"fps": 20, "frames": 3}}, "cannot be read"),
        ({"keep": [[0, 60]]}, "all frames are kept"),
        ({"keep": [[0, 61]]}, "stop of kept span 0 is 61"),
        ({"keep": 5}, "keep is 5: give a list"),
        ({"keep": [5]}, "kept span 0 is 5"),
        ({"pins": 5}, "pins is 5: give a list"),
        ({"pins": ["x"]}, "wrong field"),
        ({"pins": [{"joint": "tail", "start": 0, "stop": 0, "position": [0, 0, 0]}]}, "unknown joint 'tail'"),
        ({"path": [[0, 0], [1, 1]]}, "path is"),
        ({"path": {"points": [[0, 0], [0, 0]]}}, "no length"),
        ({"path": {"points": [[0, 0], [1, 0]], "seconds": [0, 99]}}, "the motion at 3 s"),
        ({"loop": "yes"}, "true or false"),
        ({"clean": {"toes": True}}, "wrong field"),
        ({"clean": {"smooth": 99}}, "smooth is 99"),
        ({"count": 99}, "count is 99"),
        ({"settings": {"steps": 5000}}, "steps is 5000"),
        ({"settings": {"speed": 1}}, "unknown setting 'speed'"),
        ({"model": "mdm-action"}, "cannot complete"),
    ],
)
def test_faults_are_named(service, change, words):
    entry = Request(Complete(swaying(0, 60), keep=((0, 5),)), FEW, "mdm").to_json() | change
    answer = service.http.post("/jobs", json={k: v for k, v in entry.items() if v is not None})
    assert answer.status_code == 400 and words in answer.json()["error"], answer.text


def test_a_long_sequence_is_cancelled_within_a_second(service):
    task = Sequence(tuple(("walk", 8.0) for _ in range(60)))
    job = service.submit(Request(task, Sampling(settings={"steps": 200}), "mdm").to_json())
    while service.wait(job, "running", "done")["step"] < 5:
        pass
    begun = time.monotonic()
    assert service.http.delete(f"/jobs/{job}").json()["state"] == "cancelled"
    made(service, Sequence((("walk", 1.0),)), Sampling(settings={"steps": 1}))
    assert time.monotonic() - begun < 2.0
