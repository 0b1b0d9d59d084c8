"""Clips on things that are not in the data: kept where a body can do it by itself."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.data.things import carried_by_measure, carried_by_words


def body(height: np.ndarray, swing: float = 0.0) -> Motion:
    """Upright, arms straight up, feet `height` (T,) metres above the floor, swinging about the wrists by radians."""
    frames = len(height)
    rotations = np.tile(quat.IDENTITY, (frames, len(JOINTS), 1))
    rotations[:, 0] = UPRIGHT
    for side, sign in (("left", 1), ("right", -1)):
        rotations[:, JOINT[f"{side}_shoulder"]] = quat.rotvec_to_quat(np.array([0, 0, sign * 1.5]))
    pelvis = np.stack([np.zeros(frames), np.zeros(frames), STANDING_PELVIS + height], axis=1)
    joints = Motion.from_pelvis(20.0, pelvis, rotations).joints()
    hold = joints[0, [JOINT["left_wrist"], JOINT["right_wrist"]]].mean(axis=0)
    tilt = quat.rotvec_to_quat(swing * np.sin(np.arange(frames) / 4)[:, None] * np.array([1.0, 0, 0]))
    rotations[:, 0] = quat.multiply(tilt, rotations[:, 0])
    return Motion.from_pelvis(20.0, hold + quat.rotate(tilt, pelvis - hold), rotations)


@pytest.mark.parametrize(
    "text",
    [
        "A person is hanging on a bar with both hands",
        "climbs up the rope",
        "he swings his legs",
        "dangle legs",
        "on a roof",
    ],
)
def test_words_that_carry(text):
    assert carried_by_words(["a person walks", text])


@pytest.mark.parametrize(
    "text", ["sits down on a chair", "jumps rope", "climbs three steps", "walks to a bar stool", "changes"]
)
def test_words_that_do_not(text):
    assert not carried_by_words([text])


def test_steps_are_kept_and_heights_are_not():
    assert not carried_by_measure(body(np.linspace(0, 0.6, 60)))
    assert carried_by_measure(body(np.linspace(0, 2.0, 60)))


def test_who_hangs_by_the_hands_is_carried():
    assert carried_by_measure(body(np.full(80, 0.5), swing=0.5))
    assert not carried_by_measure(body(np.full(80, 0.5), swing=0.02))
