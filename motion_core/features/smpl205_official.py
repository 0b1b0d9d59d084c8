"""The 205 features as the motion-generation lab and STMC write them; `smpl205` is ours. Columns are the same.

                  ours (`smpl205`)            lab (`smpl205-lab`)         STMC (`smpl205-stmc`)
    root_height   z of `trans`                z of the pelvis             z of the pelvis over the clip's lowest joint
    velocities    since the frame before,     as ours                     to the next frame; the last one goes on with
                  the first from the origin                               the last acceleration
    pelvis' own   kept: a decoder adds it     dropped by the decoder      dropped by the decoder
    turn about Z  to the heading

The lab's turn jumps by a whole one where its angle passes the half one; ours does not. It is the same heading.

`trans` and the pelvis differ by `REST_PELVIS`, 2.8 cm in height. A network of theirs is converted with its own kind of
features, so that its numbers and its statistics keep their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.rotations import rot6d_to_matrix
from motion_core.body.skeleton import JOINT, JOINTS, REST_PELVIS
from motion_core.features.smpl205 import SLICES, X, Z, encode, heading_of, turned
from motion_core.features.stats import check_features

PELVIS = JOINT["pelvis"]


def encode_lab(motion: Motion) -> np.ndarray:
    """The lab's features (T,205) float32, one row per frame."""
    x0 = encode(motion)
    x0[:, SLICES["root_height"]] = motion.pelvis[:, Z, None]
    return x0


def decode_lab(x0: np.ndarray, fps: float) -> Motion:
    """The motion of the lab's features (T,205). Raises ValueError for another shape or values that are not finite."""
    x0 = check_features(x0, SLICES)
    yaw = np.cumsum(x0[:, SLICES["yaw_velocity"]][:, 0])
    floor = np.cumsum(turned(x0[:, SLICES["root_velocity"]], yaw), axis=0)
    return _posed(x0, _Root(yaw, floor), fps)


def encode_stmc(motion: Motion) -> np.ndarray:
    """STMC's features (T,205) float32, one row per frame."""
    x0 = encode(motion).astype(np.float64)
    yaw = np.cumsum(x0[:, SLICES["yaw_velocity"]][:, 0])
    pelvis = motion.pelvis.astype(np.float64)
    height = pelvis[:, Z, None]
    others = height + x0[:, SLICES["joints"]].reshape(len(x0), -1, 3)[..., Z]
    x0[:, SLICES["root_height"]] = height - min(height.min(), others.min())
    x0[:, SLICES["root_velocity"]] = turned(_forward_steps(pelvis[:, :Z]), -yaw)
    x0[:, SLICES["yaw_velocity"]] = _wrapped(_forward_steps(yaw[:, None]))
    return x0.astype(np.float32)


def decode_stmc(x0: np.ndarray, fps: float) -> Motion:
    """The motion of STMC's features (T,205), over the origin and with heading 0 at its first frame.

    Raises ValueError for another shape or a value that is not finite.
    """
    x0 = check_features(x0, SLICES)
    yaw = _summed(x0[:, SLICES["yaw_velocity"]])[:, 0]
    return _posed(x0, _Root(yaw, _summed(turned(x0[:, SLICES["root_velocity"]], yaw))), fps)


@dataclass(frozen=True, eq=False)
class _Root:
    """Heading (T,) radians and the pelvis over the floor (T,2) metres."""

    yaw: np.ndarray
    floor: np.ndarray


def _posed(x0: np.ndarray, root: _Root, fps: float) -> Motion:
    """The motion of rotations and pelvis heights in x0 (T,205); the pelvis' own turn about Z is dropped."""
    matrices = rot6d_to_matrix(torch.from_numpy(x0[:, SLICES["rot6d"]].reshape(-1, len(JOINTS), 6))).numpy()
    own = heading_of(matrices[:, PELVIS, :, X])
    rotations = quat.matrix_to_quat(matrices)
    rotations[:, PELVIS] = quat.multiply(quat.about_z(root.yaw - own), rotations[:, PELVIS])
    pelvis = np.concatenate([root.floor, x0[:, SLICES["root_height"]]], axis=1)
    return Motion(fps, pelvis - REST_PELVIS, quat.continuous(rotations))


def _forward_steps(values: np.ndarray) -> np.ndarray:
    """Steps (T,C) to the next row of values (T,C); the last goes on with the last acceleration, as far as there is."""
    steps = np.diff(values, axis=0)
    if len(steps) == 0:
        return np.zeros_like(values)
    last = 2 * steps[-1] - steps[-2] if len(steps) > 1 else steps[-1]
    return np.concatenate([steps, last[None]])


def _summed(steps: np.ndarray) -> np.ndarray:
    """Running sums (T,C) from 0 of steps (T,C), whose last leads behind the clip."""
    return np.concatenate([np.zeros_like(steps[:1]), np.cumsum(steps[:-1], axis=0)])


def _wrapped(angles: np.ndarray) -> np.ndarray:
    """The nearer way round."""
    return (angles + np.pi) % (2 * np.pi) - np.pi
