"""A motion inside a task's JSON: bit for bit there and back."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from editing_motions import swaying
from hypothesis import given, settings
from hypothesis import strategies as st
from random_clips import clip

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.tasks import (
    Edit,
    Request,
    Sampling,
    TaskError,
    motion_from_json,
    motion_to_json,
)


def test_a_motion_takes_its_last_words_along():
    meta = {"text": "walks, then bows", "prompts": [["walks", 2.0], ["bows", 2.0]], "seed": 3}
    again = motion_from_json(motion_to_json(replace(swaying(frames=5), meta=meta)))
    assert again.meta == {"text": "bows"}
    with pytest.raises(TaskError, match="motion's text is"):
        motion_from_json({**motion_to_json(again), "text": 7})


def test_a_motion_s_licence_is_text():
    entry = Request(Edit(swaying(frames=5)), Sampling(), "mdm").to_json()
    assert "licence" not in entry["motion"]
    for licence in (5, ["CC BY"], "x" * 1001):
        entry["motion"]["licence"] = licence
        with pytest.raises(TaskError, match="motion's licence is"):
            Request.from_json(entry)
    entry["motion"]["licence"] = "CC BY 4.0"
    assert Request.from_json(entry).task.motion.meta == {"licence": "CC BY 4.0"}


@given(st.integers(1, 6), st.floats(0.01, 1000), st.integers(0, 99))
@settings(max_examples=30, derandomize=True, deadline=None)
def test_any_motion_comes_back_bit_for_bit(frames, fps, seed):
    rng = np.random.default_rng(seed)
    rotations = quat.normalize(rng.normal(size=(frames, 22, 4)))
    motion = Motion(fps, rng.normal(size=(frames, 3)), rotations, meta={"seed": 7})
    again = motion_from_json(json.loads(json.dumps(motion_to_json(motion))))
    assert again.fps == motion.fps and again.meta == {}
    for name in ("trans", "rotations", "betas"):
        np.testing.assert_array_equal(getattr(again, name), getattr(motion, name))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frames": 10**9}, "frames is"),
        ({"frames": 4}, "cannot be read"),
        ({"fps": 0}, "fps is 0"),
        ({"trans": "not base64!"}, "cannot be read"),
        ({"rotations": None}, "cannot be read"),
        ({"betas": "AAA"}, "cannot be read"),
    ],
)
def test_what_is_no_motion_is_refused(change, words):
    with pytest.raises(TaskError, match=words):
        motion_from_json({**motion_to_json(clip(5)), **change})


@pytest.mark.parametrize("entry", [None, 5, [], {}, {"fps": 20, "frames": 3}])
def test_what_is_no_object_of_ours_is_refused(entry):
    with pytest.raises(TaskError, match="cannot be read"):
        motion_from_json(entry)
