"""When feet stand on the floor (z = 0), told by height and speed with hysteresis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body.skeleton import ANKLE_HEIGHT, SOLE
from motion_core.editing.pose import Pose
from motion_core.editing.root import running_mean

SIDES = ("left", "right")
LOW, LEAVE = (
    0.035,
    0.07,
)  # metres above its height in a flat foot: a joint comes to stand below, stands no more above
SLOW, FAST = 0.2, 0.45  # m/s: likewise; a fast body, whose feet may slide faster, scales both
SLOW_SHARE, FAST_SHARE = 0.25, 0.45  # of the mean speed of the feet
SHORTEST = 0.08  # seconds
RISEN = 0.012  # metres above the lowest of a contact: the foot is about to leave or still coming
WANDER = 0.15  # metres: what goes further than this from the middle of its contact does not stand


@dataclass(frozen=True, eq=False)
class Contacts:
    """For one foot, (T,) bool each. ball: the ball of the foot stands. flat: heel and ball do."""

    ball: np.ndarray
    flat: np.ndarray


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """Spans (start, stop) of true frames of (T,) bool."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2])]


def speed_of(points: np.ndarray, fps: float) -> np.ndarray:
    """m/s (T,) of points (T,D) at each frame: the lesser of the steps to and from it: borders are still."""
    if len(points) < 2:
        return np.zeros(len(points))
    steps = np.linalg.norm(np.diff(points, axis=0), axis=-1) * fps
    return np.minimum(np.concatenate([steps[:1], steps]), np.concatenate([steps, steps[-1:]]))


def find_contacts(pose: Pose, fps: float) -> dict[str, Contacts]:
    """{"left": ..., "right": ...} of T poses."""
    slow, fast = contact_speeds(pose, fps)
    found = {}
    for side in SIDES:
        place = pose.at(f"{side}_foot")
        ball = _standing(place[:, 2] - SOLE, speed_of(place, fps), slow, fast)
        ball = _settled(ball, place, round(SHORTEST * fps))
        ankle = pose.at(f"{side}_ankle")
        heel = _standing(ankle[:, 2] - ANKLE_HEIGHT, speed_of(ankle, fps), slow, fast)
        found[side] = Contacts(ball, ball & heel)
    return found


def contact_speeds(pose: Pose, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """m/s (T,) up to which a foot may come to stand, and beyond which it stands no more, by how fast feet are here."""
    feet = np.mean([speed_of(pose.at(f"{side}_foot"), fps) for side in SIDES], axis=0)
    body = running_mean(feet, round(fps))
    return np.maximum(SLOW, SLOW_SHARE * body), np.maximum(FAST, FAST_SHARE * body)


def _standing(height: np.ndarray, speed: np.ndarray, slow: np.ndarray, fast: np.ndarray) -> np.ndarray:
    """(T,) bool: the loose rule holds, in a run of frames in which the strict one holds at least once."""
    strict = (height < LOW) & (speed < slow)
    standing = (height < LEAVE) & (speed < fast)
    for start, stop in runs(standing):
        if not strict[start:stop].any():
            standing[start:stop] = False
    return standing


def _settled(standing: np.ndarray, points: np.ndarray, shortest: int) -> np.ndarray:
    """The contacts without the coming and going at their ends, without frames far from their middle, none short."""
    kept = standing.copy()
    for start, stop in runs(standing):
        span = points[start:stop]
        off = np.linalg.norm(span[:, :2] - np.median(span[:, :2], axis=0), axis=1)
        down = np.flatnonzero((span[:, 2] < np.percentile(span[:, 2], 10) + RISEN) & (off < WANDER))
        if len(down) == 0:  # low in one place, in the middle of another: it jumps
            kept[start:stop] = False
            continue
        kept[start:stop] &= off < WANDER
        kept[start : start + down[0]] = False
        kept[start + down[-1] + 1 : stop] = False
    for start, stop in runs(kept):
        if stop - start < shortest:
            kept[start:stop] = False
    return kept
