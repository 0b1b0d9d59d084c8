"""The 205 SMPL features, in the columns of STMC and the DiT lab: [r_z, r'_x, r'_y, a', theta, j], Z up, per frame.

    root_height    1    z of `trans`, metres
    root_velocity  2    step of the pelvis over the floor since the frame before, seen from this frame's heading, metres
    yaw_velocity   1    turn of the heading since the frame before, radians
    rot6d        132    22 local rotations, first two rows; the pelvis without its heading
    joints        69    23 joints (SMPL's 24 without the pelvis) relative to the pelvis, seen from this frame's heading

The heading is the angle a of the root's ZYX Euler angles, R = Rz(a) Ry(b) Rx(c): the direction of the body's left
axis over the floor, 0 when it is +X. Lying on the front or back is therefore harmless; lying exactly on one side
leaves a undefined, and there it is held between the frames around.

The lab and STMC write heights and velocities otherwise: `smpl205_official`. Here the pelvis' own turn about Z, which is
0 in real motion but not in what networks make, is added to the heading by `decode`.

Frame 0 has no frame before: its two velocities are the absolute position and heading, so that running sums restore
both. A clip that starts facing front over the origin has zeros there; `canonical` makes any clip such a one.

The rotations are the truth; `decode` does not read `joints`, which are there for the network to see and be judged by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from motion_core.body import quaternions as quat
from motion_core.body.kinematics import joint_kinematics
from motion_core.body.motion import Motion
from motion_core.body.rotations import rot6d_to_matrix, yaw_to_matrix
from motion_core.body.skeleton import JOINT, JOINTS, REST_PELVIS, TIPS
from motion_core.features.stats import FeatureStats, check_features

__all__ = [
    "DIM", "FEATURE_JOINTS", "SLICES", "FeatureStats", "canonical", "crop", "decode", "encode", "encode_canonical",
    "features_to_joints", "heading_of", "integrate_root", "local_matrices", "split", "turned", "world_matrices",
]  # fmt: skip

FEATURE_JOINTS: tuple[str, ...] = (*JOINTS[1:], "left_hand", "right_hand")  # the 23, in SMPL's order
SLICES: dict[str, slice] = {
    "root_height": slice(0, 1),
    "root_velocity": slice(1, 3),
    "yaw_velocity": slice(3, 4),
    "rot6d": slice(4, 136),
    "joints": slice(136, 205),
}
DIM = 205
X, Y, Z = 0, 1, 2

# The left axis is taken as vertical, its heading as undefined, when less than this of it lies over the floor.
_MIN_HORIZONTAL = 1e-3


def heading_of(left: np.ndarray) -> np.ndarray:
    """Angle a (T,), unwrapped, of the body's left axis in the world (T,3)."""
    known = np.flatnonzero(np.hypot(left[:, X], left[:, Y]) > _MIN_HORIZONTAL)
    if len(known) == 0:
        return np.zeros(len(left))
    angle = np.unwrap(np.arctan2(left[known, Y], left[known, X]))
    return np.interp(np.arange(len(left)), known, angle)


def turned(vectors: np.ndarray, yaw: np.ndarray) -> np.ndarray:
    """Vectors (T,...,2 or 3) turned about Z by yaw (T,)."""
    yaw = yaw.reshape(-1, *[1] * (vectors.ndim - 2))
    cos, sin, out = np.cos(yaw), np.sin(yaw), vectors.copy()
    out[..., X] = cos * vectors[..., X] - sin * vectors[..., Y]
    out[..., Y] = sin * vectors[..., X] + cos * vectors[..., Y]
    return out


def _hands(positions: np.ndarray, orientations: np.ndarray) -> np.ndarray:
    """World positions (T,2,3) of the hands, SMPL's joints 22 and 23."""
    hands = [TIPS[tip] for tip in FEATURE_JOINTS[-2:]]
    joints = [JOINT[joint] for joint, _ in hands]
    offsets = np.array([offset for _, offset in hands], dtype=np.float64)
    return positions[:, joints] + quat.rotate(orientations[:, joints], offsets)


def encode(motion: Motion) -> np.ndarray:
    """Features (T,205) float32, one row per frame of the motion."""
    matrices = quat.quat_to_matrix(motion.rotations.astype(np.float64))  # (T,22,3,3)
    yaw = heading_of(matrices[:, JOINT["pelvis"], :, X])
    # Rz(-a) R turns each column of R
    facing = turned(np.swapaxes(matrices[:, JOINT["pelvis"]], -1, -2), -yaw)
    matrices[:, JOINT["pelvis"]] = np.swapaxes(facing, -1, -2)

    positions, orientations = motion.kinematics()
    around = np.concatenate([positions[:, 1:], _hands(positions, orientations)], axis=1)
    around -= positions[:, JOINT["pelvis"], None]  # (T,23,3)
    floor = motion.pelvis[:, :Z].astype(np.float64)

    x0 = np.empty((len(motion), DIM), dtype=np.float32)
    x0[:, SLICES["root_height"]] = motion.trans[:, Z, None]
    x0[:, SLICES["root_velocity"]] = turned(np.diff(floor, axis=0, prepend=0.0), -yaw)
    x0[:, SLICES["yaw_velocity"]] = np.diff(yaw, prepend=0.0)[:, None]
    x0[:, SLICES["rot6d"]] = matrices[..., :2, :].reshape(len(motion), -1)
    x0[:, SLICES["joints"]] = turned(around, -yaw).reshape(len(motion), -1)
    return x0


def encode_canonical(motions: Sequence[Motion]) -> list[np.ndarray]:
    """`canonical(encode(motion))` of each motion, nearly all of them in one pass, which takes a third of the time."""
    lies = _lie_on_one_side(motions)  # their headings are held from frames around, which must be their own
    together = iter(_encode_together([motion for motion, alone in zip(motions, lies) if not alone]))
    return [canonical(encode(m)) if alone else next(together) for m, alone in zip(motions, lies)]


def _lie_on_one_side(motions: Sequence[Motion]) -> list[bool]:
    """Whether the left axis of each motion's pelvis is ever vertical, or nearly."""
    if not motions:
        return []
    pelvis = np.concatenate([motion.rotations[:, JOINT["pelvis"]] for motion in motions])
    left = quat.rotate(pelvis, np.array([1.0, 0.0, 0.0], dtype=pelvis.dtype))
    vertical = np.hypot(left[:, X], left[:, Y]) < 2 * _MIN_HORIZONTAL
    starts = np.cumsum([0, *map(len, motions)])[:-1]
    return np.logical_or.reduceat(vertical, starts).tolist()


def _encode_together(motions: Sequence[Motion]) -> list[np.ndarray]:
    """`encode_canonical` of motions whose headings are known in every frame."""
    if not motions:
        return []
    trans = np.concatenate([motion.trans for motion in motions])
    whole = encode(Motion(motions[0].fps, trans, np.concatenate([motion.rotations for motion in motions])))
    stops = np.cumsum([len(motion) for motion in motions])[:-1]
    return [canonical(part) for part in np.split(whole, stops)]


def decode(x0: np.ndarray, fps: float) -> Motion:
    """The motion of features (T,205), float32 or float64; 6D values of a network are made orthonormal.

    Raises ValueError for another shape or a value that is not finite.
    """
    x0 = check_features(x0, SLICES)
    yaw = np.cumsum(x0[:, SLICES["yaw_velocity"]][:, 0])
    floor = np.cumsum(turned(x0[:, SLICES["root_velocity"]], yaw), axis=0)
    matrices = rot6d_to_matrix(torch.from_numpy(x0[:, SLICES["rot6d"]].reshape(-1, len(JOINTS), 6))).numpy()
    rotations = quat.matrix_to_quat(matrices)
    rotations[:, JOINT["pelvis"]] = quat.multiply(quat.about_z(yaw), rotations[:, JOINT["pelvis"]])
    trans = np.concatenate([floor - REST_PELVIS[:Z], x0[:, SLICES["root_height"]]], axis=1)
    return Motion(fps, trans, quat.continuous(rotations))


def canonical(features: Any) -> Any:
    """A copy of features (...,T,205), numpy or torch, that starts over the origin with heading 0."""
    features = features.clone() if isinstance(features, Tensor) else np.array(features)
    features[..., 0, SLICES["root_velocity"]] = 0.0
    features[..., 0, SLICES["yaw_velocity"]] = 0.0
    return features


def crop(features: Any, start: int, stop: int) -> Any:
    """Frames start:stop of features (...,T,205), `canonical`: a clip of its own. An empty range raises ValueError."""
    part = features[..., start:stop, :]
    if part.shape[-2] == 0:
        raise ValueError(f"frames {start}:{stop} of features of {features.shape[-2]} frames are empty")
    return canonical(part)


def split(x: Any) -> dict[str, Any]:
    """Named views of features (...,205), numpy or torch."""
    return {name: x[..., part] for name, part in SLICES.items()}


def local_matrices(x: Tensor) -> Tensor:
    """Local rotation matrices (...,22,3,3) of features (...,205); the pelvis without its heading. Differentiable."""
    return rot6d_to_matrix(x[..., SLICES["rot6d"]].unflatten(-1, (len(JOINTS), 6)))


def integrate_root(x: Tensor) -> tuple[Tensor, Tensor]:
    """World pelvis (...,T,3) in metres and heading (...,T) in radians of features (...,T,205). Differentiable."""
    yaw = torch.cumsum(x[..., SLICES["yaw_velocity"]].squeeze(-1), dim=-1)
    steps = yaw_to_matrix(yaw)[..., :Z, :Z] @ x[..., SLICES["root_velocity"], None]  # (...,T,2,1)
    floor = torch.cumsum(steps.squeeze(-1), dim=-2)
    height = x[..., SLICES["root_height"]] + float(REST_PELVIS[Z])
    return torch.cat([floor, height], dim=-1), yaw


def world_matrices(x: Tensor, yaw: Tensor) -> Tensor:
    """As `local_matrices`, with the heading yaw (...,T) put back into the pelvis."""
    local = local_matrices(x)
    pelvis = yaw_to_matrix(yaw) @ local[..., JOINT["pelvis"], :, :]
    return torch.cat([pelvis[..., None, :, :], local[..., 1:, :, :]], dim=-3)


def features_to_joints(x: Tensor) -> Tensor:
    """World joints (...,T,22,3) in metres of features (...,T,205), by its rotations. Differentiable."""
    pelvis, yaw = integrate_root(x)
    return joint_kinematics(pelvis, world_matrices(x, yaw))[0]
