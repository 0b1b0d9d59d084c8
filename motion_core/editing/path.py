"""A path over the floor followed exactly: the pelvis on the line, at its time, facing where it leads.

The correction that brings the body there has a slow and a quick part. The slow part (a drift beside the line, a turn
begun too late) carries the whole body, feet included, as if it had walked that way. The quick part (the sway of the
hips beside the line, their swing within a step) moves the pelvis over feet that stay where they are; the legs follow.

Between the given times and away from corners the body keeps its own steps along the line. What is missing at each time
is added where it moves. So no one who walks is pushed at an even pace.
"""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.editing.contacts import SIDES, runs
from motion_core.editing.course import FASTER, Course
from motion_core.editing.feet import FootPlan, place_feet
from motion_core.editing.pose import Pose, frozen_mask
from motion_core.editing.root import correct_heading, correct_place, pace_of, running_mean
from motion_core.editing.spread import frames_to, smoothstep, spread
from motion_core.tasks.pins_and_paths import ALONG, FollowPath

SLOW = 2.0  # seconds of the window: what changes more slowly than a stride carries the feet along
ROUND = 0.3  # seconds within which the line is rounded: nobody changes direction within a frame
SLOWER = 0.9  # share by which a body may be slower than its course
OWN = 1.0  # seconds between times and corners that leave room for a pace of one's own
ON_FEET = 0.5  # metres: a pelvis that is mostly lower is carried by more than feet
NEAR = 0.5  # seconds beside held frames in which nothing is asked, so that the way to and from them is smooth


def path_rows(path: FollowPath, frames: int, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Where a path has the pelvis: (T,4) of x, y, cos, sin, and which of them it asks for (T,4) bool.

    Before the first of its times and behind the last one nothing is asked.
    """
    course, seconds = Course.of(path, frames, fps), np.arange(frames) / fps
    way = course.way(seconds)
    heading = course.heading(way) + course.cornering(seconds)
    rows = np.column_stack([course.at(way), np.cos(heading), np.sin(heading)])
    asked = np.ones((frames, 4), dtype=bool)
    asked[:, 2:] = path.heading == ALONG
    asked &= _within(course, frames, fps)[:, None]
    return rows, asked


def _within(course: Course, frames: int, fps: float) -> np.ndarray:
    """(T,) bool: the frames of the course, up to half a frame before and behind it."""
    times = np.arange(frames) / fps
    return (times >= course.seconds[0] - 0.5 / fps) & (times <= course.seconds[-1] + 0.5 / fps)


def meet_path(motion: Motion, path: FollowPath, held: np.ndarray | None = None) -> Motion:
    """The motion with its pelvis on the path and, where the path asks for it, facing along it.

    held (T,) bool: frames whose place and heading stay as they are; nothing is asked within NEAR seconds of them.
    Before and behind its times the motion is carried along rigidly.
    """
    held, fps = frozen_mask(motion, held), motion.fps
    course = Course.of(path, len(motion), fps)
    asked = _within(course, len(motion), fps) & ~_widened(held, round(NEAR * fps))
    if not asked.any():
        return motion
    pace = pace_of(motion)
    way = _way(motion, course, path.seconds, pace)
    turned = motion
    if path.heading == ALONG:
        wanted = _rounded(course.heading(way), asked, fps) + course.cornering(np.arange(len(motion)) / fps)
        yaw = wanted - facing(motion)
        yaw -= 2 * np.pi * np.round(yaw[np.flatnonzero(asked)[0]] / (2 * np.pi))
        turned = correct_heading(motion, np.where(held, 0.0, yaw), asked | held, pace)
    place = motion.pelvis[:, :2].astype(np.float64)
    place[asked] = _rounded(course.at(way), asked, fps)[asked]
    floor = correct_place(turned, place, asked | held, pace)
    pelvis = turned.pelvis.astype(np.float64)
    pelvis[:, :2] = floor
    return _over_its_feet(motion, Pose(pelvis, turned.rotations), held)


def _rounded(values: np.ndarray, asked: np.ndarray, fps: float) -> np.ndarray:
    """Values (T,...) rounded over ROUND seconds from the first to the last frame in question; both ends stay.

    With m the running mean, 2 m - m m is taken: it keeps curves and cuts corners by half as much as m.
    """
    frames = np.flatnonzero(asked)
    part = slice(frames[0], frames[-1] + 1)
    half = min(round(ROUND * fps / 2 - 1), part.stop - part.start - 1)
    if half < 1:
        return values
    outside = ((2 * half, 2 * half), *[(0, 0)] * (values.ndim - 1))
    further = np.pad(values[part], outside, mode="reflect", reflect_type="odd")
    once = running_mean(further, 2 * half)
    rounded = values.copy()
    rounded[part] = (2 * once - running_mean(once, 2 * half))[2 * half : -2 * half]
    return rounded


def _widened(mask: np.ndarray, frames: int) -> np.ndarray:
    """The mask (T,) with so many more frames on each side of every true one."""
    return np.convolve(mask, np.ones(2 * frames + 1), mode="same") > 0.5 if mask.any() else mask


def _way(motion: Motion, course: Course, times: tuple[float, ...] | None, pace: np.ndarray) -> np.ndarray:
    """Metres (T,) along the course at each frame: the body's own progress, corrected to be right at the course's times
    and near its corners; so much of it that the pace stays between SLOWER and FASTER than the course's.
    """
    fps, frames = motion.fps, len(motion)
    seconds = np.arange(frames) / fps
    even = course.way(seconds)
    facing = course.heading(even) + course.cornering(seconds)
    along = np.column_stack([np.sin(facing), -np.cos(facing)])  # unit vectors (T,2)
    steps = np.diff(motion.pelvis[:, :2].astype(np.float64), axis=0)
    own = np.concatenate([[0.0], np.cumsum((steps * (along[1:] + along[:-1]) / 2).sum(1))])
    known = course.binds(seconds)
    for time in times or course.seconds[[0, -1]]:
        known[min(round(time * fps), frames - 1)] = True
    for start, stop in runs(~known):
        known[start:stop] = stop - start < OWN * fps
    ahead = own - even
    ahead += spread(-ahead, known, fps, pace=pace)
    for start, stop in runs(~known[1:] | ~known[:-1]):  # steps
        gains, room = np.diff(ahead[start : stop + 1]), np.diff(even[start : stop + 1])
        room = np.where(gains > 0, FASTER, SLOWER) * room
        share = np.min(room / np.maximum(np.abs(gains), 1e-9), initial=1.0)
        ahead[start + 1 : stop] *= share
    way = even + ahead
    within = _within(course, frames, fps)
    return np.clip(np.where(within, way, even), 0, course.lengths[-1])


def _over_its_feet(motion: Motion, pose: Pose, held: np.ndarray) -> Motion:
    """The moved pose with feet that went along with the slow part of the movement alone."""
    fps, before = motion.fps, motion.pelvis.astype(np.float64)
    if not on_feet(motion):
        return pose.motion(motion, held)
    yaw = np.unwrap(_heading(pose) - motion.heading())
    slow_yaw = _slow_part(yaw, held, fps)
    slow = before[:, :2] + _slow_part(pose.pelvis[:, :2] - before[:, :2], held, fps)
    carried = pose.rotations.copy()
    carried[:, 0] = quat.multiply(quat.about_z(slow_yaw - yaw), carried[:, 0])
    feet = Pose(np.column_stack([slow, before[:, 2]]), carried)
    plans = {
        side: FootPlan(feet.at(f"{side}_foot"), feet.facing(f"{side}_ankle"), feet.facing(f"{side}_foot"))
        for side in SIDES
    }
    place_feet(pose, plans, fps)
    return pose.motion(motion, held)


def facing(motion: Motion) -> np.ndarray:
    """Which way (T,) the body faces, radians: its heading, or across its left side where its front looks down."""
    if on_feet(motion):
        return motion.heading()
    left = quat.rotate(motion.rotations[:, JOINT["pelvis"]].astype(np.float64), np.array([1.0, 0.0, 0.0]))
    return np.unwrap(np.arctan2(left[:, 1], left[:, 0]))


def on_feet(motion: Motion) -> bool:
    """Whether its feet carry the body most of the time: they do not while it crawls."""
    return bool(np.median(motion.pelvis[:, 2]) > ON_FEET)


def _slow_part(change: np.ndarray, held: np.ndarray, fps: float) -> np.ndarray:
    """The running mean of a change (T,...) over SLOW seconds; the change itself beside held frames, where it begins."""
    share = np.ones(len(change))
    if held.any():
        share = smoothstep(frames_to(held) / (SLOW / 2 * fps))
    mean = running_mean(change, round(SLOW * fps))
    return change + share.reshape(-1, *[1] * (change.ndim - 1)) * (mean - change)


def _heading(pose: Pose) -> np.ndarray:
    """Yaw (T,) of the pelvis, as `Motion.heading` counts it."""
    forward = quat.rotate(pose.facing("pelvis"), np.array([0.0, 0.0, 1.0]))
    return np.arctan2(forward[:, 0], -forward[:, 1])
