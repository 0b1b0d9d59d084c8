"""Gaps filled without a model: the last pose held, straight lines, or cubics that match the velocities at both ends.

In-betweening is compared with these. A gap is a span of frames (start, stop); the frames outside keep their bits. A gap
at an end of the motion has only one neighbour: its pose is held.

The cubic for rotations runs in the rotation vector r(t) = log(A^-1 Q(t)) from the rotation A before the gap. Its rate
is that of the body, w, turned by the inverse of the right Jacobian of the rotation group:
    r' = J(r)^-1 w,   J(r)^-1 = I + [r]/2 + c [r]^2,   c = (1 - (a/2) cot(a/2)) / a^2,   a = |r|
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion

Gap = tuple[int, int]


def hold(motion: Motion, gap: Gap) -> Motion:
    """Zero velocity: the pose before the gap stays throughout it."""
    start, stop = _checked(motion, gap)
    source = start - 1 if start > 0 else stop
    frames = np.full(stop - start, source)
    return _filled(motion, gap, motion.trans[frames], motion.rotations[frames])


def lerp(motion: Motion, gap: Gap) -> Motion:
    """Straight lines for the root, slerp for rotations."""
    start, stop = _checked(motion, gap)
    if start == 0 or stop == len(motion):
        return hold(motion, gap)
    part = np.arange(1, stop - start + 1) / (stop - start + 1)
    before, after = motion.trans[start - 1].astype(np.float64), motion.trans[stop].astype(np.float64)
    rotations = quat.slerp(
        motion.rotations[start - 1].astype(np.float64),
        motion.rotations[stop].astype(np.float64),
        part[:, None],
    )
    return _filled(motion, gap, before + part[:, None] * (after - before), rotations)


def hermite(motion: Motion, gap: Gap) -> Motion:
    """Cubics with the velocities of the steps beside the gap, for the root and for each rotation."""
    start, stop = _checked(motion, gap)
    if start == 0 or stop == len(motion):
        return hold(motion, gap)
    a, b, length = start - 1, stop, stop - start + 1
    part = np.arange(1, length) / length
    before, after = (
        max(a - 1, 0),
        min(b + 1, len(motion) - 1),
    )  # a motion that ends beside the gap stands still there
    trans = motion.trans.astype(np.float64)
    path = _cubic(
        part, trans[a], trans[b], length * (trans[a] - trans[before]), length * (trans[after] - trans[b])
    )
    q = motion.rotations.astype(np.float64)
    whole, leaving, coming = (_rotvec(q[i], q[j]) for i, j in ((a, b), (before, a), (b, after)))
    curve = _cubic(
        part, np.zeros_like(whole), whole, length * leaving, length * _right_jacobian_inverse(whole, coming)
    )
    return _filled(motion, gap, path, quat.multiply(q[a], quat.rotvec_to_quat(curve)))


def _checked(motion: Motion, gap: Gap) -> Gap:
    start, stop = gap
    if not 0 <= start < stop <= len(motion):
        raise ValueError(
            f"the gap {start}:{stop} does not lie in a motion of {len(motion)} frames, or is empty"
        )
    if start == 0 and stop == len(motion):
        raise ValueError(f"the gap {start}:{stop} is the whole motion: at least one frame must remain")
    return start, stop


def _filled(motion: Motion, gap: Gap, trans: np.ndarray, rotations: np.ndarray) -> Motion:
    start, stop = gap
    return replace(
        motion,
        trans=np.concatenate([motion.trans[:start], trans, motion.trans[stop:]]),
        rotations=np.concatenate([motion.rotations[:start], rotations, motion.rotations[stop:]]),
    )


def _rotvec(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """log(a^-1 b), the short way."""
    return quat.quat_to_rotvec(quat.multiply(quat.conjugate(a), b))


def _right_jacobian_inverse(r: np.ndarray, w: np.ndarray) -> np.ndarray:
    """J(r)^-1 w for vectors (...,3)."""
    angle = np.linalg.norm(r, axis=-1, keepdims=True)
    small = angle < 1e-3
    safe = np.where(small, 1.0, angle)
    factor = np.where(small, 1 / 12, (1 - safe / 2 / np.tan(safe / 2)) / safe**2)
    once = quat.cross(r, w)
    return w + once / 2 + factor * quat.cross(r, once)


def _cubic(
    part: np.ndarray, a: np.ndarray, b: np.ndarray, slope_a: np.ndarray, slope_b: np.ndarray
) -> np.ndarray:
    """Hermite's cubic (N,...) at `part` (N,) of 0..1; slopes per whole length."""
    t = part.reshape(-1, *([1] * np.ndim(a)))
    return (
        (2 * t**3 - 3 * t**2 + 1) * a
        + (t**3 - 2 * t**2 + t) * slope_a
        + (3 * t**2 - 2 * t**3) * b
        + (t**3 - t**2) * slope_b
    )
