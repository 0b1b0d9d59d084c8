"""A gait along a way whose shape the words say: a circle, a figure eight, a square, a zigzag.

How far the gait gets, the model itself shows: it makes a few seconds of the words without a way. The way is drawn as
long as that, and followed as a path is that is given. Turns are led as well: the body is told where it shall face.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.spread import smoothstep
from motion_core.generators.completing import complete, standing
from motion_core.generators.finishing import frame_count
from motion_core.generators.gait import GOING, TRIAL, own_speed
from motion_core.generators.plan import Asked, Plan, Work
from motion_core.generators.windows import FillPlan, Studio, fill
from motion_core.tasks import CleanUp, Complete, Sampling
from motion_core.tasks.pins_and_paths import FollowPath
from motion_core.wording.ways import Way

USUAL = 7.5  # metres around a shape of usual size
LEAST = 0.45  # metres of radius that can be walked
PACE = 1.0  # m/s of words that hardly get anywhere by themselves
CORNERS = {"square": 4, "triangle": 3}
ZIG, ZAG = 1.6, math.radians(35)  # metres of a leg, and how far it leads aside
WIDTH, LENGTH = 0.55, 3.2  # metres of a wave to either side, and from crest to crest
STILL = 0.15  # share of the time before and behind a turn
POINTS = 0.15  # metres between points of a bent way
NAMES = {"eight": "figure eight"}


def led(
    way: Way, frames: int, sampling: Sampling, studio: Studio, how: CleanUp
) -> Generator[Asked, Any, Motion]:
    """The motion of a way's words along it; its note says which way was gone."""
    x0 = yield Plan(min(frame_count(TRIAL, studio.fps), studio.longest), sampling, way.plain)
    own = own_speed(studio.decode(x0))
    metres = (own if own > GOING else PACE) * frames / studio.fps
    sided = way if way.side else replace(way, side="left" if sampling.seed % 2 == 0 else "right")
    task = Complete(
        text=way.plain,
        seconds=frames / studio.fps,
        path=FollowPath(_pairs(points_of(sided, metres))),
        clean=how,
    )
    motion = yield from complete(task, sampling, studio)
    name = NAMES.get(way.shape, way.shape)
    note = f"led along a {name} of {metres:.1f} m to the {sided.side}: {way.plain!r}"
    return replace(motion, meta={**motion.meta, "note": note})


def turned_around(text: str, degrees: float, frames: int, sampling: Sampling, studio: Studio) -> Work:
    """The words with a body that is led to turn so far: to the left where that is positive."""
    share = (np.arange(frames) / max(frames - 1, 1) - STILL) / (1 - 2 * STILL)
    yaw = math.radians(degrees) * smoothstep(share)
    rows = np.stack([0 * yaw, 0 * yaw, np.cos(yaw), np.sin(yaw)], axis=-1)
    asked = np.tile([False, False, True, True], (frames, 1))
    nothing = np.zeros(frames, dtype=bool)
    return fill(FillPlan(standing(frames, studio.fps), nothing, sampling, text, path=(rows, asked)), studio)


def points_of(way: Way, metres: float) -> np.ndarray:
    """(N,2) points of a way of that length from the origin, where the body faces -Y; its left is +X."""
    if way.shape == "zigzag":
        points = _zigzag(metres, ZIG * way.size)
    elif way.shape == "wave":
        points = _wave(metres, WIDTH * way.size)
    elif way.shape in CORNERS:
        points = _corners(CORNERS[way.shape], metres, _rounds(way, metres))
    elif way.shape == "eight":
        loop = max(metres / _rounds(way, metres) / 2, 2 * math.pi * LEAST)
        left = _arc(loop, 2 * math.pi)
        eight = np.concatenate([left[1:], (left * [-1, 1])[1:]])
        points = np.concatenate([left[:1], *[eight] * math.ceil(metres / loop / 2)])
        points = points[: 1 + round((len(left) - 1) * metres / loop)]
    else:
        points = _arc(metres, (math.pi if way.shape == "half circle" else 2 * math.pi) * _rounds(way, metres))
    return points * [-1.0 if way.side == "right" else 1.0, 1.0]


def _rounds(way: Way, metres: float) -> int:
    """How often the shape is gone: as is said, or as often as gives it about its usual size."""
    fitting = round(metres / (USUAL * way.size))
    if way.rounds == 1 and way.size < 1:  # a small one, gone again rather than drawn large
        return max(1, fitting)
    return way.rounds or max(2, fitting)


def _arc(metres: float, angle: float) -> np.ndarray:
    """(N,2) of a bend to the left; where its radius would be too small to walk, less of it."""
    radius = max(metres / angle, LEAST)
    angles = np.linspace(0, metres / radius, max(3, math.ceil(metres / POINTS)))
    return radius * np.stack([1 - np.cos(angles), -np.sin(angles)], axis=-1)


def _corners(count: int, metres: float, rounds: int) -> np.ndarray:
    """(N,2) of a closed line with so many corners, gone around to the left."""
    side, angle = metres / rounds / count, 2 * math.pi / count
    turns = angle * np.arange(count * rounds)
    steps = side * np.stack([np.sin(turns), -np.cos(turns)], axis=-1)
    return np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])


def _zigzag(metres: float, leg: float) -> np.ndarray:
    count = max(2, round(metres / leg))
    sides = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)
    steps = metres / count * np.stack([sides * math.sin(ZAG), np.full(count, -math.cos(ZAG))], axis=-1)
    return np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])


def _wave(metres: float, width: float) -> np.ndarray:
    """(N,2) of a line that bends to the left and right in turn, about so long."""
    along = np.arange(0.0, metres, POINTS)
    points = np.stack([width * np.sin(2 * math.pi * along / LENGTH), -along], axis=-1)
    return points[np.cumsum(np.linalg.norm(np.diff(points, axis=0, prepend=points[:1]), axis=-1)) <= metres]


def _pairs(points: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in points)
