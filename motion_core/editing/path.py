"""A path over the floor followed exactly: the pelvis on the line, at its time, facing where it leads.

What brings the body there is taken apart by speed. The slow part (a drift beside the line, a turn begun too late)
carries the whole body, feet included, as if it had walked that way. The quick part (the sway of the hips beside the
line, their swing within a step) moves the pelvis over feet that stay where they are; the legs follow.

How far along the line the body is, it decides itself between the given times: its own steps along the line, corrected
by what is missing at each time, where it moves. So no one who walks is pushed at an even pace.
"""

from __future__ import annotations

import numpy as np

from motion_core import quaternions as quat
from motion_core.constraints import ALONG, FollowPath
from motion_core.editing.contacts import SIDES
from motion_core.editing.feet import FootPlan, place_feet
from motion_core.editing.pose import Pose, frozen_mask
from motion_core.editing.root import correct_heading, correct_place, pace_of, running_mean
from motion_core.editing.spread import frames_to, smoothstep, spread
from motion_core.motion import Motion

SLOW = 2.0  # seconds of the window: what changes more slowly than a stride carries the feet along
ROUND = 0.3  # seconds within which a corner of the line is turned: nobody changes direction within a frame
NEAR = 0.5  # seconds beside held frames in which nothing is asked, so that the way to and from them is smooth
AHEAD = 0.15  # metres before and behind between which the line's direction is taken


def lengths_of(path: FollowPath) -> np.ndarray:
    """Metres (N,) from the beginning of a path to each of its points."""
    steps = np.linalg.norm(np.diff(np.array(path.points, dtype=np.float64), axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def places_along(path: FollowPath, way: np.ndarray) -> np.ndarray:
    """x, y, cos, sin (T,4) of the places and headings `way` (T,) metres along a path."""
    lengths, points = lengths_of(path), np.array(path.points, dtype=np.float64)

    def at(metres: np.ndarray) -> np.ndarray:
        return np.stack([np.interp(metres, lengths, column) for column in points.T], axis=1)

    direction = at(np.minimum(way + AHEAD, lengths[-1])) - at(np.maximum(way - AHEAD, 0))
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)
    # heading 0 faces -Y: a direction (dx, dy) is faced at heading a with (sin a, -cos a) = (dx, dy)
    return np.column_stack([at(way), -direction[:, 1], direction[:, 0]])


def path_times(path: FollowPath, frames: int, fps: float) -> np.ndarray:
    """Seconds (N,) at which each point is reached; without times they lie evenly along a motion of so many frames."""
    if path.seconds is not None:
        return np.array(path.seconds)
    lengths = lengths_of(path)
    return lengths / lengths[-1] * ((frames - 1) / fps)


def path_rows(path: FollowPath, frames: int, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Where a path has the pelvis: (T,4) of x, y, cos, sin, and which of them it asks for (T,4) bool.

    Between its times it is walked at an even speed; before the first and behind the last nothing is asked.
    """
    seconds, times = np.arange(frames) / fps, path_times(path, frames, fps)
    rows = places_along(path, np.interp(seconds, times, lengths_of(path)))
    asked = np.ones((frames, 4), dtype=bool)
    asked[:, 2:] = path.heading == ALONG
    asked &= ((seconds >= times[0] - 0.5 / fps) & (seconds <= times[-1] + 0.5 / fps))[:, None]
    return rows, asked


def meet_path(motion: Motion, path: FollowPath, held: np.ndarray | None = None) -> Motion:
    """The motion with its pelvis on the path and, where the path asks for it, facing along it.

    held (T,) bool: frames whose place and heading stay as they are; nothing is asked within NEAR seconds of them. A
    corner is rounded over ROUND seconds. Before and behind its times the motion is carried along rigidly.
    """
    held = frozen_mask(motion, held)
    asked = path_rows(path, len(motion), motion.fps)[1][:, 0] & ~_widened(held, round(NEAR * motion.fps))
    if not asked.any():
        return motion
    pace, width = pace_of(motion), round(ROUND * motion.fps)
    rows = places_along(path, _way(motion, path, pace))
    turned = motion
    if path.heading == ALONG:
        wanted = np.unwrap(np.arctan2(rows[:, 3], rows[:, 2]))
        yaw = _rounded(wanted, asked, width) - motion.heading()
        yaw -= 2 * np.pi * np.round(yaw[np.flatnonzero(asked)[0]] / (2 * np.pi))
        turned = correct_heading(motion, np.where(held, 0.0, yaw), asked | held, pace)
    place = motion.pelvis[:, :2].astype(np.float64)
    place[asked] = _rounded(rows[:, :2], asked, width)[asked]
    floor = correct_place(turned, place, asked | held, pace)
    pelvis = turned.pelvis.astype(np.float64)
    pelvis[:, :2] = floor
    return _over_its_feet(motion, Pose(pelvis, turned.rotations), held)


def _rounded(values: np.ndarray, asked: np.ndarray, width: int) -> np.ndarray:
    """Values (T,...) without corners from the first to the last asked frame; both ends stay where they are."""
    frames = np.flatnonzero(asked)
    part = slice(frames[0], frames[-1] + 1)
    half = min(width // 2, part.stop - part.start - 1)
    if half < 1:
        return values
    outside = ((half, half), *[(0, 0)] * (values.ndim - 1))
    further = np.pad(values[part], outside, mode="reflect", reflect_type="odd")
    rounded = values.copy()
    rounded[part] = running_mean(further, width)[half:-half]
    return rounded


def _widened(mask: np.ndarray, frames: int) -> np.ndarray:
    """The mask (T,) with so many more frames on each side of every true one."""
    return np.convolve(mask, np.ones(2 * frames + 1), mode="same") > 0.5 if mask.any() else mask


def _way(motion: Motion, path: FollowPath, pace: np.ndarray) -> np.ndarray:
    """Metres (T,) along the path at each frame: the body's own progress, corrected to be right at the path's times."""
    fps, frames = motion.fps, len(motion)
    lengths, times = lengths_of(path), path_times(path, frames, fps)
    even = np.interp(np.arange(frames) / fps, times, lengths)
    rows = places_along(path, even)
    along = np.column_stack([rows[:, 3], -rows[:, 2]])  # unit vectors (T,2)
    steps = np.diff(motion.pelvis[:, :2].astype(np.float64), axis=0)
    own = np.concatenate([[0.0], np.cumsum((steps * (along[1:] + along[:-1]) / 2).sum(1))])
    ends = range(len(times)) if path.seconds is not None else (0, len(times) - 1)
    known = np.zeros(frames, dtype=bool)
    known[[min(round(times[n] * fps), frames - 1) for n in ends]] = True
    way = own + spread(even - own, known, fps, pace=pace)
    first, last = np.flatnonzero(known)[[0, -1]]
    return np.clip(
        np.where((np.arange(frames) >= first) & (np.arange(frames) <= last), way, even), 0, lengths[-1]
    )


def _over_its_feet(motion: Motion, pose: Pose, held: np.ndarray) -> Motion:
    """The moved pose with feet that went along with the slow part of the movement alone."""
    fps, before = motion.fps, motion.pelvis.astype(np.float64)
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
