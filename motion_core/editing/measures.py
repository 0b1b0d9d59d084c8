"""What a body does at each frame of a motion: heights, ways, leans, thrusts.

Arrays over time are (T,). Lengths are in metres over the floor, speeds in m/s, angles in degrees unless said otherwise.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT

SMOOTHING = 0.25  # seconds: the sway of a step is no turn and no travel
SIDES = ("left", "right")
OTHER = {"left": "right", "right": "left"}


class Measures:
    """Measurements of one motion, made when first asked for."""

    def __init__(self, motion: Motion) -> None:
        self.motion, self.fps = motion, motion.fps

    def __len__(self) -> int:
        return len(self.motion)

    @cached_property
    def joints(self) -> np.ndarray:
        return self.motion.joints().astype(np.float64)  # (T,22,3)

    def joint(self, name: str) -> np.ndarray:
        return self.joints[:, JOINT[name]]

    def height(self, name: str) -> np.ndarray:
        return self.joint(name)[:, 2]

    @cached_property
    def heading(self) -> np.ndarray:
        """Degrees, unwrapped, turns to the left positive."""
        return np.degrees(smooth(self.motion.heading().astype(np.float64)[:, None], self.fps)[:, 0])

    @cached_property
    def ground(self) -> np.ndarray:
        """The pelvis's way over the floor (T,2)."""
        return smooth(self.joint("pelvis")[:, :2], self.fps)

    @cached_property
    def velocity(self) -> np.ndarray:
        """Of the pelvis (T,2) in the body's frame: to the left, forwards."""
        world = np.gradient(self.ground, axis=0) * self.fps
        cos, sin = np.cos(np.radians(self.heading)), np.sin(np.radians(self.heading))
        return np.stack(
            [cos * world[:, 0] + sin * world[:, 1], sin * world[:, 0] - cos * world[:, 1]], axis=-1
        )

    @cached_property
    def speed(self) -> np.ndarray:
        return np.linalg.norm(self.velocity, axis=-1)

    def travel(self, start: int, stop: int) -> float:
        """Length of the way over the floor between two frames."""
        return float(self.speed[start:stop].sum() / self.fps)

    def in_body(self, name: str) -> np.ndarray:
        """A joint (T,3) seen from the pelvis: x to the left, y backwards, z up."""
        x, y, z = (self.joint(name) - self.joint("pelvis")).T
        cos, sin = np.cos(np.radians(self.heading)), np.sin(np.radians(self.heading))
        return np.stack([cos * x + sin * y, -sin * x + cos * y, z], axis=-1)

    def tilt(self, start: str, end: str) -> np.ndarray:
        """Angle between straight up and the line from one joint to another."""
        line = self.joint(end) - self.joint(start)
        return np.degrees(np.arccos(np.clip(line[:, 2] / np.linalg.norm(line, axis=-1), -1, 1)))

    @cached_property
    def trunk(self) -> np.ndarray:
        """Lean of the trunk in any direction: 0 upright, 90 level."""
        return self.tilt("pelvis", "neck")

    def thigh(self, side: str) -> np.ndarray:
        """Angle of a thigh to straight down: 0 standing, 90 level."""
        return 180 - self.tilt(f"{side}_hip", f"{side}_knee")

    @cached_property
    def pelvis(self) -> np.ndarray:
        """Height of the pelvis over the lowest joint: who lies on a mat lies, too."""
        return self.height("pelvis") - self.joints[:, :, 2].min(axis=1)

    @cached_property
    def upright(self) -> np.ndarray:
        """Frames in which somebody stands or walks straight, hands anywhere."""
        return (self.pelvis > 0.8) & (self.trunk < 20)

    def thrust(self, side: str) -> np.ndarray:
        """Forward speed of that wrist, seen from the body."""
        return -np.gradient(self.in_body(f"{side}_wrist")[:, 1]) * self.fps


def smooth(values: np.ndarray, fps: float) -> np.ndarray:
    """Values (T,C) averaged over a Hann window of about 2 x SMOOTHING, edges held."""
    half = max(1, round(SMOOTHING * fps))
    window = np.hanning(2 * half + 3)[1:-1]
    padded = np.pad(values, ((half, half), (0, 0)), mode="edge")
    return np.stack([np.convolve(c, window / window.sum(), mode="valid") for c in padded.T], axis=1)


def reversals(values: np.ndarray, least: float) -> int:
    """How often a signal (T,) turns back by at least `least` after having moved that much."""
    count, extreme, direction = 0, float(values[0]) if len(values) else 0.0, 0
    for value in map(float, values):
        moved = value - extreme
        if abs(moved) > least and np.sign(moved) != direction:
            count, direction, extreme = count + (direction != 0), int(np.sign(moved)), value
        elif direction * moved > 0:
            extreme = value
    return count
