"""A path is followed exactly, at its times, without a pop; frames that are held stay."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from editing_motions import accelerations, same_frames, standing, stepping, swaying

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.editing.course import QUICKEST, TURNING, Course, lengths_of
from motion_core.editing.feet import FootPlan, place_feet
from motion_core.editing.path import facing, meet_path, path_rows
from motion_core.editing.pose import Pose
from motion_core.tasks.pins_and_paths import FREE, FollowPath

HALF_CIRCLE = tuple(
    (2 * np.sin(t) - 0.3, -2 * (1 - np.cos(t)) + 0.1) for t in np.linspace(0, np.pi / 2, 40).tolist()
)


def beside(path: FollowPath, places: np.ndarray) -> np.ndarray:
    """Metres (N,) from places (N,2) to the line."""
    points, best = np.array(path.points), np.full(len(places), np.inf)
    for a, b in pairwise(points):
        part = np.clip((places - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        best = np.minimum(best, np.linalg.norm(places - a - part[:, None] * (b - a), axis=1))
    return best


def facing_error(motion, path: FollowPath) -> np.ndarray:
    """Degrees (T,) off the direction of the line where the body is: that of the stretch between two of its points."""
    points, lengths = np.array(path.points), lengths_of(path)
    steps = np.diff(points, axis=0)
    headings = np.unwrap(np.arctan2(steps[:, 0], -steps[:, 1]))
    way = _way(path, motion.pelvis[:, :2].astype(float))
    expected = headings[np.clip(np.searchsorted(lengths, way) - 1, 0, len(headings) - 1)]
    off = motion.heading() - expected
    return np.degrees(np.abs((off + np.pi) % (2 * np.pi) - np.pi))


def _way(path: FollowPath, places: np.ndarray) -> np.ndarray:
    fine, points = np.linspace(0, lengths_of(path)[-1], 4001), np.array(path.points)
    line = np.stack([np.interp(fine, lengths_of(path), column) for column in points.T], axis=1)
    return np.array([fine[np.linalg.norm(line - place, axis=1).argmin()] for place in places])


def corner_of(degrees: float, leg: float = 2.5) -> FollowPath:
    """Down -Y, then to the left by so many degrees."""
    angle = np.radians(degrees)
    return FollowPath(((0, 0), (0, -leg), (leg * np.sin(angle), -leg - leg * np.cos(angle))))


@pytest.mark.parametrize("fps", [20.0, 29.97, 120.0])
@pytest.mark.parametrize("degrees", [30, 45, 90, 135, 170])
@pytest.mark.parametrize("seconds", [3.0, 6.0])
def test_a_corner_is_met_and_turned_softly(fps, degrees, seconds):
    """At 1.7 and 0.8 m/s: within a centimetre of the line, within a degree of its direction but for the turn itself."""
    path, frames = corner_of(degrees), round(seconds * fps) + 1
    made = meet_path(swaying(1, frames, fps), path)
    assert beside(path, made.pelvis[:, :2].astype(float)).max() < 0.01
    passed = float(Course.of(path, frames, fps).corner_times[0])
    at_corner = made.at_frames(np.array([passed * fps])).pelvis[0, :2]
    assert np.linalg.norm(at_corner - path.points[1]) < 0.011  # of which between two frames a little is lost
    turning = max(np.radians(degrees) / TURNING, QUICKEST)
    apart = np.abs(np.arange(frames) / fps - passed) > turning / 2 + 1e-6
    assert facing_error(made, path)[apart].max() < 1.0
    turns = np.degrees(np.abs(np.diff(made.heading()))) * fps
    assert turns.max() < 1.6 * max(
        np.degrees(TURNING), degrees / QUICKEST
    )  # no snap: a smooth step's steepest is 1.5
    pushed = np.linalg.norm(np.diff(made.pelvis[:, :2].astype(float), 2, axis=0), axis=1) * fps**2
    assert pushed.max() < 12.5  # real pelvises: 99.9th percentile 12.6 m/s^2


def test_a_line_that_trembles_has_no_corners():
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.normal(0, 0.001, 301), -np.linspace(0, 3, 301)])
    path = FollowPath(tuple(map(tuple, points.tolist())))
    made = meet_path(swaying(1, 61), path)
    assert beside(path, made.pelvis[:, :2].astype(float)).max() < 0.01
    assert np.degrees(np.abs(made.heading())).max() < 2.0


@pytest.mark.parametrize("fps", [20.0, 29.97, 120.0])
def test_a_curve_is_followed_and_faced(fps):
    path = FollowPath(HALF_CIRCLE)
    motion = swaying(1, round(4 * fps), fps)
    made = meet_path(motion, path)
    assert len(made) == len(motion) and made.fps == fps
    assert beside(path, made.pelvis[:, :2].astype(float)).max() < 0.01
    off = made.heading() - (np.pi / 2 - _way(path, made.pelvis[:, :2].astype(float)) / 2)  # of radius 2
    assert np.degrees(np.abs(off)).max() < 1.0
    for frame, point in ((0, path.points[0]), (-1, path.points[-1])):
        np.testing.assert_allclose(made.pelvis[frame, :2], point, atol=1e-3)
    assert (
        np.abs(made.trans[:, 2] - motion.trans[:, 2]).max() < 0.05
    )  # it may sink for a leg that is too short
    assert accelerations(made)[1:].max() < 1.5 * accelerations(motion).max() + 12


def test_times_are_kept_and_the_rest_is_carried_along():
    path = FollowPath(((0, 0), (0, -1), (0.5, -2.5)), (1.0, 2.0, 3.5))
    made = meet_path(swaying(2, 100, 20.0), path)
    for seconds, point in zip(path.seconds, path.points):
        assert np.linalg.norm(made.pelvis[round(seconds * 20), :2] - point) < 0.01
    assert beside(path, made.pelvis[20:71, :2].astype(float)).max() < 0.01
    steps = np.linalg.norm(np.diff(made.pelvis[:, :2], axis=0), axis=1)
    assert steps.max() < 0.16  # before its times and behind them it walks on at its own 0.05 m a frame
    rows, asked = path_rows(path, 100, 20.0)
    assert not asked[:20].any() and asked[20:71].all() and not asked[71:].any() and rows.shape == (100, 4)


def test_who_may_face_freely_keeps_the_heading():
    motion = swaying(3, 80, 20.0, yaw=1.0)
    made = meet_path(motion, FollowPath(((0, 0), (0, -4)), None, FREE))
    np.testing.assert_allclose(made.heading(), motion.heading(), atol=1e-4)
    assert beside(FollowPath(((0, 0), (0, -4))), made.pelvis[:, :2].astype(float)).max() < 1e-3


def test_feet_go_along_with_the_way_and_not_with_the_sway():
    """A body that sways beside the line over feet that stand: the sway goes, the feet stay."""
    still = standing(80, 20.0)
    sway = np.zeros((80, 3))
    sway[:, 0] = 0.03 * np.sin(2 * np.pi * np.arange(80) / 20)
    pose = Pose(still.pelvis + sway - [0, 0, 0.05], still.rotations)
    rest = Pose.of(still)
    place_feet(
        pose,
        {
            side: FootPlan(rest.at(f"{side}_foot"), rest.facing(f"{side}_ankle"), rest.facing(f"{side}_foot"))
            for side in ("left", "right")
        },
        20.0,
    )
    swayed = pose.motion(still)
    made = meet_path(swayed, FollowPath(((0, 0), (0, -0.001))))
    assert np.abs(made.pelvis[:, 0]).max() < 1e-3
    balls = made.joints()[:, [10, 11], :2]
    assert np.ptp(balls[20:-20], axis=0).max() < 0.01


def test_held_frames_stay_and_no_pop_shows_beside_them():
    motion = stepping(100)
    held = np.zeros(100, dtype=bool)
    held[40:50] = True
    path = FollowPath(((0.4, 0.2), (0.4, -4.5)))
    made = meet_path(motion, path, held)
    assert same_frames(made, motion, held)
    assert (
        accelerations(made).max() < 1.3 * accelerations(motion).max()
    )  # it goes 0.4 m beside itself and back
    away = np.r_[0:30, 60:100]
    assert beside(path, made.pelvis[away, :2].astype(float)).max() < 0.01
    assert meet_path(motion, path, np.ones(100, dtype=bool)) is motion


def test_the_shortest_motions():
    for frames in (1, 2, 3):
        made = meet_path(standing(frames), FollowPath(((0, 0), (0, -1))))
        assert len(made) == frames and np.isfinite(made.trans).all()


def test_a_body_on_hands_and_knees_follows_without_a_shake():
    """Its front looks down, so the way it faces is read across; its feet carry nothing and are left alone."""
    frames = 80
    rotations = standing(frames).rotations.astype(float)
    nod = 0.08 * np.sin(np.arange(frames) / 3)  # about looking straight down
    pitch = np.stack([np.pi / 2 + nod, 0 * nod, 0 * nod], axis=1)
    rotations[:, 0] = quat.multiply(quat.rotvec_to_quat(pitch), rotations[:, 0])
    way = np.arange(frames) * 0.02
    pelvis = np.stack([0 * way, -way, np.full(frames, 0.3)], axis=1)
    crawl = Motion.from_pelvis(20.0, pelvis, rotations)
    assert np.ptp(facing(crawl)) < 0.01
    made = meet_path(crawl, FollowPath(((0, 0), (1.0, -1.2))))
    assert np.linalg.norm(made.pelvis[-1, :2] - [1.0, -1.2]) < 0.02
    assert accelerations(made).max() < 10
