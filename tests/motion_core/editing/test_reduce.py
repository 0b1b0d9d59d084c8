"""Sparse keys: within the tolerance everywhere, few, and where an animator looks for them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from editing_motions import standing, stepping, swaying
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINTS
from motion_core.editing.contacts import find_contacts, runs
from motion_core.editing.pose import Pose
from motion_core.editing.reduce import LOCATION, apply_keys, handles, interpolate, reduce_keys, turning_points

fast = settings(max_examples=10, derandomize=True, deadline=None)


@pytest.mark.slow
@fast
@given(st.integers(0, 10_000), st.sampled_from([2.0, 5.0, 20.0]), st.sampled_from([0.5, 2.0]))
def test_the_tolerances_hold(seed, millimetres, degrees):
    motion = swaying(seed)
    keys = reduce_keys(motion, millimetres, degrees)
    shown = apply_keys(motion, keys)
    assert set(keys) == {LOCATION, *JOINTS}
    assert 1000 * np.linalg.norm(shown.joints() - motion.joints(), axis=-1).max() <= millimetres + 0.01
    assert np.degrees(quat.angle_between(shown.rotations, motion.rotations)).max() <= degrees + 0.01


def test_smooth_motion_needs_few_keys_and_less_tolerance_more():
    motion = swaying(1, frames=120, fps=60.0)
    counts = [
        sum(map(len, reduce_keys(motion, mm, deg).values())) / 23 for mm, deg in ((20, 4), (5, 1), (1, 0.2))
    ]
    assert counts[0] < counts[1] < counts[2]
    assert counts[1] < 25


def test_stillness_needs_its_ends_only():
    keys = reduce_keys(standing(50), 1, 0.1)
    arms = [name for name in keys if "shoulder" in name or "wrist" in name]
    assert all(list(keys[name]) == [0, 49] for name in arms)


def test_kept_frames_and_contact_changes_have_keys():
    motion = stepping()
    keep = np.zeros(80, dtype=bool)
    keep[[13, 44]] = True
    keys = reduce_keys(motion, 10, 3, keep)
    assert all({0, 13, 44, 79} <= set(frames) for frames in keys.values())
    for start, stop in runs(find_contacts(Pose.of(motion), motion.fps)["left"].ball):
        assert {start, stop - 1} <= set(keys["left_knee"]) & set(keys[LOCATION])


def test_turning_points_of_a_wave():
    curve = np.cos(np.arange(100) * 2 * np.pi / 20)[:, None] * [0.0, 1.0, 0.5]
    assert list(turning_points(curve, 0.5)) == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    rng = np.random.default_rng(0)
    assert len(turning_points(curve + rng.normal(0, 0.02, curve.shape), 0.5)) == 9
    assert len(turning_points(curve, 5.0)) == 0


def test_handles_draw_the_very_curve_that_interpolate_gives():
    """De Casteljau on the Bezier with these handles, against the cubic: times run evenly, values agree."""
    values = np.cumsum(np.random.default_rng(1).normal(size=(40, 2)), axis=0)
    frames = np.array([0, 7, 19, 39])
    left, right = handles(values, frames)
    curve = interpolate(values, frames)
    for k in range(3):
        a, b = frames[k], frames[k + 1]
        points = [np.append(a, values[a]), right[k], left[k + 1], np.append(b, values[b])]
        for t in range(a, b + 1):
            level, u = points, (t - a) / (b - a)
            while len(level) > 1:
                level = [p + u * (q - p) for p, q in itertools.pairwise(level)]
            assert np.allclose(level[0], np.append(t, curve[t]), atol=1e-9)


def test_every_frame_a_key_is_the_motion():
    motion = swaying(2)
    keys = {name: np.arange(60) for name in (LOCATION, *JOINTS)}
    assert np.abs(apply_keys(motion, keys).joints() - motion.joints()).max() < 1e-5


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="millimetres is 0"):
        reduce_keys(standing(5), 0, 1)
    with pytest.raises(ValueError, match="5 frames"):
        reduce_keys(standing(5), 1, 1, np.ones(4, dtype=bool))


def test_one_frame():
    assert all(list(frames) == [0] for frames in reduce_keys(standing(1), 1, 1).values())


def test_the_ends_of_swings_are_keys():
    """However loose the tolerance is: an animator edits extremes."""
    time = np.arange(100) / 20
    motion = standing(100)
    rotations = motion.rotations.astype(float)
    elbow = JOINTS.index("left_elbow")
    rotations[:, elbow] = quat.rotvec_to_quat(np.sin(2 * np.pi * time / 1.6)[:, None] * [0.0, -1.0, 0.0])
    keys = reduce_keys(replace(motion, rotations=rotations), 50, 10)["left_elbow"]
    for extreme in (8, 24, 40, 56, 72, 88):
        assert np.abs(keys - extreme).min() == 0
