"""What a body did, measured: hands raised, turns, travel, bows, kicks. Plain numbers for yes-or-no questions."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, SOLE, STANDING_PELVIS
from motion_core.editing.measures import reversals, smooth


class Observed:
    """Measurements of one motion; lengths in metres, speeds in m/s, angles in degrees. Lazily computed."""

    def __init__(self, motion: Motion) -> None:
        self.fps = motion.fps
        self.motion = motion

    @cached_property
    def joints(self) -> np.ndarray:
        return self.motion.joints().astype(np.float64)  # (T,22,3)

    def joint(self, name: str) -> np.ndarray:
        return self.joints[:, JOINT[name]]

    @cached_property
    def heading(self) -> np.ndarray:
        return smooth(self.motion.heading()[:, None], self.fps)[:, 0]  # (T,) radians, unwrapped

    @cached_property
    def local(self) -> np.ndarray:
        """Joints (T,22,3) in the body's frame: x to its left, y backwards, z up, the pelvis over the origin."""
        relative = self.joints - self.joint("pelvis")[:, None] * np.array([1, 1, 0])
        cos, sin = np.cos(self.heading)[:, None], np.sin(self.heading)[:, None]
        x, y, z = relative[..., 0], relative[..., 1], relative[..., 2]
        return np.stack([cos * x + sin * y, -sin * x + cos * y, z], axis=-1)

    def in_body(self, name: str) -> np.ndarray:
        return self.local[:, JOINT[name]]

    @cached_property
    def velocity(self) -> np.ndarray:
        """Smoothed velocity of the pelvis (T,2) in the body's frame: to the left, forwards."""
        ground = smooth(self.joint("pelvis")[:, :2], self.fps)
        world = np.gradient(ground, axis=0) * self.fps if len(ground) > 1 else np.zeros_like(ground)
        cos, sin = np.cos(self.heading), np.sin(self.heading)
        left = cos * world[:, 0] + sin * world[:, 1]
        forward = sin * world[:, 0] - cos * world[:, 1]
        return np.stack([left, forward], axis=-1)

    @property
    def forward(self) -> float:
        """Metres travelled along the facing direction (backwards counts negative)."""
        return float(self.velocity[:, 1].sum() / self.fps)

    @property
    def leftward(self) -> float:
        return float(self.velocity[:, 0].sum() / self.fps)

    @property
    def travel(self) -> float:
        """Length of the smoothed path."""
        return float(np.linalg.norm(self.velocity, axis=-1).sum() / self.fps)

    @property
    def top_speed(self) -> float:
        """90th percentile of the speed over the floor."""
        return float(np.percentile(np.linalg.norm(self.velocity, axis=-1), 90))

    @property
    def turn(self) -> float:
        """Degrees turned from first to last frame, left positive."""
        return float(np.degrees(self.heading[-1] - self.heading[0]))

    def raised(self, side: str) -> float:
        """Seconds for which that wrist is above its shoulder."""
        above = self.joint(f"{side}_wrist")[:, 2] > self.joint(f"{side}_shoulder")[:, 2]
        return float(above.sum() / self.fps)

    def above(self, side: str, joint: str) -> float:
        """How far that wrist gets above a joint at most; negative for one that stays below."""
        return float((self.joint(f"{side}_wrist")[:, 2] - self.joint(joint)[:, 2]).max())

    def waves(self, side: str) -> int:
        """Changes of direction of a hand swung sideways, by 6 cm or more each, while the hand is above its elbow."""
        up = self.joint(f"{side}_wrist")[:, 2] > self.joint(f"{side}_elbow")[:, 2] + 0.03
        sideways = (self.in_body(f"{side}_wrist") - self.in_body(f"{side}_elbow"))[:, 0]
        return reversals(sideways[up], 0.06)

    def swings(self, side: str) -> int:
        """Like `waves`, but small ones too, of 3 cm, with the hand anywhere above the pelvis."""
        up = self.joint(f"{side}_wrist")[:, 2] > self.joint("pelvis")[:, 2]
        sideways = (self.in_body(f"{side}_wrist") - self.in_body(f"{side}_elbow"))[:, 0]
        return reversals(sideways[up], 0.03)

    @property
    def bow(self) -> float:
        """Degrees the line from pelvis to neck leans forward of upright at most."""
        spine = self.in_body("neck") - self.in_body("pelvis")
        return float(np.degrees(np.arctan2(-spine[:, 1], spine[:, 2])).max())

    def kick(self, side: str) -> float:
        """Highest point of that ankle over its resting height."""
        height = self.joint(f"{side}_ankle")[:, 2]
        return float(height.max() - np.percentile(height, 10))

    def punch(self, side: str) -> float:
        """Greatest forward speed of that wrist in the body's frame while it is about as high as its shoulder.

        The height tells it from the swing of an arm that walks.
        """
        wrist = self.in_body(f"{side}_wrist")
        level = np.abs(wrist[:, 2] - self.in_body(f"{side}_shoulder")[:, 2]) < 0.3
        if len(wrist) < 2 or not level.any():
            return 0.0
        return float((-np.gradient(wrist[:, 1]) * self.fps)[level].max())

    def lift(self, side: str) -> float:
        """Between the lowest and the highest place of that wrist."""
        return float(np.ptp(self.joint(f"{side}_wrist")[:, 2]))

    def hand_speed(self, side: str) -> float:
        """95th percentile of the speed of that wrist in the body's frame: its busy moments."""
        wrist = self.in_body(f"{side}_wrist")
        if len(wrist) < 2:
            return 0.0
        return float(np.percentile(np.linalg.norm(np.diff(wrist, axis=0), axis=-1), 95) * self.fps)

    def face_distance(self, side: str) -> float:
        """Least distance from that wrist to the head."""
        apart = self.joint(f"{side}_wrist") - self.joint("head")
        return float(np.linalg.norm(apart, axis=-1).min())

    def bounces(self, side: str) -> int:
        """Ups and downs of that hand by 8 cm or more each while it is lower than the shoulder."""
        height = self.joint(f"{side}_wrist")[:, 2]
        return reversals(height[height < self.joint(f"{side}_shoulder")[:, 2]], 0.08)

    @property
    def overturned(self) -> float:
        """How far the head gets below the pelvis; negative for somebody who stays upright."""
        return float((self.joint("pelvis")[:, 2] - self.joint("head")[:, 2]).max())

    @property
    def low(self) -> float:
        """How far the pelvis is below its standing height, median over time."""
        return float(STANDING_PELVIS - np.median(self.joint("pelvis")[:, 2]))

    @property
    def end_speed(self) -> float:
        """Mean speed over the floor in the last 0.6 seconds."""
        return float(np.linalg.norm(self.velocity, axis=-1)[-max(1, round(0.6 * self.fps)) :].mean())

    def part(self, start: float, stop: float) -> Observed:
        """The same of a stretch of the motion, as shares of its length."""
        frames = len(self.motion)
        first = min(int(start * frames), frames - 1)
        return Observed(self.motion.slice(first, max(first + 1, int(np.ceil(stop * frames)))))

    @property
    def stillness(self) -> float:
        """Mean speed of all joints."""
        if len(self.joints) < 2:
            return 0.0
        return float(np.linalg.norm(np.diff(self.joints, axis=0), axis=-1).mean() * self.fps)

    @property
    def leap(self) -> float:
        """Greatest height of the lower foot over the floor: above zero, both feet are in the air."""
        lower = np.minimum(self.joint("left_foot")[:, 2], self.joint("right_foot")[:, 2])
        return float(lower.max() - SOLE)

    @property
    def crouch(self) -> float:
        """How far the pelvis sinks below its standing height."""
        return float(STANDING_PELVIS - self.joint("pelvis")[:, 2].min())
