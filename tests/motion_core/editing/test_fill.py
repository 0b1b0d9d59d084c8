"""The simple interpolations: exact where they should be, in the order the field knows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import same_frames, swaying

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.editing.fill import hermite, hold, lerp

FILLS = (hold, lerp, hermite)


def spinning(turn, frames=40):
    """Every joint turns steadily about one axis, the pelvis moves steadily: `turn` radians a frame."""
    axes = np.random.default_rng(0).normal(size=(22, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    rotations = quat.rotvec_to_quat(turn * np.arange(frames)[:, None, None] * axes)
    return Motion.from_pelvis(20.0, np.arange(frames)[:, None] * [0.01, 0.02, 0.0], rotations)


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("gap", [(0, 5), (20, 35), (30, 31), (55, 60)])
def test_frames_outside_keep_their_bits_and_frames_inside_are_not_read(fill, gap):
    motion = swaying(1)
    outside = np.ones(60, dtype=bool)
    outside[gap[0] : gap[1]] = False
    filled = fill(motion, gap)
    assert same_frames(filled, motion, outside)
    other = replace(
        motion, rotations=np.where(outside[:, None, None], motion.rotations, swaying(2).rotations)
    )
    assert same_frames(fill(other, gap), filled, np.ones(60, dtype=bool))


def test_hold_stands_still():
    filled = hold(swaying(1), (20, 30))
    assert np.ptp(filled.trans[19:30], axis=0).max() == 0
    assert same_frames(hold(swaying(1), (0, 5)).slice(0, 1), swaying(1).slice(5, 6), np.ones(1, dtype=bool))


@pytest.mark.parametrize("fill", [lerp, hermite])
def test_steady_motion_is_filled_exactly(fill):
    motion = spinning(0.05)
    assert np.abs(fill(motion, (10, 25)).joints() - motion.joints()).max() < 1e-4


def test_a_cubic_path_is_filled_exactly():
    """Up to the velocities, which the fill reads off single steps."""
    time = np.arange(400) / 200
    still = spinning(0.0, 400)
    path = np.stack([time**3 - time, 2 * time**2, time], axis=1)
    motion = Motion.from_pelvis(200.0, path, still.rotations)
    assert np.abs(hermite(motion, (100, 300)).pelvis - motion.pelvis).max() < 0.02


def test_velocity_is_matched_at_both_ends():
    motion = swaying(4)
    filled = hermite(motion, (20, 40))
    pelvis = filled.pelvis.astype(float)
    for edge in (19, 40):  # the step into and the step out of the gap's neighbours
        jump = np.linalg.norm((pelvis[edge + 1] - pelvis[edge]) - (pelvis[edge] - pelvis[edge - 1]))
        assert jump < 0.3 * np.linalg.norm(pelvis[edge] - pelvis[edge - 1]) + 1e-4
    spin = quat.angle_between(filled.rotations[:-1], filled.rotations[1:])
    assert np.abs(spin[19] - spin[18]).max() < 0.05 and np.abs(spin[40] - spin[39]).max() < 0.05


def test_better_and_better():
    errors = []
    for fill in FILLS:
        gaps = [
            np.linalg.norm(fill(m, (25, 35)).joints() - m.joints(), axis=-1)[25:35].mean()
            for m in map(swaying, range(8))
        ]
        errors.append(np.mean(gaps))
    assert errors[2] < 0.7 * errors[1] < 0.7 * errors[0]


def test_what_does_not_fit_is_refused():
    for gap in ((5, 5), (-1, 4), (50, 61)):
        with pytest.raises(ValueError, match="60 frames"):
            hermite(swaying(1), gap)
    with pytest.raises(ValueError, match="whole motion"):
        hold(swaying(1), (0, 60))


def test_turning_velocity_is_matched_at_the_far_end_of_a_wide_turn():
    """A turn of 2 rad about a changing axis at 500 fps: the step into the far neighbour is the step out of it."""
    time = np.linspace(0, 1, 500)[:, None]
    turn = quat.rotvec_to_quat(time * [2.0, 0.0, 0.0])
    turn = quat.multiply(quat.rotvec_to_quat(time**2 * [0.0, 1.0, 0.5]), turn)
    still = spinning(0.0, 500)
    motion = replace(still, fps=500.0, rotations=np.repeat(turn[:, None], 22, axis=1))
    q = hermite(motion, (50, 450)).rotations[:, 5].astype(float)
    steps = quat.quat_to_rotvec(quat.multiply(quat.conjugate(q[:-1]), q[1:]))
    for edge in (49, 450):
        assert np.linalg.norm(steps[edge] - steps[edge - 1]) < 0.03 * np.linalg.norm(steps[edge])
