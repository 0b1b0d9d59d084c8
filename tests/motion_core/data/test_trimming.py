"""Rests at the ends go, what was done and what was said stay."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.data.trimming import busy, busy_span, trimmed

FPS = 20.0


def waving(rest: float, wave: float, after: float) -> Motion:
    """Seconds of rest, of an arm that waves, and of rest again."""
    frames = [round(seconds * FPS) for seconds in (rest, wave, after)]
    angle = np.concatenate([np.zeros(frames[0]), np.sin(np.arange(frames[1]) / 2), np.zeros(frames[2])])
    rotations = np.tile(quat.IDENTITY, (sum(frames), len(JOINTS), 1))
    rotations[:, 0] = UPRIGHT
    rotations[:, JOINT["right_shoulder"]] = quat.rotvec_to_quat(angle[:, None] * np.array([0.0, 0, 1]))
    return Motion.from_pelvis(FPS, np.tile([0.0, 0, STANDING_PELVIS], (sum(frames), 1)), rotations)


def test_rests_at_both_ends_are_cut_but_for_half_a_second():
    motion = waving(9.0, 3.0, 4.0)
    start, stop = busy_span(motion)
    assert abs(start - 8.5 * FPS) <= 3 and abs(stop - 12.5 * FPS) <= 3
    found = trimmed(motion, ["a person waves"])
    assert np.allclose(found.rotations, motion.rotations[start:stop]) and len(found) == stop - start


def test_short_rests_and_busy_clips_stay():
    for motion in (waving(0.8, 3.0, 0.8), waving(0.0, 5.0, 0.0)):
        assert trimmed(motion) is motion


def test_who_only_stands_stays():
    motion = waving(6.0, 0.2, 0.0)
    assert trimmed(motion) is motion
    assert not busy(waving(3.0, 0.0, 0.0)).any() and not busy(motion.slice(0, 1)).any()


@pytest.mark.parametrize(
    "said", ["a man stands still, then waves", "he waits and waves", "remains in place", "a T-pose"]
)
def test_a_rest_that_is_said_stays(said):
    motion = waving(5.0, 2.0, 0.0)
    assert trimmed(motion, ["a person waves", said]) is motion
    assert len(trimmed(motion, ["a person waves"])) < len(motion)


def test_walking_is_busy(walking_motion):
    assert busy(walking_motion).all()
