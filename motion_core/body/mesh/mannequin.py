"""The mannequin: solids of `anatomy.py` polygonised, relaxed, mirrored and skinned. The same on every machine."""

from __future__ import annotations

from functools import cache

import numpy as np

from motion_core.body.mesh.anatomy import FLOOR, PARTS
from motion_core.body.mesh.body_data import BodyData
from motion_core.body.mesh.skinning import joint_tones, skin_weights
from motion_core.body.mesh.solid import distance_at, gradient_at
from motion_core.body.mesh.surface_nets import surface_nets
from motion_core.body.skeleton import JOINT, REST_JOINTS, TIPS

MIRROR_X = np.array([-1.0, 1.0, 1.0])
# Cell sizes in metres from a coordinate on, per axis: fine at hands, head and feet, coarse on torso and legs.
STEPS_X = ((0.0, 0.020), (0.05, 0.024), (0.20, 0.028), (0.64, 0.0135), (0.90, 0.0135))
STEPS_Y = ((-1.20, 0.014), (-1.06, 0.030), (-0.28, 0.026), (0.10, 0.021), (0.30, 0.0125), (0.57, 0.0125))
STEPS_Z = ((-0.195, 0.0205), (0.30, 0.0205))


def _grid(steps: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Ascending coordinates from the first to the last of `steps`, each step as long as its stretch says."""
    values = [steps[0][0]]
    while values[-1] < steps[-1][0]:
        step = next(size for start, size in reversed(steps) if values[-1] >= start - 1e-9)
        values.append(values[-1] + step)
    return np.array(values)


def _warped(grid: np.ndarray) -> np.ndarray:
    """Points (...,3) of the body where the even grid (...,3) lies: drawn together around arms, head and feet.

    Out there nothing else needs the room, and thin parts get more cells across.
    """
    x, y, z = np.moveaxis(grid, -1, 0)
    arm = 1 - 0.30 * _ramp(np.abs(x), 0.22, 0.36) - 0.25 * _ramp(np.abs(x), 0.55, 0.68)
    head = 1 - 0.40 * _ramp(y, 0.27, 0.34) * (1 - _ramp(np.abs(x), 0.10, 0.20))
    foot = 1 - 0.15 * _ramp(-y, 1.00, 1.08)
    arm_y, arm_z = REST_JOINTS[JOINT["left_wrist"], 1:]
    y = arm_y + (y - arm_y) * arm
    z = np.where(arm < 1, arm_z + (z - arm_z) * arm, z * head * foot)
    return np.stack([x * head, y, z], axis=-1)


def _ramp(value: np.ndarray, start: float, end: float) -> np.ndarray:
    t = np.clip((value - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def _mirrored(points: np.ndarray) -> np.ndarray:
    """Points (...,3) folded to the left half: the right one is its mirror image."""
    return np.stack([np.abs(points[..., 0]), points[..., 1], points[..., 2]], axis=-1)


def _pairs(vertices: np.ndarray) -> np.ndarray:
    """(V,) the index of each vertex's mirror image."""
    # the polygoniser is symmetric up to rounding: sorting by position finds the partners
    key = np.round(vertices / 1e-6).astype(np.int64)
    forward = np.lexsort(key.T)
    backward = np.lexsort((key * np.array([-1, 1, 1])).T)
    pairs = np.empty(len(vertices), dtype=np.int64)
    pairs[forward] = backward
    return pairs


def _neighbours(faces: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both directions of every edge (E,), (E,), and how many neighbours each vertex has (V,)."""
    edges = np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2)
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    start, end = np.concatenate([edges, edges[:, ::-1]]).T
    return start, end, np.bincount(start, minlength=count)


def _to_surface(points: np.ndarray, steps: int = 2) -> np.ndarray:
    """Newton's step along the gradient."""
    for _ in range(steps):
        folded = _mirrored(points)
        gradient = gradient_at(PARTS, folded)
        distance = distance_at(PARTS, folded)
        move = gradient * (distance / np.maximum(np.sum(gradient**2, axis=1), 0.1))[:, None]
        length = np.linalg.norm(move, axis=1, keepdims=True)
        move *= np.minimum(1, 0.01 / np.maximum(length, 1e-12))
        side = np.where(points[:, :1] < 0, MIRROR_X, 1.0)
        points = points - move * side
    return points


def _relaxed(vertices: np.ndarray, faces: np.ndarray, rounds: int = 4) -> np.ndarray:
    """Evenly spread quads that lie on the surface: towards the neighbours' mean, then back onto the surface."""
    start, end, degree = _neighbours(faces, len(vertices))
    for _ in range(rounds):
        total = np.zeros_like(vertices)
        np.add.at(total, start, vertices[end])
        vertices = _to_surface(0.5 * vertices + 0.5 * total / degree[:, None], 1)
    return _to_surface(vertices)


def _surface() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """vertices (V,3) exactly symmetric, quads (F,4), and each vertex's partner across (V,)."""
    x = _grid(STEPS_X) + STEPS_X[0][1] / 2  # a cell in the middle, so that vertices lie on x = 0
    axes = (np.concatenate([-x[::-1], x]), _grid(STEPS_Y), _grid(STEPS_Z))
    left = _warped(np.stack(np.meshgrid(x, *axes[1:], indexing="ij"), axis=-1))
    half = distance_at(PARTS, left.reshape(-1, 3)).reshape(left.shape[:-1])
    flat, faces = surface_nets(np.concatenate([half[::-1], half]), axes)
    pairs = _pairs(flat)
    vertices = _relaxed(_warped(flat), faces)
    return (vertices + vertices[pairs] * MIRROR_X) / 2, faces, pairs


@cache
def mannequin() -> BodyData:
    """Our own body on the rest joints: made once a process, in under a second, always the same to the last bit."""
    vertices, faces, pairs = _surface()
    weights = skin_weights(vertices, pairs)
    tips = [REST_JOINTS[JOINT[joint]] + offset for joint, offset in TIPS.values()]
    return BodyData(
        joints=REST_JOINTS.astype(np.float64),
        tips=np.array(tips, dtype=np.float64),
        vertices=vertices,
        faces=faces,
        weights=weights,
        tones=joint_tones(vertices),
        floor=FLOOR,
    )
