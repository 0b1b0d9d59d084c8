"""Lead-ins and tails in which nothing happens are cut off clips, whose captions describe the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS

KEPT_SECONDS = 0.5  # of the rest before and after stays: a motion begins from something
SHORTEST_REST = 1.0  # seconds: a shorter rest belongs to the motion
SHORTEST_LEFT = 1.0  # seconds that must be left
LEAST_BUSY = 0.5  # seconds: a clip with less shows somebody who stands
BUSY_SPEED, BUSY_TRAVEL = 0.35, 0.2  # m/s: of the fastest joint against the pelvis, of the pelvis
SMOOTHING = 0.2  # seconds
# Captions in which the rest is part of what was said.
_RESTS = re.compile(
    r"\b(stands?|standing|stays?|staying|remains?|sits?|sitting) (\w+ )?"
    r"(still|there|motionless|in place|upright|at rest|idle)\b"
    r"|\b(still|motionless|idle|waits?|waiting|paus\w+|hesitat\w+|freezes?|(at|and) rests?|does nothing|t.?pose)\b"
)


def busy(motion: Motion) -> np.ndarray:
    """(T,) whether a joint moves against the pelvis, or the pelvis over the floor, by more than swaying."""
    if len(motion) < 2:
        return np.zeros(len(motion), dtype=bool)
    joints = motion.joints().astype(np.float64)
    pelvis = joints[:, [JOINT["pelvis"]]]
    parts = np.concatenate([joints - pelvis, pelvis], axis=1)
    speed = np.linalg.norm(np.gradient(_smooth(parts, motion.fps), axis=0), axis=-1) * motion.fps
    return (speed[:, : len(JOINTS)].max(axis=1) > BUSY_SPEED) | (speed[:, -1] > BUSY_TRAVEL)


def _smooth(points: np.ndarray, fps: float) -> np.ndarray:
    """Running mean of points (T,P,3) over SMOOTHING seconds; the ends repeat."""
    width = max(1, round(SMOOTHING * fps)) | 1
    padded = np.pad(points, ((width // 2, width // 2), (0, 0), (0, 0)), mode="edge")
    total = np.cumsum(np.concatenate([np.zeros_like(padded[:1]), padded]), axis=0)
    return (total[width:] - total[:-width]) / width


def busy_span(motion: Motion) -> tuple[int, int]:
    """Frames (start, stop) without the rests at both ends; the whole clip where hardly anything happens at all."""
    moving = np.flatnonzero(busy(motion))
    frames = len(motion)
    if len(moving) < LEAST_BUSY * motion.fps:
        return 0, frames
    kept, rest = round(KEPT_SECONDS * motion.fps), round(SHORTEST_REST * motion.fps)
    before, after = int(moving[0]), frames - 1 - int(moving[-1])
    start = before - kept if before >= rest else 0
    stop = frames - (after - kept) if after >= rest else frames
    return (start, stop) if stop - start >= SHORTEST_LEFT * motion.fps else (0, frames)


def trimmed(motion: Motion, captions: Iterable[str] = ()) -> Motion:
    """The clip without its rests at both ends, unless a caption speaks of resting."""
    if any(_RESTS.search(caption.lower()) for caption in captions):
        return motion
    start, stop = busy_span(motion)
    return motion if (start, stop) == (0, len(motion)) else motion.slice(start, stop)
