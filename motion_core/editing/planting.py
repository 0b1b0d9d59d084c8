"""Feet that stand where they stand: each is held at one place on the floor, and let go softly.

How surely a foot stands is a number from 0 to 1 in each frame. It fades with the foot's height and speed, at the ends
of a contact, in bodies that do not stand on their feet, and where holding would carry the foot far from where it is.
What is held comes from least squares (`stilling`): the ball of the foot first, then the heel, which keeps the foot from
turning and makes it flat. Legs follow through IK (`feet`); a foot in the air is never pulled to the floor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import ANKLE_HEIGHT, SOLE
from motion_core.editing.contacts import contact_speeds, find_contacts, runs, speed_of
from motion_core.editing.feet import FootPlan, place_feet
from motion_core.editing.pose import Pose, frozen_mask
from motion_core.editing.root import yaw_of
from motion_core.editing.spread import smoothstep
from motion_core.editing.stilling import stilled

BALL_OFF = (
    0.02,
    0.05,
)  # metres off the floor: up to the first a ball is set on it, from the second on not at all
HEEL_OFF = (0.006, 0.025)  # likewise for the heel: one that has begun to rise is not held back
FAR = (0.1, 0.2)  # metres: a foot that would be held so far from where it is slips instead
TURNED = (0.03, 0.08)  # likewise a heel, beside the ball: a foot that turns is let turn
PELVIS = (0.2, 0.4)  # metres above the floor: below the first nobody stands, above the second one may
SOLE_DOWN = (
    -0.1,
    0.3,
)  # of the foot's own up, along the world's: below the first the sole does not face the floor
RISEN, LATELY = (
    (0.01, 0.03),
    0.3,
)  # metres above its lowest of so many seconds around: who hops does not stand
ENDS = 0.1  # seconds in which a contact begins and ends
UP = np.array([0.0, 1.0, 0.0])  # of the flat foot, in its own frame
# Of the least squares, where a foot in the air pulls its correction to zero with weight 1
HOLD, SETTLE, LOOSE, FROZEN = 1e5, 1e2, 0.2, 1e7
SOFT, SOFT_HEIGHT = 0.2, 0.09  # seconds in which a correction goes, over the floor and in height
RATE = 20.0  # Hz at which HOLD and SETTLE mean what they say


Limits = tuple[float | np.ndarray, float | np.ndarray]


@dataclass(frozen=True, eq=False)
class _Planted:
    """Where a foot goes, and how surely (T,) its ball stands."""

    plan: FootPlan
    ball: np.ndarray


def lock_feet(motion: Motion, *, frozen: np.ndarray | None = None) -> Motion:
    """The motion with feet that do not slide while they stand.

    frozen (T,) bool: frames that stay bit for bit; a foot that stands in some of them is held where they have it.
    """
    frozen = frozen_mask(motion, frozen)
    if len(motion) < 3 or frozen.all():
        return motion
    pose = Pose.of(motion)
    planted = {
        side: _planted(pose, side, firm, frozen, motion.fps) for side, firm in _firmness(pose, motion.fps)
    }
    plans = {side: foot.plan for side, foot in planted.items()}
    place_feet(pose, plans, motion.fps, {side: foot.ball for side, foot in planted.items()})
    return pose.motion(motion, frozen)


def _firmness(pose: Pose, fps: float) -> list[tuple[str, np.ndarray]]:
    """How surely (T,) the ball of each side's foot stands."""
    tall = _fading(-pose.pelvis[:, 2], (-PELVIS[1], -PELVIS[0]))
    firm = []
    for side, contact in find_contacts(pose, fps).items():
        up = quat.rotate(pose.facing(f"{side}_ankle"), UP)[:, 2]
        down = _fading(-up, (-SOLE_DOWN[1], -SOLE_DOWN[0]))
        height = pose.at(f"{side}_foot")[:, 2]
        low = _fading(height - _lowest(height, round(LATELY * fps)), RISEN)
        firm.append((side, _softened(contact.ball, ENDS * fps) * tall * down * low))
    return firm


def _planted(pose: Pose, side: str, firm: np.ndarray, frozen: np.ndarray, fps: float) -> _Planted:
    ball, ankle = pose.at(f"{side}_foot"), pose.at(f"{side}_ankle")
    foot, toes = pose.facing(f"{side}_ankle"), pose.facing(f"{side}_foot")
    near = _fading(ball[:, 2] - SOLE, BALL_OFF)
    moved, firm = _held(ball, SOLE, firm, near, FAR, frozen, fps)
    carried = ankle + moved
    slow, fast = contact_speeds(pose, fps)
    heel = (
        firm * _fading(carried[:, 2] - ANKLE_HEIGHT, HEEL_OFF) * _fading(speed_of(ankle, fps), (slow, fast))
    )
    raised, _ = _held(carried, ANKLE_HEIGHT, heel, np.ones(len(heel)), TURNED, frozen, fps)
    turn = quat.between(ball - ankle, ball - ankle - raised)
    return _Planted(
        FootPlan(ball + moved, quat.multiply(turn, foot), quat.multiply(quat.about_z(yaw_of(turn)), toes)),
        firm,
    )


def _held(
    point: np.ndarray,
    height: float,
    firm: np.ndarray,
    near: np.ndarray,
    far: Limits,
    frozen: np.ndarray,
    fps: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The correction (T,3) that holds a point (T,3) in one place while it is `firm` (T,), and at a height where it is
    `near` (T,) that; and how firm it is with what would go too far let go.
    """
    slip = np.diff(point[:, :2], axis=0)
    floor = _stilled_floor(slip, firm, frozen, fps)
    away = np.linalg.norm(floor, axis=1)
    if away.max() > far[0]:
        firm = firm * _fading(away, far)
        floor = _stilled_floor(slip, firm, frozen, fps)
    settle = SETTLE * firm * near
    pull = settle + (1 - firm) + LOOSE + FROZEN * frozen
    goal = np.where(frozen, 0.0, (height - point[:, 2]) * settle / pull)
    rise = stilled(
        np.zeros((len(slip), 1)), np.zeros(len(slip)), pull, _stiffness(SOFT_HEIGHT, fps), goal[:, None]
    )
    deepest = np.minimum(height - point[:, 2], 0.0)[:, None]  # no deeper than it is, nor under the floor
    return np.concatenate([floor, np.maximum(rise, deepest)], axis=1), firm


def _stilled_floor(slip: np.ndarray, firm: np.ndarray, frozen: np.ndarray, fps: float) -> np.ndarray:
    """The correction (T,2) over the floor of a point that slips (T-1,2) while it is firm (T,)."""
    hold = HOLD * (fps / RATE) ** 2 * np.minimum(firm[1:], firm[:-1])
    return stilled(slip, hold, (1 - firm) + LOOSE + FROZEN * frozen, _stiffness(SOFT, fps))


def _stiffness(seconds: float, fps: float) -> float:
    """Of corrections that go within so many seconds where nothing holds."""
    return (seconds * fps) ** 4


def _lowest(height: np.ndarray, half: int) -> np.ndarray:
    """(T,) the lowest of the frames around, `half` on each side."""
    padded = np.pad(height, half, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1).min(axis=1)


def _softened(contact: np.ndarray, frames: float) -> np.ndarray:
    """(T,) 1 in contacts (T,) bool, rising from nothing within so many frames of where one begins or ends."""
    firm = np.zeros(len(contact))
    for start, stop in runs(contact):
        times = np.arange(start, stop)
        since = times - start + 1 if start else np.full(len(times), np.inf)
        left = stop - times if stop < len(contact) else np.full(len(times), np.inf)
        firm[start:stop] = np.minimum(np.minimum(since, left) / max(frames, 1.0), 1.0) ** 2
    return firm


def _fading(values: np.ndarray, between: Limits) -> np.ndarray:
    """(T,) 1 up to the first of two limits, 0 from the second on."""
    low, high = between
    return smoothstep((high - values) / (high - low))
