"""Paths to follow, and how far a motion is off them: what `bench/editing.py` measures."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.course import QUICKEST, TURNING, Course
from motion_core.tasks.pins_and_paths import FollowPath

WALK = "a person walks forward"
PATHS = {  # name: prompt, seconds, path
    "a right angle": (WALK, 6.0, FollowPath(((0, 0), (0, -3.5), (3.5, -3.5)))),
    "a zigzag": (WALK, 8.0, FollowPath(((0, 0), (1, -1.5), (-0.5, -3), (1, -4.5), (0, -6)))),
    "three times": (WALK, 8.0, FollowPath(((0, 0), (0, -3), (1.5, -3.5)), (0.5, 3.0, 6.0))),
    "an S": (
        WALK, 6.0,
        FollowPath(tuple((0.6 * math.sin(math.tau * s / 40), -s / 8) for s in range(41))),
    ),
    "a right angle, running": ("a person runs forward", 4.0, FollowPath(((0, 0), (0, -5), (4, -5)))),
}  # fmt: skip


def off_the_line(made: Motion, path: FollowPath) -> tuple[float, float]:
    """(centimetres beside the line at the worst frame, centimetres from a point with a time at that time)."""
    points, places = np.array(path.points), made.pelvis[:, :2].astype(np.float64)
    times = path.seconds or (0.0, (len(made) - 1) / made.fps)
    ends = points if path.seconds else points[[0, -1]]
    frames = [round(time * made.fps) for time in times]
    best = np.full(len(places), np.inf)
    for a, b in pairwise(points):
        part = np.clip((places - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        best = np.minimum(best, np.linalg.norm(places - a - part[:, None] * (b - a), axis=1))
    late = np.linalg.norm(places[frames] - ends, axis=1).max()
    return 100 * float(best[frames[0] : frames[-1] + 1].max()), 100 * float(late)


def off_the_heading(made: Motion, path: FollowPath) -> float:
    """Degrees by which the body does not face where the path leads, at the worst frame at which it asks for it and no
    corner is being turned."""
    course = Course.of(path, len(made), made.fps)
    times = np.arange(len(made)) / made.fps
    inside = (times >= course.seconds[0]) & (times <= course.seconds[-1])
    for turn, passed in zip(course.turns, course.corner_times):
        inside &= np.abs(times - passed) > max(abs(turn) / TURNING, QUICKEST) / 2
    # the body keeps its own pace: what counts is where it is, not where the course would have it
    places = made.pelvis[:, :2].astype(np.float64)
    near = np.linalg.norm(places[:, None] - course.at(course.metres)[None], axis=-1)
    near[np.abs(course.metres[None] - course.way(times)[:, None]) > 1.0] = (
        np.inf
    )  # not a part that it crosses
    way = course.metres[near.argmin(axis=1)]
    prompts = course.heading(way) + np.where(way[:, None] >= course.corners, course.turns, 0.0).sum(axis=1)
    off = (made.heading() - prompts + np.pi) % (2 * np.pi) - np.pi
    return float(np.degrees(np.abs(off[inside]).max()))
