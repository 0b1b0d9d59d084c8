"""What networks do and bodies do not goes; what bodies do stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import same_frames, speeds, swaying

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.editing.calm import bridge_jumps, calm


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


def test_the_amount_says_how_much_goes(trembling):
    jerks = [jerk(calm(trembling, amount=amount), "right_wrist") for amount in (0.0, 0.2, 0.5, 1.0)]
    assert jerks[1] <= jerks[0] and jerks[2] < 0.5 * jerks[0]
    assert jerks[3] == pytest.approx(jerks[2], rel=0.1)  # whoever stands has no tremor of their own
    np.testing.assert_array_equal(calm(trembling, amount=0.0).rotations, trembling.rotations)


def test_motion_without_tremor_stays(trembling):
    """Motion without tremor comes back as it is, whether it moves or stands."""
    still = replace(
        trembling, rotations=np.broadcast_to(trembling.rotations[:1], trembling.rotations.shape).copy()
    )
    calmed = calm(swaying(1, 80))
    assert np.degrees(quat.angle_between(calmed.rotations, swaying(1, 80).rotations)).max() < 0.3
    assert np.degrees(quat.angle_between(calm(still).rotations, still.rotations)).max() < 0.1


@pytest.mark.parametrize("frames", [1, 2, 4])
def test_short_motions_come_back(trembling, frames):
    np.testing.assert_allclose(calm(trembling.slice(0, frames)).trans, trembling.trans[:frames], atol=1e-6)


SHOULDER = JOINT["left_shoulder"]
FREE = np.zeros(60, dtype=bool)


def flipped(at: int, degrees: float):
    """A sway whose left shoulder is turned from a frame on."""
    motion = swaying(1, 60)
    rotations = motion.rotations.astype(np.float64)
    turn = quat.rotvec_to_quat(np.radians([0.0, 0.0, degrees]))
    rotations[at:, SHOULDER] = quat.multiply(rotations[at:, SHOULDER], turn)
    return replace(motion, rotations=rotations)


def test_a_flip_is_spread_over_the_frames_around_it():
    jumping = flipped(30, 150)
    bridged = bridge_jumps(jumping, FREE)
    assert speeds(bridged).max() < 0.4 * speeds(jumping).max()
    others = np.arange(22) != SHOULDER
    np.testing.assert_array_equal(bridged.rotations[:, others], jumping.rotations[:, others])
    away = np.abs(np.arange(60) - 29.5) > 5
    assert same_frames(bridged, jumping, away)


def test_what_a_body_can_do_stays():
    motion = flipped(30, 40)
    assert bridge_jumps(motion, FREE) is motion


def test_kept_frames_stay():
    jumping, kept = flipped(30, 150), FREE.copy()
    kept[[28, 33]] = True
    bridged = bridge_jumps(jumping, kept)
    assert same_frames(bridged, jumping, kept)
    assert np.abs(bridged.rotations[29:33, SHOULDER] - jumping.rotations[29:33, SHOULDER]).max() > 0.1
    kept[30] = True  # one of the two frames is the user's own: the step to it is not the network's
    assert bridge_jumps(jumping, kept) is jumping


def test_flips_at_the_ends_are_left():
    for at in (1, 59):
        made = bridge_jumps(flipped(at, 150), FREE)
        assert np.isfinite(made.joints()).all() and len(made) == 60
