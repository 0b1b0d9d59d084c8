"""What networks do and bodies do not goes; what bodies do stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.editing.calm import calm


@pytest.fixture(scope="module")
def trembling() -> Motion:
    """Somebody who stands, trembles, and swings the left arm one and a half times a second."""
    frames = 80
    rotations = np.tile(quat.IDENTITY, (frames, 22, 1))
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    tremor = np.random.default_rng(0).normal(0, 0.01, (frames, 22, 3))
    swing = np.zeros((frames, 3))
    swing[:, 2] = np.sin(np.arange(frames) / 20 * 2 * np.pi * 1.5)
    rotations = quat.multiply(quat.rotvec_to_quat(tremor), rotations)
    rotations[:, JOINT["left_shoulder"]] = quat.rotvec_to_quat(swing)
    return Motion.from_pelvis(20.0, np.tile([0.0, 0.0, STANDING_PELVIS], (frames, 1)), rotations)


def jerk(motion: Motion, joint: str) -> float:
    return float(np.abs(np.diff(motion.joints()[:, JOINT[joint]].astype(np.float64), n=3, axis=0)).mean())


def test_tremor_goes_and_a_swing_keeps_its_height(trembling):
    quiet = calm(trembling)
    assert jerk(quiet, "right_wrist") < 0.5 * jerk(trembling, "right_wrist")
    before, after = (
        quat.quat_to_rotvec(m.rotations[:, JOINT["left_shoulder"]])[:, 2] for m in (trembling, quiet)
    )
    assert np.abs(after - before).max() < 0.03
    np.testing.assert_allclose(quiet.pelvis[0, :2], trembling.pelvis[0, :2], atol=1e-6)


def test_kept_frames_stay_bit_for_bit(trembling):
    kept = np.arange(80) < 30
    quiet = calm(trembling, kept)
    np.testing.assert_array_equal(quiet.rotations[kept], trembling.rotations[kept])
    np.testing.assert_array_equal(quiet.trans[kept], trembling.trans[kept])
    assert jerk(quiet.slice(35), "right_wrist") < 0.5 * jerk(trembling.slice(35), "right_wrist")


def test_a_joint_that_flips_is_led_over(trembling):
    rotations = trembling.rotations.copy()
    rotations[40:, JOINT["right_shoulder"]] = quat.rotvec_to_quat(np.array([0.0, 0.0, -2.8]))
    flipped = replace(trembling, rotations=rotations)
    steps = [
        np.linalg.norm(np.diff(m.joints()[:, JOINT["right_wrist"]], axis=0), axis=-1).max()
        for m in (flipped, calm(flipped))
    ]
    assert steps[0] > 0.4 and steps[1] < 0.4 * steps[0]


@pytest.mark.parametrize("frames", [1, 2, 4])
def test_short_motions_come_back(trembling, frames):
    np.testing.assert_allclose(calm(trembling.slice(0, frames)).trans, trembling.trans[:frames], atol=1e-6)
