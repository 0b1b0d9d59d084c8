"""Solids as distance fields: tapered, squashed capsules melted into each other.

A distance is negative inside, in metres, exact to first order near the surface.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Capsule:
    """From a (radius ra) to b (radius rb), squashed along the axes; a = b makes an ellipsoid.

    blend: metres over which it melts into the solid so far. carve: it is taken away instead of added.
    """

    a: Vector
    b: Vector
    ra: float
    rb: float
    squash: Vector = (1.0, 1.0, 1.0)
    blend: float = 0.02
    carve: bool = False

    def distance(self, points: np.ndarray) -> np.ndarray:
        """(...) from points (...,3): |q - q_axis| - r in squashed space, over the length of its gradient."""
        squash = np.array(self.squash)
        q = (points - np.array(self.a)) / squash
        axis = (np.array(self.b) - np.array(self.a)) / squash
        length2 = axis @ axis
        along = np.clip(q @ axis / length2, 0, 1) if length2 > 0 else np.zeros(q.shape[:-1])
        q = q - along[..., None] * axis
        radius = np.maximum(np.linalg.norm(q, axis=-1), 1e-9)
        gradient = np.linalg.norm(q / squash, axis=-1) / radius
        return (radius - (self.ra + (self.rb - self.ra) * along)) / np.maximum(gradient, 1e-9)

    def bounds(self, margin: float) -> tuple[np.ndarray, np.ndarray]:
        ends = np.array([self.a, self.b])
        reach = max(self.ra, self.rb) * np.array(self.squash) + margin
        return ends.min(axis=0) - reach, ends.max(axis=0) + reach


def ellipsoid(centre: Vector, radii: Vector, blend: float = 0.02, carve: bool = False) -> Capsule:
    return Capsule(centre, centre, 1.0, 1.0, radii, blend, carve)


def smooth_min(a: np.ndarray, b: np.ndarray, blend: float) -> np.ndarray:
    """min(a, b) with the crease rounded off: a quadratic bridge where |a - b| < blend."""
    h = np.maximum(blend - np.abs(a - b), 0) / blend
    return np.minimum(a, b) - h * h * blend / 4


def _melt(field: np.ndarray, part: Capsule, points: np.ndarray) -> np.ndarray:
    distance = part.distance(points)
    if part.carve:
        return -smooth_min(-field, distance, part.blend)
    return smooth_min(field, distance, part.blend)


FAR = 0.1  # metres: what the field is said to be where no part is near
MARGIN = 0.06


def distance_at(parts: Sequence[Capsule], points: np.ndarray) -> np.ndarray:
    """(N,) of points (N,3). Each part only touches the points near it."""
    field = np.full(len(points), FAR)
    for part in parts:
        low, high = part.bounds(MARGIN)
        near = np.flatnonzero(np.all((points >= low) & (points <= high), axis=1))
        field[near] = _melt(field[near], part, points[near])
    return field


def gradient_at(parts: Sequence[Capsule], points: np.ndarray, step: float = 5e-4) -> np.ndarray:
    """(N,3) by central differences."""
    shifts = np.concatenate([np.eye(3), -np.eye(3)])[:, None] * step  # (6,1,3)
    values = distance_at(parts, (points + shifts).reshape(-1, 3)).reshape(6, -1)
    return (values[:3] - values[3:]).T / (2 * step)
