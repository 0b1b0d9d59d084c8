"""What comes next by itself: cycles go round, everything else goes straight on and slows down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import accelerations, standing, stepping, swaying
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body.motion import Motion
from motion_core.editing.carry_on import carry_on, find_cycle, repeat, straight_ahead

fast = settings(max_examples=15, derandomize=True, deadline=None)


def off(made: Motion, truth: Motion) -> float:
    """Metres, mean over joints and frames."""
    return float(np.linalg.norm(made.joints() - truth.joints(), axis=-1).mean())


@fast
@given(st.integers(60, 90), st.sampled_from([20.0, 30.0]), st.floats(-3, 3))
def test_a_walk_walks_on(frames, fps, yaw):
    whole = stepping(frames + 30, fps).moved(yaw=yaw)
    past = whole.slice(0, frames)
    cycle = find_cycle(past)
    assert cycle is not None and abs(cycle.frames / fps - 1.1) < 0.08 and cycle.error < 0.2
    made = carry_on(past, 30)
    assert np.array_equal(made.slice(0, frames).rotations, past.rotations)
    assert off(made, whole) < 0.25 * off(straight_ahead(past, 30), whole)


def test_a_repeated_cycle_has_no_seam():
    walk = stepping(80)
    made = repeat(walk, 22, 60)
    assert len(made) == 140
    assert accelerations(made)[78:].max() < 1.3 * accelerations(walk).max()


def test_who_has_turned_a_corner_does_not_walk_in_circles():
    walk = stepping(80)
    corner = walk.slice(0, 60).concatenate(walk.slice(59).moved(yaw=1.2).slice(1))
    before = corner.heading()[-1]
    made = repeat(replace(corner, fps=20.0), 22, 66)
    assert abs(made.heading()[-1] - before) < 0.5  # three rounds with the corner in them would be 3.6


@pytest.mark.parametrize("motion", [standing(80), swaying(3, frames=80), stepping(15), standing(1)])
def test_what_has_no_cycle_is_told(motion):
    assert find_cycle(motion) is None


@fast
@given(st.integers(0, 1000), st.integers(1, 60))
def test_straight_ahead_slows_down(seed, frames):
    past = swaying(seed, frames=40)
    made = straight_ahead(past, frames)
    assert len(made) == 40 + frames
    steps = np.linalg.norm(np.diff(made.pelvis[39:, :2], axis=0), axis=1)
    assert np.all(np.diff(steps) < 1e-6)
    assert steps[0] == pytest.approx(np.linalg.norm(past.pelvis[-1] - past.pelvis[-2]), rel=0.15)
    poses = made.rotations[40:, 1:]
    np.testing.assert_array_equal(poses, np.broadcast_to(past.rotations[-1, 1:], poses.shape))


def test_one_pose_stays():
    made = carry_on(standing(1), 10)
    assert np.array_equal(made.trans, np.repeat(made.trans[:1], 11, axis=0))


def test_a_cycle_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="cycle of 40 frames"):
        repeat(stepping(30), 40, 10)
