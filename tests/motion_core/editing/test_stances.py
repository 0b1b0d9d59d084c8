"""Feet that hover are set down; those in the air on purpose are not."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import accelerations, same_frames, standing, stepping

from motion_core.body.skeleton import JOINT, SOLE
from motion_core.editing.stances import settle_feet

BALLS = [JOINT["left_foot"], JOINT["right_foot"]]


def raised(motion, metres):
    return motion.moved(offset=(0.0, 0.0, metres))


@pytest.mark.parametrize("fps", [20.0, 30.0, 120.0])
def test_who_hovers_is_set_down(fps):
    walk = raised(stepping(round(4 * fps), fps), 0.02)
    made = settle_feet(walk)
    lower = made.joints()[:, BALLS, 2].min(axis=1) - SOLE
    assert np.median(np.abs(lower)) < 0.004 < np.median(walk.joints()[:, BALLS, 2].min(axis=1) - SOLE)
    swing = made.joints()[:, BALLS, 2].max(axis=1) - walk.joints()[:, BALLS, 2].max(axis=1)
    assert np.median(np.abs(swing)) < 0.005  # the foot that swings goes as high as it did
    assert accelerations(made).max() < 1.3 * accelerations(walk).max() + 5


def test_who_jumps_stays_in_the_air():
    high = raised(standing(40), 0.15)
    assert settle_feet(high) is high


def test_frozen_frames_stay_and_the_way_to_them_is_smooth():
    walk = raised(stepping(80), 0.02)
    frozen = np.arange(80) % 40 < 10
    made = settle_feet(walk, frozen=frozen)
    assert same_frames(made, walk, frozen)
    assert accelerations(made).max() < accelerations(walk).max() + 8
    assert settle_feet(walk, frozen=np.ones(80, dtype=bool)) is walk
