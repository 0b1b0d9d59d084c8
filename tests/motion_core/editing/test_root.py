"""The root taken apart and corrected: turns about Z, paths that bend, the pace of a body."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import swaying
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.editing.root import (
    correct_heading,
    correct_place,
    pace_of,
    running_mean,
    turned,
    turned_path,
    yaw_of,
)

few = settings(max_examples=25, derandomize=True, deadline=None)
angles = st.floats(-3.0, 3.0)


@few
@given(angles, angles, st.floats(-1.4, 1.4))
def test_the_yaw_of_a_tilted_body_is_the_turn_that_was_made_first(yaw, around, tilt):
    axis = np.array([np.cos(around), np.sin(around), 0.0])
    tilted = quat.rotvec_to_quat(tilt * axis)
    found = yaw_of(quat.multiply(tilted, quat.about_z(np.array(yaw))))
    assert np.cos(found - yaw) == pytest.approx(1.0, abs=1e-9)


@few
@given(angles, st.floats(-5, 5), st.floats(-5, 5))
def test_a_turn_over_the_floor_is_that_about_z(angle, x, y):
    there = quat.rotate(quat.about_z(np.array(angle)), np.array([x, y, 0.0]))
    np.testing.assert_allclose(turned(np.array([x, y]), np.array(angle)), there[:2], atol=1e-9)
    np.testing.assert_allclose(
        turned(turned(np.array([x, y]), np.array(angle)), np.array(-angle)), [x, y], atol=1e-9
    )


def test_a_path_turned_evenly_is_the_path_turned_about_its_start():
    path = np.cumsum(np.random.default_rng(0).normal(size=(20, 2)), axis=0)
    bent = turned_path(path, np.full(20, 0.7))
    np.testing.assert_allclose(bent - path[0], turned(path - path[0], np.array(0.7)), atol=1e-12)


@few
@given(st.integers(0, 1000))
def test_a_bent_path_keeps_the_length_of_its_steps(seed):
    rng = np.random.default_rng(seed)
    path, angle = np.cumsum(rng.normal(size=(15, 2)), axis=0), rng.normal(size=15)
    bent = turned_path(path, angle)
    np.testing.assert_array_equal(bent[0], path[0])
    steps = [np.linalg.norm(np.diff(p, axis=0), axis=1) for p in (bent, path)]
    np.testing.assert_allclose(*steps, atol=1e-12)


@pytest.mark.parametrize("width", [0, 1, 4, 7, 100])
def test_a_mean_keeps_constants_and_its_middle_follows_a_line(width):
    np.testing.assert_allclose(running_mean(np.full((9, 2), 3.0), width), 3.0, atol=1e-12)
    line = np.arange(41.0)
    middle = slice(10, -10) if width < 20 else slice(20, 21)
    np.testing.assert_allclose(running_mean(line, width)[middle], line[middle], atol=1e-9)


def test_a_mean_spreads_a_spike_without_losing_it():
    spike = np.zeros(31)
    spike[15] = 1.0
    spread = running_mean(spike, 9)
    assert spread.sum() == pytest.approx(1.0) and 0 < spread.max() < 0.5
    assert np.flatnonzero(spread).tolist() == list(range(11, 20))  # nine frames, the spike in their middle


def test_pace_is_that_of_the_pelvis_and_never_nothing():
    walk = swaying(3, frames=60)  # 1 m/s at 20 fps
    assert pace_of(walk).shape == (59,)
    assert np.median(pace_of(walk)) == pytest.approx(0.05, rel=0.5)
    still = walk.slice(0, 1).concatenate(walk.slice(0, 1), align=False)
    assert (pace_of(still) > 0).all() and pace_of(still).max() < 1e-5
    assert pace_of(walk.slice(0, 1)).shape == (0,)


def test_a_heading_corrected_everywhere_is_the_motion_turned():
    walk = swaying(1, frames=30)
    known = np.ones(30, dtype=bool)
    made = correct_heading(walk, np.full(30, 0.4), known, pace_of(walk))
    np.testing.assert_allclose(made.pelvis[:, 2], walk.pelvis[:, 2], atol=1e-6)
    turn = yaw_of(
        quat.multiply(made.rotations[:, 0].astype(float), quat.conjugate(walk.rotations[:, 0].astype(float)))
    )
    np.testing.assert_allclose(turn, 0.4, atol=1e-5)
    expected = turned((walk.pelvis - walk.pelvis[0])[:, :2].astype(float), np.array(0.4))
    np.testing.assert_allclose((made.pelvis - made.pelvis[0])[:, :2], expected, atol=1e-5)
    assert made.meta == walk.meta


def test_places_are_met_where_known():
    walk, known = swaying(2, frames=30), np.zeros(30, dtype=bool)
    known[[0, 29]] = True
    wanted = walk.pelvis[:, :2].astype(float) + np.linspace([0.0, 0.0], [1.0, -2.0], 30)
    path = correct_place(walk, wanted, known, pace_of(walk))
    np.testing.assert_allclose(path[[0, 29]], wanted[[0, 29]], atol=1e-9)
    shift = path - walk.pelvis[:, :2]
    assert (np.diff(shift[:, 0]) >= -1e-9).all() and (np.diff(shift[:, 1]) <= 1e-9).all()  # no way back
