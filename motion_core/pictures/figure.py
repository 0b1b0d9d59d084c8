"""Drawing the body without Blender: a camera, a floor with a grid, and capsules for limbs, by Pillow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS

SUPERSAMPLING = 2  # drawn larger, then averaged: Pillow's own lines are jagged
BACKGROUND, FLOOR, GRID, SHADOW, TRAIL = "#f4f2ee", "#e9e5dd", "#d3cdc1", "#c2bbad", "#b0a58f"
LEFT, RIGHT, MIDDLE, OUTLINE = "#d9772b", "#2f6f9f", "#6b6f76", "#2b2b2b"
# (from, to, radius in metres); the radii are a slim adult's
LIMBS: tuple[tuple[str, str, float], ...] = (
    ("pelvis", "spine2", 0.105), ("spine2", "spine3", 0.115), ("spine3", "neck", 0.085), ("neck", "head", 0.05),
    ("head", "head_top", 0.082),
    ("left_hip", "left_knee", 0.068), ("left_knee", "left_ankle", 0.046), ("left_ankle", "left_foot", 0.034),
    ("left_foot", "left_toe", 0.030), ("pelvis", "left_hip", 0.085), ("spine3", "left_shoulder", 0.055),
    ("left_shoulder", "left_elbow", 0.044), ("left_elbow", "left_wrist", 0.035), ("left_wrist", "left_hand", 0.038),
    ("right_hip", "right_knee", 0.068), ("right_knee", "right_ankle", 0.046), ("right_ankle", "right_foot", 0.034),
    ("right_foot", "right_toe", 0.030), ("pelvis", "right_hip", 0.085), ("spine3", "right_shoulder", 0.055),
    ("right_shoulder", "right_elbow", 0.044), ("right_elbow", "right_wrist", 0.035),
    ("right_wrist", "right_hand", 0.038),
)  # fmt: skip


@dataclass(frozen=True)
class Camera:
    """A perspective camera that looks at `target` (3,) metres from `azimuth` (0: from -Y, the front) and `height`."""

    target: np.ndarray
    azimuth: float = np.radians(32)
    elevation: float = np.radians(12)
    distance: float = 5.0
    focal: float = 3.0  # image half-heights

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World points (...,3) to image coordinates (...,2), x right and y down, half-height = 1, and depth (...)."""
        back = np.array(
            [
                np.sin(self.azimuth) * np.cos(self.elevation),
                -np.cos(self.azimuth) * np.cos(self.elevation),
                np.sin(self.elevation),
            ]
        )
        right = np.array([np.cos(self.azimuth), np.sin(self.azimuth), 0.0])
        up = np.cross(back, right)
        relative = np.asarray(points) - (self.target + back * self.distance)
        depth = np.maximum(-(relative @ back), 0.1)
        flat = np.stack([relative @ right, -(relative @ up)], axis=-1)
        return flat * self.focal / depth[..., None], depth


def body_points(motion: Motion) -> dict[str, np.ndarray]:
    """World positions (T,3) of every joint and tip by name."""
    joints = motion.joints()
    return {**{name: joints[:, JOINT[name]] for name in JOINTS}, **motion.tips()}


class Canvas:
    """One picture being drawn; `size` is (width, height) in pixels of the result."""

    def __init__(self, size: tuple[int, int], camera: Camera) -> None:
        self.size, self.camera = size, camera
        self.half = size[1] * SUPERSAMPLING / 2
        self.image = Image.new("RGB", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING), BACKGROUND)
        self.draw = ImageDraw.Draw(self.image)

    def pixels(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        flat, depth = self.camera.project(points)
        centre = np.array([self.size[0] * SUPERSAMPLING / 2, self.half])
        return flat * self.half + centre, depth

    def floor(self, reach: float = 4.0, step: float = 0.5) -> None:
        """Grid lines every `step` metres of the world, so that travel shows under a following camera."""
        x0, y0 = (round(c / step) * step for c in self.camera.target[:2])
        corners = np.array(
            [[x0 + a * reach, y0 + b * reach, 0] for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        )
        self.draw.polygon([tuple(p) for p in self.pixels(corners)[0]], fill=FLOOR)
        for k in np.arange(-reach, reach + step / 2, step):
            for line in (
                [[x0 + k, y0 - reach, 0], [x0 + k, y0 + reach, 0]],
                [[x0 - reach, y0 + k, 0], [x0 + reach, y0 + k, 0]],
            ):
                (a, b), _ = self.pixels(np.array(line))
                self.draw.line([tuple(a), tuple(b)], fill=GRID, width=SUPERSAMPLING)

    def trail(self, ground: np.ndarray) -> None:
        """The path of the pelvis on the floor, (T,2) metres."""
        if len(ground) > 1:
            points, _ = self.pixels(np.concatenate([ground, np.zeros((len(ground), 1))], axis=1))
            self.draw.line([tuple(p) for p in points], fill=TRAIL, width=2 * SUPERSAMPLING)

    def shadow(self, body: dict[str, np.ndarray]) -> None:
        for name, to, radius in LIMBS:
            flat = np.stack([body[name], body[to]]) * np.array([1, 1, 0])
            self._capsule(flat, radius * 0.9, SHADOW, outline=False)

    def figure(self, body: dict[str, np.ndarray]) -> None:
        """Limbs from far to near, each with its own outline; `body` holds one position (3,) a name."""

        def depth_of(limb: tuple[str, str, float]) -> float:
            return float(self.pixels(np.stack([body[limb[0]], body[limb[1]]]))[1].mean())

        for name, to, radius in sorted(LIMBS, key=depth_of, reverse=True):
            side = LEFT if "left" in to else RIGHT if "right" in to else MIDDLE
            self._capsule(np.stack([body[name], body[to]]), radius, side, outline=True)

    def _capsule(self, ends: np.ndarray, radius: float, colour: str, *, outline: bool) -> None:
        points, depth = self.pixels(ends)
        widths = radius * self.camera.focal / depth * self.half
        if outline:
            self._tapered(points, widths + SUPERSAMPLING, OUTLINE)
        self._tapered(points, widths, colour)

    def _tapered(self, points: np.ndarray, radii: np.ndarray, colour: str) -> None:
        along = points[1] - points[0]
        length = float(np.hypot(*along))
        if length > 1e-6:
            side = np.array([-along[1], along[0]]) / length
            quad = [
                points[0] + side * radii[0],
                points[1] + side * radii[1],
                points[1] - side * radii[1],
                points[0] - side * radii[0],
            ]
            self.draw.polygon([tuple(p) for p in quad], fill=colour)
        for point, radius in zip(points, radii):
            self.draw.ellipse([*(point - radius), *(point + radius)], fill=colour)

    def finish(self) -> Image.Image:
        return self.image.resize(self.size, Image.Resampling.LANCZOS)


def draw_frame(body: dict[str, np.ndarray], frame: int, camera: Camera, size: tuple[int, int]) -> Image.Image:
    """One frame of `body_points` on the floor, with its shadow and the path so far."""
    canvas = Canvas(size, camera)
    canvas.floor()
    canvas.trail(body["pelvis"][: frame + 1, :2])
    now = {name: positions[frame] for name, positions in body.items()}
    canvas.shadow(now)
    canvas.figure(now)
    return canvas.finish()
