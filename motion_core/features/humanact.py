"""The poses of HumanAct12 and UESTC as networks learn them: 24 rotations and a place, or the places of 22 joints.

Both were seen by a camera: x to the right, y *down*, z away from it. Here alone they are turned into our world, Z up,
in which somebody who faces the camera faces -Y. A clip counts from where its first pelvis is, so how high the floor
lies is not in it: decoded motions stand on z = 0 with their lowest joint.

    smpl24rot6d, 150   24 rotations of SMPL's joints as two matrix rows, the pelvis' own into the camera; then the place
                       of the pelvis, metres from the first frame's, and three zeros
    joints22, 66       the first 22 joints, metres
"""

from __future__ import annotations

import numpy as np
import torch

from motion_core.body import quaternions as quat
from motion_core.body.fitting import positions_to_rotations
from motion_core.body.motion import Motion
from motion_core.body.rotations import rot6d_to_matrix
from motion_core.body.skeleton import JOINT, JOINTS, SOLE
from motion_core.features.stats import check_features

SMPL_JOINTS = 24  # ours and both hands
ROT6D: dict[str, slice] = {"rot6d": slice(0, 144), "place": slice(144, 147), "nothing": slice(147, 150)}
POSITIONS: dict[str, slice] = {"positions": slice(0, 66)}
PELVIS = JOINT["pelvis"]
# (x, y down, z away) of the camera -> (x, y, z up) of the world, a turn about x
TO_WORLD = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


def encode_rotations(motion: Motion) -> np.ndarray:
    """Features (T,150) float32, one row per frame."""
    matrices = np.tile(np.eye(3), (len(motion), SMPL_JOINTS, 1, 1))
    matrices[:, : len(JOINTS)] = quat.quat_to_matrix(motion.rotations.astype(np.float64))
    matrices[:, PELVIS] = TO_WORLD.T @ matrices[:, PELVIS]
    x0 = np.zeros((len(motion), ROT6D["nothing"].stop), dtype=np.float32)
    x0[:, ROT6D["rot6d"]] = matrices[..., :2, :].reshape(len(motion), -1)
    x0[:, ROT6D["place"]] = (motion.pelvis - motion.pelvis[0]) @ TO_WORLD
    return x0


def decode_rotations(features: np.ndarray, fps: float) -> Motion:
    """The motion of features (T,150); hands stay at rest. Raises ValueError for another shape or a value not finite."""
    x0 = check_features(features, ROT6D)
    rows = torch.from_numpy(x0[:, ROT6D["rot6d"]].reshape(-1, SMPL_JOINTS, 6)[:, : len(JOINTS)])
    matrices = rot6d_to_matrix(rows).numpy()
    matrices[:, PELVIS] = TO_WORLD @ matrices[:, PELVIS]
    place = x0[:, ROT6D["place"]] @ TO_WORLD.T
    return standing(Motion.from_pelvis(fps, place, quat.continuous(quat.matrix_to_quat(matrices))))


def encode_positions(motion: Motion) -> np.ndarray:
    """Features (T,66) float32, one row per frame, from the first frame's pelvis."""
    joints = motion.joints() - motion.pelvis[0]
    return (joints @ TO_WORLD).reshape(len(motion), -1).astype(np.float32)


def decode_positions(features: np.ndarray, fps: float) -> Motion:
    """A motion of our body from features (T,66). Raises ValueError for another shape or a value that is not finite."""
    x0 = check_features(features, POSITIONS)
    joints = x0.reshape(len(x0), len(JOINTS), 3) @ TO_WORLD.T
    return standing(Motion.from_pelvis(fps, joints[:, PELVIS], positions_to_rotations(joints)))


def standing(motion: Motion) -> Motion:
    """The motion moved over the origin and so that its lowest joint is as high as the joint of a standing foot."""
    x, y, _ = motion.pelvis[0].tolist()
    return motion.moved(offset=(-x, -y, SOLE - float(motion.joints()[..., 2].min())))
