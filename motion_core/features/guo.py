"""The features of Guo et al. 2022 for any skeleton: HumanML3D's 263 (`humanml263`), KIT-ML's 251 (`kit251`).

Y up, the first frame over the origin facing +Z, left at +X. The columns are described in `humanml263`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.features.stats import check_features

X, Y, Z = 0, 1, 2
HEADING_SIGMA, HEADING_REACH = 20.0, 80  # frames: the smoothing of the heading and where its window ends


@dataclass(frozen=True)
class Skeleton:
    """Whose features they are. The first joint is the pelvis; hips and shoulders say where it faces."""

    joints: tuple[str, ...]
    # The zero pose of its rotations: the direction of each joint's bone, from its parent.
    zero: Mapping[str, tuple[int, int, int]]
    # Each chain starts anew from the root's rotation, also the arms that hang on the spine.
    chains: tuple[tuple[str, ...], ...]
    # Joints whose squared step is below `still` touch the ground; in the order of the columns.
    contacts: tuple[str, ...]
    still: float

    @cached_property
    def index(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.joints)}

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Columns by name."""
        others = len(self.joints) - 1
        sizes = {
            "yaw_velocity": 1, "root_velocity": 2, "root_height": 1, "positions": 3 * others, "rot6d": 6 * others,
            "velocities": 3 * len(self.joints), "contacts": len(self.contacts),
        }  # fmt: skip
        stops = np.cumsum(list(sizes.values())).tolist()
        return {name: slice(stop - size, stop) for (name, size), stop in zip(sizes.items(), stops)}

    @property
    def dim(self) -> int:
        return self.slices["contacts"].stop


def _into_heading(half: np.ndarray) -> np.ndarray:
    """Quaternions (T,4) that turn the world into the heading frame; half (T,) as component 0's running sum."""
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, np.sin(half), zero], axis=-1)


def _left(joints: np.ndarray, part: str, index: Mapping[str, int]) -> np.ndarray:
    """From the right joint of a pair to the left one (T,3)."""
    return joints[:, index[f"left_{part}"]] - joints[:, index[f"right_{part}"]]


def _facing(across: np.ndarray) -> np.ndarray:
    """Direction (T,3) in the floor plane (Y up) of a body whose left is `across` (T,3); not of unit length."""
    across = across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-12)
    return np.cross(across, [0.0, 1.0, 0.0])


def _forward(joints: np.ndarray, index: Mapping[str, int]) -> np.ndarray:
    """Facing direction (T,3) of hips and shoulders."""
    return _facing(_left(joints, "shoulder", index) + _left(joints, "hip", index))


def _smoothed_forward(joints: np.ndarray, index: Mapping[str, int]) -> np.ndarray:
    """The direction (T,3) that the official code smooths: of the shoulders, less that of the hips."""
    return _smoothed(_facing(_left(joints, "shoulder", index) - _left(joints, "hip", index)))


def _half_heading(forward: np.ndarray) -> np.ndarray:
    """Half angles (T,), unwrapped, that turn forward (T,3) to +Z."""
    return -np.unwrap(np.arctan2(forward[:, X], forward[:, Z])) / 2


def _smoothed(vectors: np.ndarray) -> np.ndarray:
    """(T,3) averaged over time with HumanML3D's Gaussian, ends held."""
    kernel = np.exp(-0.5 * (np.arange(-HEADING_REACH, HEADING_REACH + 1) / HEADING_SIGMA) ** 2)
    padded = np.pad(vectors, ((HEADING_REACH, HEADING_REACH), (0, 0)), mode="edge")
    columns = [np.convolve(column, kernel / kernel.sum(), mode="valid") for column in padded.T]
    return np.stack(columns, axis=-1)


def _placed(joints: np.ndarray, index: Mapping[str, int]) -> np.ndarray:
    """Joints (T,J,3), Y up, moved to the floor, over the origin and to face +Z at the first frame."""
    joints = joints - [0.0, joints[..., Y].min(), 0.0]
    joints = joints - joints[0, 0] * [1.0, 0.0, 1.0]
    return quat.rotate(_into_heading(_half_heading(_forward(joints[:1], index))), joints)


def _chain_rotations(joints: np.ndarray, root: np.ndarray, body: Skeleton) -> np.ndarray:
    """Local rotations (T,J-1,4) of all but the pelvis, each the shortest turn of its bone out of the zero pose."""
    local = np.empty((*joints.shape[:2], 4))
    for chain in body.chains:
        above = root
        for parent, joint in pairwise(chain):
            bone = joints[:, body.index[joint]] - joints[:, body.index[parent]]
            world = quat.between(np.array(body.zero[joint], dtype=np.float64), bone)
            local[:, body.index[joint]] = quat.multiply(quat.conjugate(above), world)
            above = world
    return local[:, 1:]


def joints_to_features(joints: np.ndarray, body: Skeleton) -> np.ndarray:
    """Features (T-1,F) float32 of joints (T,J,3), Y up, in the body's units and at its rate.

    Raises ValueError for fewer than two frames.
    """
    if len(joints) < 2:
        raise ValueError("the motion has 1 frame: velocities need at least two")
    joints = _placed(joints, body.index)
    half = _half_heading(_smoothed_forward(joints, body.index))
    half[0] = 0.0
    root = _into_heading(half)  # (T,4)
    steps = np.diff(joints, axis=0)  # (T-1,J,3)
    pelvis = joints[:, 0]
    local = quat.rotate(root[:, None], joints - pelvis[:, None] * [1.0, 0.0, 1.0])
    matrices = quat.quat_to_matrix(_chain_rotations(joints, root, body))
    feet = steps[:, [body.index[name] for name in body.contacts]]

    n, columns = len(joints) - 1, body.slices
    x0 = np.empty((n, body.dim), dtype=np.float32)
    x0[:, columns["yaw_velocity"]] = np.diff(half)[:, None]
    x0[:, columns["root_velocity"]] = quat.rotate(root[1:], steps[:, 0])[:, [X, Z]]
    x0[:, columns["root_height"]] = pelvis[:-1, Y, None]
    x0[:, columns["positions"]] = local[:-1, 1:].reshape(n, -1)
    x0[:, columns["rot6d"]] = np.swapaxes(matrices[:-1], -1, -2)[..., :2, :].reshape(n, -1)
    x0[:, columns["velocities"]] = quat.rotate(root[:-1, None], steps).reshape(n, -1)
    x0[:, columns["contacts"]] = np.sum(feet**2, axis=-1) < body.still
    return x0


def features_to_joints(features: np.ndarray, body: Skeleton) -> np.ndarray:
    """Joints (T,J,3), Y up, of features (T,F), by their positions and root.

    Raises ValueError for another shape, no frame or a value that is not finite.
    """
    x0, columns = check_features(features, body.slices), body.slices
    n = len(x0)
    half = np.concatenate([[0.0], np.cumsum(x0[:-1, columns["yaw_velocity"]])])
    out_of_heading = quat.conjugate(_into_heading(half))
    steps = np.zeros((n, 3))
    steps[1:, [X, Z]] = x0[:-1, columns["root_velocity"]]
    pelvis = np.cumsum(quat.rotate(out_of_heading, steps), axis=0)
    local = np.zeros((n, len(body.joints), 3))
    local[:, 1:] = x0[:, columns["positions"]].reshape(n, -1, 3)
    local[:, 0, Y] = x0[:, columns["root_height"]][:, 0]
    return quat.rotate(out_of_heading[:, None], local) + pelvis[:, None]
