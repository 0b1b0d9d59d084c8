"""Stretches of made motion put one behind the other: each is moved to where the last one stands, and the model fills
the frames between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.editing.borders import join_borders
from motion_core.editing.calm import calm
from motion_core.generators.bridge import bridge
from motion_core.generators.plan import Work
from motion_core.generators.windows import FillPlan, Studio, fill
from motion_core.tasks import Sampling

BALLS = [JOINT["left_foot"], JOINT["right_foot"]]
HASTE = 0.1  # seconds: a metre a second apart counts as ten centimetres
PACE = 0.4  # seconds over which a speed is taken
GOING = 0.5  # m/s over the floor above which the foot that is ahead is the one to stand on


@dataclass(frozen=True, eq=False)
class Assembly:
    """A motion under way. known (T,) bool: frames that are made; the others are the model's to fill."""

    motion: Motion
    known: np.ndarray

    @classmethod
    def of(cls, motion: Motion) -> Assembly:
        return cls(motion, np.ones(len(motion), dtype=bool))

    def __len__(self) -> int:
        return len(self.motion)

    def then(self, part: Motion, gap: int) -> Assembly:
        """Another stretch behind `gap` free frames: on the same feet; of somebody who goes, as far on as they go."""
        held = self.motion.at_frames(np.arange(len(self) + gap))
        goes = np.linalg.norm(_step(part, 0)[:2]) * part.fps > GOING
        placed = _in_the_way(self.motion, part, gap + 1) if goes else _on_the_feet(self.motion, part)
        known = np.concatenate([self.known, np.zeros(gap, dtype=bool), np.ones(len(placed), dtype=bool)])
        return Assembly(held.concatenate(placed, align=False), known)

    def then_again(self, part: Motion, gap: int) -> Assembly:
        """Another stretch that begins as this one ends; of the frames around the seam `gap` are free."""
        whole = self.motion.concatenate(part, align=True)
        known = np.concatenate([self.known, np.ones(len(part), dtype=bool)])
        before, after = gap // 2, gap - gap // 2
        known[max(1, len(self) - before) : len(self) + after] = False
        return Assembly(whole, known)


def assembled(given: Assembly, text: str | None, sampling: Sampling, studio: Studio) -> Work:
    """The motion with its free frames filled; the known ones stay."""
    if given.known.all():
        return given.motion
    made = yield from fill(FillPlan(given.motion, given.known, sampling, text), studio)
    return bridge(join_borders(calm(made, given.known, studio.calm), given.known), given.known)


def _turned_as(before: Motion, part: Motion) -> Motion:
    return part.moved(yaw=float(before.heading()[-1] - part.heading()[0]))


def _shifted(part: Motion, to: np.ndarray, of: np.ndarray) -> Motion:
    x, y = (to - of)[:2].tolist()
    return part.moved(offset=(x, y, 0.0))


def _in_the_way(before: Motion, part: Motion, steps: int) -> Motion:
    """The part begun where the pelvis is after so many frames: it goes on as it went, ever slower or faster."""
    part = _turned_as(before, part)
    way = (_step(before, -1) + _step(part, 0)) / 2 * steps
    return _shifted(part, before.pelvis[-1] + way, part.pelvis[0])


def _step(motion: Motion, frame: int) -> np.ndarray:
    """Metres a frame (3,) of the pelvis at the first or the last frame."""
    span = min(len(motion), max(2, round(PACE * motion.fps) + 1))
    ends = motion.pelvis[-span:] if frame else motion.pelvis[:span]
    return (ends[-1] - ends[0]).astype(np.float64) / max(1, span - 1)


def _on_the_feet(before: Motion, part: Motion) -> Motion:
    """The part begun with its feet where they are; of somebody who goes, with the foot that is ahead."""
    part = _turned_as(before, part)
    feet, others = before.joints()[-1, BALLS], part.joints()[0, BALLS]
    step = _step(before, -1)[:2] * before.fps
    if np.linalg.norm(step) < GOING:
        return _shifted(part, feet.mean(0), others.mean(0))
    ahead = int(np.argmax(feet[:, :2] @ step))
    return _shifted(part, feet[ahead], others[ahead])


def poses_of(motion: Motion) -> np.ndarray:
    """(T,44,3): the joints seen from the body over the floor, and how fast they go over the floor, times HASTE."""
    world = motion.joints().astype(np.float64)
    speeds = np.gradient(world, axis=0) * motion.fps if len(motion) > 1 else np.zeros_like(world)
    joints = world - motion.pelvis[:, None].astype(np.float64) * np.array([1, 1, 0])
    back = _about_z(-motion.heading())[:, None]
    return np.concatenate([quat.rotate(back, joints), quat.rotate(back, speeds) * HASTE], axis=1)


def _about_z(angles: np.ndarray) -> np.ndarray:
    zero = np.zeros_like(angles)
    return np.stack([np.cos(angles / 2), zero, zero, np.sin(angles / 2)], axis=-1)


def apart(poses: np.ndarray, pose: np.ndarray) -> np.ndarray:
    """Metres (T,) that poses (T,44,3) are from one (44,3), as mean over the joints."""
    return np.linalg.norm(poses - pose, axis=-1).mean(-1) * 2
