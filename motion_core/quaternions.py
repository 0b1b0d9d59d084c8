"""Quaternions in numpy: wxyz, unit, any leading shape (...,4). Safe inside Blender; torch's side is `rotations.py`.

Products lie in memory one component after the other (`over_time` for bodies): what is computed from them runs over
contiguous numbers, several times as fast over many frames. Their shape is (...,4) all the same.
"""

from __future__ import annotations

import numpy as np

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])


def over_time(frames: int, *shape: int) -> np.ndarray:
    """An uninitialised array (frames, *shape) float64 in which each number's course over time is contiguous."""
    return np.empty((*shape, frames)).transpose(len(shape), *range(len(shape)))


def _by_component(first: np.ndarray, count: int) -> np.ndarray:
    """An array (...,count) in which each component is contiguous; the first one is set, the others are not."""
    parts = np.empty((count, *first.shape), dtype=first.dtype)
    parts[0] = first
    return parts.transpose(*range(1, parts.ndim), 0)


def normalize(q: np.ndarray) -> np.ndarray:
    """(...,4) scaled to length 1. Raises ValueError on a zero or non-finite quaternion."""
    length = np.linalg.norm(q, axis=-1, keepdims=True)
    bad = ~(np.isfinite(length[..., 0]) & (length[..., 0] >= 1e-8))
    if np.any(bad):
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(f"the quaternion at {where} is zero or not finite, {q[where]}: it has no rotation")
    return q / length


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hamilton product a*b: rotate by b first, then by a. Shapes broadcast to (...,4)."""
    a, b = np.asarray(a), np.asarray(b)
    aw, ax, ay, az = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bw, bx, by, bz = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    product = _by_component(np.asarray(aw * bw - ax * bx - ay * by - az * bz), 4)
    product[..., 1] = aw * bx + ax * bw + ay * bz - az * by
    product[..., 2] = aw * by - ax * bz + ay * bw + az * bx
    product[..., 3] = aw * bz + ax * by - ay * bx + az * bw
    return product


def conjugate(q: np.ndarray) -> np.ndarray:
    """The inverse of a unit quaternion."""
    return np.asarray(q) * np.array([1, -1, -1, -1], dtype=np.asarray(q).dtype)


def rotate(q: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Vectors (...,3) turned by q (...,4): v + 2w(u x v) + 2u x (u x v)."""
    w, u = q[..., :1], q[..., 1:]
    t = 2.0 * cross(u, v)
    return v + w * t + cross(u, t)


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product of arrays (...,3), broadcast; four times as fast as np.cross on short arrays."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    product = _by_component(np.asarray(ay * bz - az * by), 3)
    product[..., 1] = az * bx - ax * bz
    product[..., 2] = ax * by - ay * bx
    return product


def rotvec_to_quat(rotvec: np.ndarray) -> np.ndarray:
    """Axis-angle (...,3) in radians to quaternions; exact to rounding at angle zero."""
    rotvec = np.asarray(rotvec)
    angle = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    # sin(a/2)/a = sinc(a / 2pi) / 2 with numpy's sinc(x) = sin(pi x)/(pi x), which knows its limit at zero
    return np.concatenate([np.cos(angle / 2), rotvec * np.sinc(angle / (2 * np.pi)) / 2], axis=-1)


def quat_to_rotvec(q: np.ndarray) -> np.ndarray:
    """Unit quaternions to axis-angle (...,3), angle in [0, pi]."""
    q = np.where(q[..., :1] < 0, -q, q)
    sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, q[..., :1])
    scale = np.where(sine > 1e-7, angle / np.maximum(sine, 1e-12), 2.0)
    return q[..., 1:] * scale


def quat_to_matrix(q: np.ndarray) -> np.ndarray:
    """Unit quaternions to rotation matrices (...,3,3) that multiply column vectors."""
    w, x, y, z = np.moveaxis(np.asarray(q), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def matrix_to_quat(m: np.ndarray) -> np.ndarray:
    """Rotation matrices (...,3,3) to unit quaternions, w >= 0 (Bar-Itzhack's largest-component choice)."""
    m = np.asarray(m)
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    # four times the squares of w, x, y, z; the largest is safe to divide by
    squares = np.stack([1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz], axis=-1)
    wx, wy, wz = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    xy, xz, yz = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    s = squares
    candidates = np.stack(
        [
            np.stack([s[..., 0], wx, wy, wz], axis=-1),
            np.stack([wx, s[..., 1], xy, xz], axis=-1),
            np.stack([wy, xy, s[..., 2], yz], axis=-1),
            np.stack([wz, xz, yz, s[..., 3]], axis=-1),
        ],
        axis=-2,
    )
    best = np.argmax(squares, axis=-1)[..., None, None]
    q = np.take_along_axis(candidates, best, axis=-2)[..., 0, :]
    q = q / np.linalg.norm(q, axis=-1, keepdims=True)
    return np.where(q[..., :1] < 0, -q, q)


def about_z(angle: np.ndarray | float) -> np.ndarray:
    """Rotation by `angle` (...) radians about world Z, (...,4)."""
    half = np.asarray(angle, dtype=np.float64) / 2
    zero = np.zeros_like(half)
    return np.stack([np.cos(half), zero, zero, np.sin(half)], axis=-1)


def between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The shortest rotation that turns directions a (...,3) onto b (...,3); any axis when they are opposite."""
    a = a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), 1e-12)
    b = b / np.maximum(np.linalg.norm(b, axis=-1, keepdims=True), 1e-12)
    a, b = np.broadcast_arrays(a, b)
    w = 1 + np.sum(a * b, axis=-1, keepdims=True)
    # opposite directions: half a turn about whichever axis is least parallel to a
    side = np.where(np.abs(a[..., :1]) < 0.6, np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
    flipped = np.concatenate([np.zeros_like(w), np.cross(a, side)], axis=-1)
    q = np.where(w > 1e-9, np.concatenate([w, cross(a, b)], axis=-1), flipped)
    return q / np.linalg.norm(q, axis=-1, keepdims=True)


def swing_twist(q: np.ndarray, axis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split q = swing * twist, twist turning about the unit `axis` (...,3)."""
    along = np.sum(q[..., 1:] * axis, axis=-1, keepdims=True) * axis
    twist = np.concatenate([q[..., :1], along], axis=-1)
    length = np.linalg.norm(twist, axis=-1, keepdims=True)
    twist = np.where(length > 1e-9, twist / np.maximum(length, 1e-12), IDENTITY)
    return multiply(q, conjugate(twist)), twist


def continuous(q: np.ndarray, axis: int = 0) -> np.ndarray:
    """Signs flipped along `axis` so that neighbours never lie on opposite sides (q and -q turn alike)."""
    q = np.moveaxis(np.asarray(q), axis, 0)
    if len(q) > 1:
        turn = np.sum(q[1:] * q[:-1], axis=-1) < 0
        sign = np.where(np.cumsum(turn, axis=0) % 2 == 1, -1.0, 1.0).astype(q.dtype)
        q = np.concatenate([q[:1], q[1:] * sign[..., None]], axis=0)
    return np.moveaxis(q, 0, axis)


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Spherical interpolation the short way, t (...) in [0,1] broadcast against (...,4)."""
    t = np.asarray(t)[..., None]
    dot = np.sum(a * b, axis=-1, keepdims=True)
    b = np.where(dot < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(dot), 0.0, 1.0))
    sine = np.sin(angle)
    near = sine < 1e-6
    safe = np.where(near, 1.0, sine)
    wa = np.where(near, 1 - t, np.sin((1 - t) * angle) / safe)
    wb = np.where(near, t, np.sin(t * angle) / safe)
    q = wa * a + wb * b
    return q / np.linalg.norm(q, axis=-1, keepdims=True)


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The angle (...) in radians of the rotation from a to b, in [0, pi]."""
    relative = multiply(conjugate(a), b)
    return 2 * np.arctan2(np.linalg.norm(relative[..., 1:], axis=-1), np.abs(relative[..., 0]))
