"""A course is at its times, brakes before corners, waits where it is told to, and faces where it leads."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.editing.course import BRAKING, SHARPEST, Course
from motion_core.tasks.pins_and_paths import FollowPath

CORNER = FollowPath(((0, 0), (0, -3), (3, -3)))


def speeds(course: Course) -> np.ndarray:
    """m/s (G-1,) between the places of a course."""
    return np.diff(course.metres) / np.diff(course.seconds)


@pytest.mark.parametrize("frames", [81, 121, 400])
def test_corners_are_passed_slowly_and_the_end_is_reached_in_time(frames):
    course = Course.of(CORNER, frames, 20.0)
    assert course.seconds[0] == 0 and course.seconds[-1] == pytest.approx((frames - 1) / 20)
    assert course.metres[[0, -1]].tolist() == [0, 6] and (np.diff(course.seconds) > 0).all()
    mean = 6 * 20 / (frames - 1)
    slowest = min(SHARPEST / np.sin(np.pi / 4), 1.05 * mean)
    assert speeds(course).min() == pytest.approx(slowest, rel=0.1)
    assert course.corner_times[0] == pytest.approx((frames - 1) / 40, abs=0.02)
    energy = speeds(course) ** 2 / 2
    middles = (course.metres[1:] + course.metres[:-1]) / 2
    assert np.abs(np.diff(energy) / np.diff(middles)).max() < 1.05 * BRAKING
    assert course.binds(np.array([course.corner_times[0]])).all() and not course.binds(np.array([0.3])).any()


def test_times_hold_even_where_they_leave_no_time_to_brake():
    for seconds in ((0.0, 1.0, 2.0), (0.5, 0.8, 4.0), (0.0, 20.0, 21.0)):
        course = Course.of(FollowPath(CORNER.points, seconds), 500, 20.0)
        np.testing.assert_allclose(course.way(np.array(seconds)), [0, 3, 6], atol=1e-9)
        assert (np.diff(course.metres) >= 0).all() and (np.diff(course.seconds) > 0).all()


def test_the_speed_has_no_step_at_a_time_in_between():
    course = Course.of(FollowPath(((0, 0), (0, -1), (0, -4)), (0.0, 2.0, 4.0)), 81, 20.0)
    pace = np.diff(course.way(np.linspace(0, 4, 401))) * 100
    assert pace[190:200].mean() == pytest.approx(0.5, abs=0.02)
    assert pace.max() > 1.5 and np.abs(np.diff(pace)).max() < 0.1


def test_a_point_named_twice_is_waited_at():
    path = FollowPath(((0, 0), (0, -2), (0, -2), (2, -2)), (0.0, 2.0, 3.0, 5.0))
    course = Course.of(path, 101, 20.0)
    np.testing.assert_allclose(course.way(np.array([0, 2, 2.5, 3, 5.0])), [0, 2, 2, 2, 4], atol=1e-9)
    assert course.turns == pytest.approx([np.pi / 2]) and course.corner_times == pytest.approx([2.5])
    pace = np.diff(course.way(np.linspace(0, 5, 501))) * 100
    assert pace[[198, 301]].max() < 0.4  # it comes to rest and starts again softly


def test_a_drawn_curve_has_no_corners_and_one_line_may_have_both():
    t = np.linspace(0, np.pi, 60)
    half = np.column_stack([1 - np.cos(t), -np.sin(t)])
    course = Course.of(FollowPath(tuple(map(tuple, half.tolist()))), 81, 20.0)
    assert len(course.corners) == 0
    assert np.degrees(course.heading(course.metres)[[0, -1]]).tolist() == pytest.approx([0, 180], abs=5)
    bent = np.concatenate([half, [[2.0, -1.0]]])  # back over its own end: down again
    course = Course.of(FollowPath(tuple(map(tuple, bent.tolist()))), 81, 20.0)
    assert course.corners == pytest.approx([np.pi], abs=0.01)


def test_the_heading_is_that_of_each_leg_and_corners_add_their_turns():
    course = Course.of(CORNER, 121, 20.0)
    seconds = np.linspace(0, 6, 121)
    legs = course.heading(course.way(seconds))
    np.testing.assert_allclose(legs, 0, atol=1e-9)  # what is left once the corner is taken out
    added = np.degrees(course.cornering(seconds))
    assert added[0] == 0 and added[-1] == pytest.approx(90) and added[60] == pytest.approx(45, abs=1)
    assert (np.diff(added) >= 0).all() and ((added > 0) & (added < 90)).sum() <= 10  # of 20 a second
