"""Long motions in windows, paths as places, frames between two rates."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.editing.path import path_rows
from motion_core.features.known import STEPS
from motion_core.features.smpl205 import encode
from motion_core.generators.windows import CONTEXT, gaps_of, pin_rows, seen_from, spans
from motion_core.tasks.pins_and_paths import FollowPath, Pin


@given(
    st.integers(1, 700), st.lists(st.tuples(st.integers(0, 699), st.integers(1, 300)), min_size=1, max_size=5)
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_windows_hold_every_free_frame_and_begin_with_known_ones(frames, free_runs):
    known = np.ones(frames, dtype=bool)
    for start, length in free_runs:
        known[start : start + length] = False
    done = known.copy()
    for start, stop in spans(known, 196):
        assert 0 <= start < stop <= frames and stop - start <= 196
        first = int(np.flatnonzero(~done)[0])
        assert start <= first and (start == 0 or first - start <= CONTEXT)
        assert done[start:first].all() and (start == 0 or first > start)
        done[start:stop] = True
    assert done.all()


def test_a_gap_just_behind_a_window_is_not_begun_in_it():
    for runs in ([(0, 176), (177, 196)], [(0, 2), (21, 196)]):
        known = np.ones(197, dtype=bool)
        for start, stop in runs:
            known[start:stop] = False
        assert [stop for _, stop in spans(known, 196)] == [runs[1][0], 197]


def test_a_short_motion_is_one_window_and_a_gap_in_a_long_one_too():
    known = np.ones(150, dtype=bool)
    known[140:] = False
    assert list(spans(known, 196)) == [(0, 150)]
    known = np.ones(1000, dtype=bool)
    known[500:530] = False
    assert list(spans(known, 196)) == [(500 - CONTEXT, 530 + CONTEXT)]


def test_a_gap_is_not_cut_where_it_fits_a_window():
    known = np.ones(400, dtype=bool)
    known[100:140] = known[150:190] = known[300:380] = False
    assert list(spans(known, 64, 12)) == [(88, 150), (138, 202), (288, 352), (340, 392)]
    assert gaps_of(known) == [(100, 140), (150, 190), (300, 380)]
    assert gaps_of(~known) == [(0, 100), (140, 150), (190, 300), (380, 400)]


def test_places_seen_from_the_first_frame_are_what_features_say():
    yaw, at = 0.7, np.array([1.5, -2.0, STANDING_PELVIS])
    rotations = np.tile(np.array([1.0, 0, 0, 0]), (3, 22, 1))
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    body = Motion.from_pelvis(20.0, np.tile([0, 0, STANDING_PELVIS], (3, 1)), rotations).moved(yaw=yaw)
    body = body.moved(offset=tuple(at - body.pelvis[0]))
    place = encode(body)[0, STEPS]
    # a metre ahead of the body (heading a faces (sin a, -cos a)), facing the same way
    world = np.array([[at[0] + math.sin(yaw), at[1] - math.cos(yaw), math.cos(yaw), math.sin(yaw)]])
    np.testing.assert_allclose(seen_from(world, place), [[0.0, -1.0, 1.0, 0.0]], atol=1e-6)


def test_a_path_is_walked_at_its_times_or_spread_over_the_motion():
    corner = FollowPath(((0, 0), (0, -2), (2, -2)))
    rows, asked = path_rows(corner, 81, 20.0)
    np.testing.assert_allclose(rows[40, :2], [0, -2], atol=0.06)
    np.testing.assert_allclose(rows[0], [0, 0, 1, 0], atol=1e-9)  # faces -Y: heading 0
    np.testing.assert_allclose(rows[-1], [2, -2, 0, 1], atol=1e-9)  # faces +X: a quarter turn left
    np.testing.assert_allclose(np.hypot(rows[:, 2], rows[:, 3]), 1, atol=1e-9)
    assert asked.all()
    timed, asked = path_rows(FollowPath(corner.points, (1.0, 2.0, 3.0), "free"), 81, 20.0)
    np.testing.assert_allclose(timed[[20, 40, 60], :2], corner.points, atol=1e-9)
    assert not asked[:19].any() and asked[20:61, :2].all() and not asked[62:].any() and not asked[:, 2:].any()


def test_pins_of_the_pelvis_are_places():
    rows, asked = np.zeros((41, 4)), np.zeros((41, 4), dtype=bool)
    pins = (
        Pin("pelvis", 1.0, 1.1, (1, 2, 0.9)),
        Pin("pelvis", 2.0, 2.0, None, math.pi / 2),
        Pin("left_wrist", 0, 1, (0, 0, 1)),
    )
    pin_rows(pins, rows, asked, 20.0)
    assert asked[:, 0].nonzero()[0].tolist() == [20, 21, 22] and rows[21, :2].tolist() == [1, 2]
    assert asked[:, 2].nonzero()[0].tolist() == [40] and rows[40, 2:].tolist() == pytest.approx([0, 1])
