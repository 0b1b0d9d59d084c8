"""Quaternions in numpy: wxyz, unit, any leading shape (...,4). Safe inside Blender; torch's side is `rotations.py`.

Products lie in memory one component after the other (`over_time` for bodies). Computing with them then runs over
contiguous numbers, which is several times as fast over many frames. Their shape is (...,4) all the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])


def over_time(frames: int, *shape: int, dtype: DTypeLike = np.float64) -> np.ndarray:
    """An uninitialised array (frames, *shape) in which each number's course over time is contiguous."""
    return np.empty((*shape, frames), dtype).transpose(len(shape), *range(len(shape)))


def _like(first: np.ndarray, count: int) -> np.ndarray:
    """An uninitialised array (...,count), each component laid out in memory as `first` (...) is."""
    order = sorted(range(first.ndim), key=first.strides.__getitem__, reverse=True)
    parts = np.empty((count, *(first.shape[axis] for axis in order)), dtype=first.dtype)
    return parts.transpose(*(1 + order.index(axis) for axis in range(first.ndim)), 0)


def _stacked(*parts: np.ndarray) -> np.ndarray:
    """Components (...) as an array (...,N), laid out by component; faster than np.stack."""
    whole = _like(np.asarray(parts[0]), len(parts))
    for number, part in enumerate(parts):
        whole[..., number] = part
    return whole


def _bilinear(
    a: np.ndarray, b: np.ndarray, rows: tuple[tuple[tuple[int, int, bool], ...], ...]
) -> np.ndarray:
    """(...,len(rows)): each component a sum of products a[i] b[j], of which those not marked are subtracted. The first
    is marked. Without temporary arrays: large ones cost more than the products.
    """
    (i, j, _), *_ = rows[0]
    scratch = np.asarray(a[..., i] * b[..., j])
    whole = _like(scratch, len(rows))
    for number, ((i, j, _), *rest) in enumerate(rows):
        total = whole[..., number]
        np.multiply(a[..., i], b[..., j], out=total)
        for i, j, plus in rest:
            np.multiply(a[..., i], b[..., j], out=scratch)
            (np.add if plus else np.subtract)(total, scratch, out=total)
    return whole


HAMILTON = (
    ((0, 0, True), (1, 1, False), (2, 2, False), (3, 3, False)),
    ((0, 1, True), (1, 0, True), (2, 3, True), (3, 2, False)),
    ((0, 2, True), (1, 3, False), (2, 0, True), (3, 1, True)),
    ((0, 3, True), (1, 2, True), (2, 1, False), (3, 0, True)),
)
ACROSS = (
    ((1, 2, True), (2, 1, False)),
    ((2, 0, True), (0, 2, False)),
    ((0, 1, True), (1, 0, False)),
)


TO_MATRIX = (  # half of a rotation matrix, row by row; on the diagonal half of what is taken from 1
    ((2, 2, True), (3, 3, True)), ((1, 2, True), (0, 3, False)), ((1, 3, True), (0, 2, True)),
    ((1, 2, True), (0, 3, True)), ((1, 1, True), (3, 3, True)), ((2, 3, True), (0, 1, False)),
    ((1, 3, True), (0, 2, False)), ((2, 3, True), (0, 1, True)), ((1, 1, True), (2, 2, True)),
)  # fmt: skip


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Scalar products (...) of arrays (...,N), broadcast; component by component, which short axes are fastest by."""
    return _bilinear(a, b, (tuple((k, k, True) for k in range(a.shape[-1])),))[..., 0]


def length(v: np.ndarray) -> np.ndarray:
    """Lengths (...) of vectors (...,N)."""
    return np.asarray(np.sqrt(dot(v, v)))


def normalize(q: np.ndarray) -> np.ndarray:
    """(...,4) scaled to length 1. Raises ValueError on a zero or non-finite quaternion."""
    size = length(q)
    bad = ~(np.isfinite(size) & (size >= 1e-8))
    if np.any(bad):
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(f"the quaternion at {where} is zero or not finite, {q[where]}: it has no rotation")
    return np.asarray(q / size[..., None])


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hamilton product a*b: rotate by b first, then by a. Shapes broadcast to (...,4)."""
    a, b = np.asarray(a), np.asarray(b)
    return _bilinear(a, b, HAMILTON)


def conjugate(q: np.ndarray) -> np.ndarray:
    """The inverse of a unit quaternion."""
    return np.asarray(q) * np.array([1, -1, -1, -1], dtype=np.asarray(q).dtype)


def rotate(q: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Vectors (...,3) turned by q (...,4): v + 2w(u x v) + 2u x (u x v)."""
    q, v = np.asarray(q), np.asarray(v)
    w, u = q[..., 0], q[..., 1:]
    t = cross(u, v)
    t *= 2.0
    turned = cross(u, t)
    turned += v
    for axis in range(3):
        t[..., axis] *= w
    turned += t
    return turned


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product of arrays (...,3), broadcast; four times as fast as np.cross on short arrays."""
    return _bilinear(a, b, ACROSS)


def rotvec_to_quat(rotvec: np.ndarray) -> np.ndarray:
    """Axis-angle (...,3) in radians to quaternions; exact to rounding at angle zero."""
    rotvec = np.asarray(rotvec)
    angle = length(rotvec)
    # sin(a/2)/a = sinc(a / 2pi) / 2 with numpy's sinc(x) = sin(pi x)/(pi x), which knows its limit at zero
    scale = np.sinc(angle / (2 * np.pi)) / 2
    return _stacked(np.cos(angle / 2), *(rotvec[..., axis] * scale for axis in range(3)))


def quat_to_rotvec(q: np.ndarray) -> np.ndarray:
    """Unit quaternions to axis-angle (...,3), angle in [0, pi]."""
    q = np.where(q[..., :1] < 0, -q, q)
    sine = length(q[..., 1:])
    angle = 2 * np.arctan2(sine, q[..., 0])
    scale = np.where(sine > 1e-7, angle / np.maximum(sine, 1e-12), 2.0)
    return _stacked(*(q[..., axis] * scale for axis in (1, 2, 3)))


def quat_to_matrix(q: np.ndarray) -> np.ndarray:
    """Unit quaternions to rotation matrices (...,3,3) that multiply column vectors."""
    q = np.asarray(q)
    matrix = _bilinear(q, q, TO_MATRIX)
    matrix *= 2
    for place in (0, 4, 8):
        np.subtract(1, matrix[..., place], out=matrix[..., place])
    return matrix.reshape(*matrix.shape[:-1], 3, 3)


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
    a = a / np.maximum(length(a), 1e-12)[..., None]
    b = b / np.maximum(length(b), 1e-12)[..., None]
    w, axis = 1 + dot(a, b), cross(a, b)
    q = _stacked(w, *np.moveaxis(axis, -1, 0))
    if np.any(opposite := w <= 1e-9):
        # half a turn about whichever axis is least parallel to a
        these = np.broadcast_to(a, axis.shape)[opposite]
        side = np.where(np.abs(these[:, :1]) < 0.6, np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
        q[opposite] = _stacked(np.zeros(len(these)), *np.moveaxis(cross(these, side), -1, 0))
    return q / length(q)[..., None]


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
        turn = dot(q[1:], q[:-1]) < 0
        sign = np.where(np.cumsum(turn, axis=0) % 2 == 1, -1.0, 1.0).astype(q.dtype)
        q = q.copy(order="K")
        q[1:] *= sign[..., None]
    return np.moveaxis(q, 0, axis)


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Spherical interpolation the short way, t (...) in [0,1] broadcast against (...,4)."""
    t = np.asarray(t)
    cosine = dot(a, b)
    sign = np.where(cosine < 0, -1.0, 1.0).astype(cosine.dtype)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(angle)
    near = sine < 1e-6
    safe = np.where(near, 1.0, sine)
    wa = np.where(near, 1 - t, np.sin((1 - t) * angle) / safe)
    wb = np.where(near, t, np.sin(t * angle) / safe) * sign
    q = _stacked(*(wa * a[..., k] + wb * b[..., k] for k in range(4)))
    return q / length(q)[..., None]


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The angle (...) in radians of the rotation from a to b, in [0, pi]."""
    relative = multiply(conjugate(a), b)
    return np.asarray(2 * np.arctan2(length(relative[..., 1:]), np.abs(relative[..., 0])))
