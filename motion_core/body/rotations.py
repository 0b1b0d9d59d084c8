"""Rotations in torch, any leading shape, differentiable with finite gradients everywhere; numpy's side is
`quaternions.py`.

Quaternions (...,4) are wxyz and unit; matrices (...,3,3) multiply column vectors; rotation vectors (...,3) are axis
times angle in radians; 6D (...,6) are the first two **rows** of the matrix, one after the other (PyTorch3D's
convention; HumanML3D's first two *columns* are those of the transposed, that is inverse, matrix).
"""

from __future__ import annotations

import torch
from torch import Tensor

# Squared length below which sin(a)/a and its like are taken from their series; the next term is below 1e-16.
_SMALL = 1e-8


def _unit_or(v: Tensor, fallback: Tensor) -> Tensor:
    """v (...,3) at length 1, or the unit vector `fallback` where v has no direction."""
    squared = (v * v).sum(-1, keepdim=True)
    none = squared < 1e-16
    # the inner `where` keeps the root's infinite slope at zero out of the backward pass
    unit = v / torch.where(none, torch.ones_like(squared), squared).sqrt()
    return torch.where(none, fallback, unit)


def _least_parallel_axis(v: Tensor) -> Tensor:
    """The coordinate axis (...,3) that makes the largest angle with v (...,3)."""
    return torch.nn.functional.one_hot(v.detach().abs().argmin(-1), 3).to(v.dtype)


def rot6d_to_matrix(rot6d: Tensor) -> Tensor:
    """Any six numbers (...,6) to the rotation matrix (...,3,3) nearest by Gram-Schmidt (Zhou et al. 2019, eq. 15).

    The first row keeps its direction. A missing direction (zeros, or parallel rows) is filled in, never NaN.
    """
    a, b = rot6d[..., :3], rot6d[..., 3:]
    x = _unit_or(a, torch.tensor([1.0, 0.0, 0.0], dtype=rot6d.dtype, device=rot6d.device).expand_as(a))
    side = _least_parallel_axis(x)
    side = torch.nn.functional.normalize(side - (x * side).sum(-1, keepdim=True) * x, dim=-1)
    y = _unit_or(b - (x * b).sum(-1, keepdim=True) * x, side)
    return torch.stack([x, y, torch.linalg.cross(x, y)], dim=-2)


def matrix_to_rot6d(matrix: Tensor) -> Tensor:
    """(...,3,3) to its first two rows (...,6)."""
    return matrix[..., :2, :].flatten(-2)


def quat_to_matrix(quat: Tensor) -> Tensor:
    """Unit quaternions (...,4) to (...,3,3)."""
    w, x, y, z = quat.unbind(-1)
    entries = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(entries, dim=-1).unflatten(-1, (3, 3))


def matrix_to_quat(matrix: Tensor) -> Tensor:
    """(...,3,3) to unit quaternions (...,4) with w >= 0, divided by the largest component (Bar-Itzhack 2000)."""
    m = matrix
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    wx, wy, wz = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    xy, xz, yz = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    # row k is 4 q_k q: every row is the quaternion, scaled by its own component
    rows = [
        1 + xx + yy + zz, wx, wy, wz,
        wx, 1 + xx - yy - zz, xy, xz,
        wy, xy, 1 - xx + yy - zz, yz,
        wz, xz, yz, 1 - xx - yy + zz,
    ]  # fmt: skip
    table = torch.stack(rows, dim=-1).unflatten(-1, (4, 4))
    best = table.diagonal(dim1=-2, dim2=-1).argmax(-1)
    row = torch.take_along_dim(table, best[..., None, None], dim=-2).squeeze(-2)
    quat = row / torch.linalg.vector_norm(row, dim=-1, keepdim=True)
    return torch.where(quat[..., :1] < 0, -quat, quat)


def rotvec_to_quat(rotvec: Tensor) -> Tensor:
    """Axis times angle (...,3) to unit quaternions (...,4)."""
    squared = (rotvec * rotvec).sum(-1, keepdim=True)
    small = squared < _SMALL
    angle = torch.where(small, torch.ones_like(squared), squared).sqrt()
    # sin(a/2)/a = 1/2 - a^2/48 + ..., cos(a/2) = 1 - a^2/8 + ...
    scale = torch.where(small, 0.5 - squared / 48, torch.sin(angle / 2) / angle)
    real = torch.where(small, 1 - squared / 8, torch.cos(angle / 2))
    return torch.cat([real, rotvec * scale], dim=-1)


def quat_to_rotvec(quat: Tensor) -> Tensor:
    """Unit quaternions (...,4) to axis times angle (...,3), angle in [0, pi]."""
    quat = torch.where(quat[..., :1] < 0, -quat, quat)
    real, imaginary = quat[..., :1], quat[..., 1:]
    squared = (imaginary * imaginary).sum(-1, keepdim=True)
    small = squared < _SMALL
    sine = torch.where(small, torch.ones_like(squared), squared).sqrt()
    safe_real = torch.where(small, real, torch.ones_like(real))
    # 2 atan(s/w)/s = 2/w (1 - (s/w)^2/3 + ...)
    series = 2 / safe_real * (1 - squared / (3 * safe_real * safe_real))
    return imaginary * torch.where(small, series, 2 * torch.atan2(sine, real) / sine)


def rotvec_to_matrix(rotvec: Tensor) -> Tensor:
    """Axis times angle (...,3) to (...,3,3)."""
    return quat_to_matrix(rotvec_to_quat(rotvec))


def matrix_to_rotvec(matrix: Tensor) -> Tensor:
    """(...,3,3) to axis times angle (...,3), angle in [0, pi]."""
    return quat_to_rotvec(matrix_to_quat(matrix))


def quat_multiply(a: Tensor, b: Tensor) -> Tensor:
    """Hamilton product a*b (...,4): rotate by b first, then by a."""
    aw, ax, ay, az = a.unbind(-1)
    bw, bx, by, bz = b.unbind(-1)
    product = [
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    ]
    return torch.stack(product, dim=-1)


def yaw_to_matrix(yaw: Tensor) -> Tensor:
    """Angles (...) in radians about world Z to (...,3,3)."""
    cos, sin = torch.cos(yaw), torch.sin(yaw)
    zero, one = torch.zeros_like(yaw), torch.ones_like(yaw)
    return torch.stack([cos, -sin, zero, sin, cos, zero, zero, zero, one], dim=-1).unflatten(-1, (3, 3))
