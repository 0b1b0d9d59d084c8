"""HumanML3D's features stated anew from its published recipe, value by value and Y up, with quaternions of its own and
scipy's filter, so that our encoder is judged by something that shares no code with it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

SMPL_CHAINS = (
    (0, 2, 5, 8, 11),
    (0, 1, 4, 7, 10),
    (0, 3, 6, 9, 12, 15),
    (9, 14, 17, 19, 21),
    (9, 13, 16, 18, 20),
)
RAW = np.zeros((22, 3))  # the zero pose: a unit direction a bone
RAW[[1, 13]] = [1, 0, 0]
RAW[[2, 14]] = [-1, 0, 0]
RAW[[3, 6, 9, 12]] = [0, 1, 0]
RAW[[10, 11, 15]] = [0, 0, 1]
RAW[[4, 5, 7, 8, 16, 17, 18, 19, 20, 21]] = [0, -1, 0]
R_HIP, L_HIP, R_SHOULDER, L_SHOULDER = 2, 1, 17, 16
LEFT_FEET, RIGHT_FEET, STILL = (7, 10), (8, 11), 0.002


def between(u, v):
    """wxyz quaternions (...,4) of the least turn from u to v."""
    u, v = np.broadcast_arrays(u, v)
    w = np.sqrt((u**2).sum(-1) * (v**2).sum(-1)) + (u * v).sum(-1)
    q = np.concatenate([w[..., None], np.cross(u, v)], -1)
    return q / np.linalg.norm(q, axis=-1, keepdims=True)


def times(a, b):
    w = a[..., 0] * b[..., 0] - (a[..., 1:] * b[..., 1:]).sum(-1)
    xyz = a[..., :1] * b[..., 1:] + b[..., :1] * a[..., 1:] + np.cross(a[..., 1:], b[..., 1:])
    return np.concatenate([w[..., None], xyz], -1)


def inverse(q):
    return q * [1, -1, -1, -1]


def turn(q, v):
    """Rotate v (...,3) by q (...,4)."""
    q, v = np.broadcast_to(q, (*v.shape[:-1], 4)), v
    t = 2 * np.cross(q[..., 1:], v)
    return v + q[..., :1] * t + np.cross(q[..., 1:], t)


def first_columns(q):
    """The first two columns (...,6) of the matrices of q (...,4)."""
    return np.concatenate([turn(q, np.broadcast_to(axis, (*q.shape[:-1], 3))) for axis in np.eye(3)[:2]], -1)


def unit(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def inverse_kinematics(joints):
    """(T,22,4) with the smoothed heading at 0. Its hips bear each other's names, as in the original."""
    left_hip, right_hip, right_shoulder, left_shoulder = (
        joints[:, i] for i in (R_HIP, L_HIP, R_SHOULDER, L_SHOULDER)
    )
    across = unit((right_hip - left_hip) + (right_shoulder - left_shoulder))
    forward = unit(gaussian_filter1d(np.cross([0, 1.0, 0], across), 20, axis=0, mode="nearest"))
    quats = np.zeros((*joints.shape[:2], 4))
    root = between(forward, np.array([0, 0, 1.0]))
    root[0] = [1, 0, 0, 0]
    quats[:, 0] = root
    for chain in SMPL_CHAINS:
        above = root
        for a, b in pairwise(chain):
            quats[:, b] = times(inverse(above), between(RAW[b], unit(joints[:, b] - joints[:, a])))
            above = times(above, quats[:, b])
    return quats


def placed(positions):
    """On the floor, over the origin, facing +Z at first."""
    joints = positions.astype(np.float64)
    joints[:, :, 1] -= joints[:, :, 1].min()
    joints = joints - joints[0, 0] * [1, 0, 1]
    across = unit(joints[0, R_HIP] - joints[0, L_HIP] + joints[0, R_SHOULDER] - joints[0, L_SHOULDER])
    return turn(between(unit(np.cross([0, 1.0, 0], across)), np.array([0, 0, 1.0])), joints)


def process(positions: np.ndarray) -> np.ndarray:
    """(T,22,3) Y up, metres, 20 fps, of the reference body -> (T-1,263)."""
    joints = placed(positions)
    quats = inverse_kinematics(joints)
    root, steps = quats[:, 0], np.diff(joints, axis=0)
    local = joints - joints[:, :1] * [1, 0, 1]
    local = turn(root[:, None], local)
    spin = times(root[1:], inverse(root[:-1]))
    velocity = turn(root[1:], steps[:, 0])
    contacts = [((steps[:, feet] ** 2).sum(-1) < STILL) for feet in (LEFT_FEET, RIGHT_FEET)]
    rows = len(steps)
    parts = (
        np.arcsin(spin[:, 2:3]),
        velocity[:, [0, 2]],
        local[:-1, 0, 1:2],
        local[:-1, 1:].reshape(rows, -1),
        first_columns(quats[:-1, 1:]).reshape(rows, -1),
        turn(root[:-1, None], steps).reshape(rows, -1),
        *contacts,
    )
    return np.concatenate(parts, 1)


def turns_through_the_back(joints: np.ndarray) -> np.ndarray:
    """Steps (T-1,) bool at which the official arcsine turns a sign round."""
    root = inverse_kinematics(placed(joints))[:, 0]
    return np.abs(np.arctan2(root[1:, 2], root[1:, 0]) - np.arctan2(root[:-1, 2], root[:-1, 0])) > np.pi / 2
