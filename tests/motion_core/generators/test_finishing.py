"""Feet that stand hold the body: less sliding, the same poses, no new jerk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, SOLE, STANDING_PELVIS, UPRIGHT
from motion_core.generators.finishing import FIRMNESS, SOFT, hold_feet, lift_to_floor, tidied
from motion_core.metrics.measures.physical import physical_scores


def standing(path: np.ndarray, height: float = 0.0) -> Motion:
    """The rest pose carried along path (T,2) metres, `height` above the floor."""
    rotations = np.tile(quat.IDENTITY, (len(path), 22, 1))
    rotations[:, 0] = UPRIGHT
    heights = np.full((len(path), 1), STANDING_PELVIS + height)
    return Motion.from_pelvis(20.0, np.concatenate([path, heights], axis=1), rotations)


def test_a_glide_on_both_feet_is_slowed():
    glide = standing(np.stack([np.linspace(0, 1, 40), np.zeros(40)], axis=1))
    held = hold_feet(glide)
    assert physical_scores(glide).sliding == pytest.approx(51, abs=1)
    assert physical_scores(held).sliding == pytest.approx(51 * (1 - FIRMNESS), abs=1)
    np.testing.assert_array_equal(held.rotations, glide.rotations)
    np.testing.assert_array_equal(held.trans[:, 2], glide.trans[:, 2])
    np.testing.assert_allclose(held.trans[0], glide.trans[0])


def test_a_flight_is_left_alone():
    flight = standing(np.stack([np.zeros(30), -np.linspace(0, 2, 30)], axis=1), height=0.2)
    np.testing.assert_allclose(hold_feet(flight).trans, flight.trans, atol=1e-6)


def test_a_correction_comes_and_goes_without_a_jerk():
    """A slip of 5 frames in the middle is spread: no step of the path changes by more than the slip itself."""
    path = np.zeros((40, 2))
    path[20:25, 0], path[25:, 0] = np.linspace(0.01, 0.05, 5), 0.05
    slipping = standing(path)
    held = hold_feet(slipping)
    steps = np.abs(np.diff(held.trans[:, 0])).max()
    assert physical_scores(held).sliding < physical_scores(slipping).sliding
    assert steps <= 0.0101 and abs(held.trans[-1, 0] - held.trans[0, 0]) < 0.03


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
def test_short_motions_come_back_whole(frames):
    assert len(hold_feet(standing(np.zeros((frames, 2))))) == frames
    lifted = lift_to_floor(standing(np.zeros((frames, 2)), height=-0.1))
    np.testing.assert_allclose(lifted.trans, standing(np.zeros((frames, 2))).trans, atol=1e-6)


def test_one_bad_frame_does_not_make_the_whole_clip_hover():
    still = standing(np.zeros((80, 2)))
    trans = still.trans.copy()
    trans[40, 2] -= 0.06
    dipped = replace(still, trans=trans)
    lifted = lift_to_floor(dipped)
    scores = physical_scores(lifted)
    assert scores.penetration < 1e-4 and scores.floating < 1e-4
    assert scores.jerk < 1.1 * physical_scores(dipped).jerk
    away = np.abs(np.arange(80) - 40) > 2 * SOFT * still.fps
    np.testing.assert_array_equal(lifted.trans[away], still.trans[away])
    np.testing.assert_array_equal(lifted.rotations, still.rotations)


def test_a_joint_that_flips_is_led_over():
    still = standing(np.zeros((40, 2)))
    rotations = still.rotations.copy()
    rotations[20:, JOINT["left_shoulder"]] = quat.rotvec_to_quat(np.array([0.0, 0.0, 2.8]))
    flipped = replace(still, rotations=rotations)
    steps = [np.linalg.norm(np.diff(m.joints(), axis=0), axis=-1).max() for m in (flipped, tidied(flipped))]
    assert steps[0] > 0.4 and steps[1] < 0.4 * steps[0]


def test_lifting_to_the_floor(walking_motion):
    sunk = walking_motion.moved(offset=(0, 0, -0.3))
    lifted = lift_to_floor(sunk)
    balls = [JOINT["left_foot"], JOINT["right_foot"]]
    lowest = lifted.joints()[:, balls, 2].min(axis=1)
    assert lowest.min() > SOLE - 1e-6 and np.median(lowest) < SOLE + 0.01
    assert np.allclose(lifted.trans[:, :2], sunk.trans[:, :2], atol=1e-6)
    assert np.allclose(lifted.rotations, sunk.rotations, atol=1e-6)
    high = walking_motion.moved(offset=(0, 0, 0.5))
    assert lift_to_floor(high) is high
