"""Flips from one frame to the next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from editing_motions import same_frames, speeds, swaying

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT
from motion_core.editing.jumps import bridge_jumps

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
