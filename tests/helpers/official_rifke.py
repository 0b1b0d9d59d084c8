"""STMC's and the lab's 205 features stated anew from their published code, with scipy's rotations, so that ours are
judged by something that shares no code with them. Z up; joints (T,24,3) are SMPL's, the pelvis first."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation


def euler_zyx(matrices):
    """Angles (T,3) about Z, Y, X."""
    return Rotation.from_matrix(matrices).as_euler("ZYX")


def about_z(angles):
    return Rotation.from_euler("Z", np.asarray(angles)[:, None]).as_matrix()


def floor_turned(matrices, vectors):
    """x and y of vectors (T,...,>=2) by the inverse of turns about Z."""
    return np.einsum("tkj,t...k->t...j", matrices[:, :2, :2], vectors[..., :2])


def grouped(height, steps, turns, rotations, joints):
    rows = rotations[:, :, :2].reshape(len(rotations), -1)
    return np.concatenate([height[:, None], steps, turns[:, None], rows, joints.reshape(len(joints), -1)], 1)


def local_pose(rotations, joints):
    """Turns about Z, rotations without the pelvis' one, the 23 joints seen from the pelvis, its angle."""
    z, y, x = euler_zyx(rotations[:, 0]).T
    turn, local = about_z(z), rotations.copy()
    local[:, 0] = Rotation.from_euler("YX", np.stack([y, x], 1)).as_matrix()
    around = joints[:, 1:] - joints[:, :1]
    around = np.concatenate([floor_turned(turn, around), around[..., 2:]], -1)
    return turn, local, around, z


def lab_features(rotations, joints):
    """(T,22,3,3) and (T,24,3) -> (T,205): velocities since the frame before, the first absolute."""
    turn, local, around, z = local_pose(rotations, joints)
    floor = joints[:, 0, :2]
    steps = floor_turned(turn, np.concatenate([floor[:1], np.diff(floor, axis=0)]))
    return grouped(joints[:, 0, 2], steps, np.concatenate([z[:1], np.diff(z)]), local, around)


def stmc_features(rotations, joints):
    """The same with velocities to the next frame, over the lowest joint; at least three frames."""
    joints = joints - [0, 0, joints[..., 2].min()]
    turn, local, around, _ = local_pose(rotations, joints)
    steps = np.diff(joints[:, 0, :2], axis=0)
    steps = floor_turned(turn, np.concatenate([steps, [2 * steps[-1] - steps[-2]]]))
    spins = turn[1:] @ turn[:-1].transpose(0, 2, 1)
    last = spins[-1] @ (spins[-1] @ spins[-2].T)
    turns = Rotation.from_matrix(np.concatenate([spins, last[None]])).as_rotvec()[:, 2]
    return grouped(joints[:, 0, 2], steps, turns, local, around)


def decoded(features, backward):
    """(T,205) -> rotations (T,22,3,3) and pelvis (T,3) of the lab (backward) or of STMC."""
    height, steps, turns = features[:, 0], features[:, 1:3], features[:, 3]
    rows = features[:, 4:136].reshape(-1, 22, 2, 3)
    first = rows[:, :, 0] / np.linalg.norm(rows[:, :, 0], axis=-1, keepdims=True)
    second = rows[:, :, 1] - (first * rows[:, :, 1]).sum(-1, keepdims=True) * first
    second = second / np.linalg.norm(second, axis=-1, keepdims=True)
    rotations = np.stack([first, second, np.cross(first, second)], 2)
    angles = np.cumsum(turns) if backward else np.concatenate([[0], np.cumsum(turns[:-1])])
    turn = about_z(angles)
    _, y, x = euler_zyx(rotations[:, 0]).T  # the network's own turn about Z is dropped
    rotations[:, 0] = turn @ Rotation.from_euler("YX", np.stack([y, x], 1)).as_matrix()
    steps = np.einsum("tjk,tk->tj", turn[:, :2, :2], steps)
    floor = np.cumsum(steps, 0) if backward else np.concatenate([[[0, 0]], np.cumsum(steps[:-1], 0)])
    return rotations, np.concatenate([floor, height[:, None]], 1)
