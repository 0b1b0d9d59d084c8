"""Torch rotations: scipy as the oracle, there and back, gradients at the awkward places."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from motion_core.body import quaternions
from motion_core.body.rotations import (
    matrix_to_quat,
    matrix_to_rot6d,
    matrix_to_rotvec,
    quat_multiply,
    quat_to_matrix,
    quat_to_rotvec,
    rot6d_to_matrix,
    rotvec_to_matrix,
    rotvec_to_quat,
    yaw_to_matrix,
)

TOLERANCE = {torch.float32: 2e-6, torch.float64: 1e-12}
DTYPES = list(TOLERANCE)
ANGLES = [
    0.0,
    1e-12,
    1e-7,
    1e-5,
    9.9e-5,
    1e-4,
    2.1e-4,
    1e-3,
    1.0,
    math.pi / 2,
    math.pi - 1e-3,
    math.pi - 1e-7,
]

direction = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: math.hypot(*v) > 0.1)
angle = st.one_of(st.floats(0, math.pi), st.sampled_from(ANGLES), st.floats(math.pi - 1e-4, math.pi))
rotvec = st.builds(lambda d, a: np.array(d) / math.hypot(*d) * a, direction, angle)
fast = settings(max_examples=60, derandomize=True, deadline=None)


def oracle(rotvec):
    return Rotation.from_rotvec(np.asarray(rotvec, dtype=np.float64))


def angle_apart(a, b):
    """Angle in radians between two rotations given as quaternions."""
    return float(quaternions.angle_between(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)))


@pytest.mark.parametrize("dtype", DTYPES)
@fast
@given(v=rotvec)
def test_against_scipy(dtype, v):
    tolerance, t = TOLERANCE[dtype], torch.tensor(v, dtype=dtype)
    expected = oracle(t.numpy())
    matrix, quat = rotvec_to_matrix(t), rotvec_to_quat(t)
    assert matrix.dtype == quat.dtype == dtype
    assert np.allclose(matrix.numpy(), expected.as_matrix(), atol=tolerance)
    assert np.allclose(quat_to_matrix(quat).numpy(), expected.as_matrix(), atol=tolerance)
    assert angle_apart(quat.numpy(), expected.as_quat(scalar_first=True)) < 4 * tolerance
    assert angle_apart(matrix_to_quat(matrix).numpy(), expected.as_quat(scalar_first=True)) < 4 * tolerance


@pytest.mark.parametrize("size", [1e-9, 5e-5, 9.9e-5, 1.01e-4, 1.9e-4, 2.1e-4])
def test_the_series_near_zero_lose_no_digit(size):
    """Relative, not absolute: a slightly wrong series would hide below any absolute tolerance."""
    v = torch.tensor([0.0, size, 0.0], dtype=torch.float64)
    quat = rotvec_to_quat(v)
    assert float(quat[2]) == pytest.approx(math.sin(size / 2), rel=1e-14, abs=0)
    assert 1 - float(quat[0]) == pytest.approx(2 * math.sin(size / 4) ** 2, abs=2e-16)
    assert float(quat_to_rotvec(quat)[1]) == pytest.approx(size, rel=1e-14, abs=0)


@pytest.mark.parametrize("dtype", DTYPES)
@fast
@given(v=rotvec)
def test_rotvec_there_and_back(dtype, v):
    t = torch.tensor(v, dtype=dtype)
    for back in (quat_to_rotvec(rotvec_to_quat(t)), matrix_to_rotvec(rotvec_to_matrix(t))):
        assert float(torch.linalg.vector_norm(back)) <= math.pi + 1e-6
        assert angle_apart(rotvec_to_quat(back).numpy(), rotvec_to_quat(t).numpy()) < 10 * TOLERANCE[dtype]
        if float(torch.linalg.vector_norm(t)) < math.pi - 1e-3:  # at pi the axis may flip
            assert np.allclose(back.numpy(), t.numpy(), atol=10 * TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@fast
@given(v=rotvec)
def test_rot6d_there_and_back_and_any_scale(dtype, v):
    matrix = rotvec_to_matrix(torch.tensor(v, dtype=dtype))
    rot6d = matrix_to_rot6d(matrix)
    assert torch.equal(rot6d, torch.cat([matrix[0], matrix[1]]))  # rows, not columns
    for scale in (1.0, 1e-3, 50.0):
        assert torch.allclose(rot6d_to_matrix(rot6d * scale), matrix, atol=4 * TOLERANCE[dtype])


@fast
@given(values=st.lists(st.floats(-10, 10), min_size=6, max_size=6))
def test_any_six_numbers_are_a_rotation(values):
    matrix = rot6d_to_matrix(torch.tensor(values, dtype=torch.float64))
    assert torch.allclose(matrix @ matrix.T, torch.eye(3, dtype=torch.float64), atol=1e-6)
    assert float(torch.linalg.det(matrix)) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("values", [[0.0] * 6, [0, 0, 2, 0, 0, -1], [0, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, 0]])
def test_degenerate_rot6d(values):
    rot6d = torch.tensor(values, dtype=torch.float32, requires_grad=True)
    matrix = rot6d_to_matrix(rot6d)
    assert torch.allclose(matrix @ matrix.T, torch.eye(3), atol=1e-6)
    (matrix * torch.arange(9.0).reshape(3, 3)).sum().backward()
    assert torch.isfinite(rot6d.grad).all()


@fast
@given(a=rotvec, b=rotvec)
def test_product_is_the_product_of_matrices(a, b):
    a, b = torch.tensor(a), torch.tensor(b)
    product = quat_to_matrix(quat_multiply(rotvec_to_quat(a), rotvec_to_quat(b)))
    assert torch.allclose(product, rotvec_to_matrix(a) @ rotvec_to_matrix(b), atol=1e-12)


def test_yaw_turns_about_z():
    yaw = torch.linspace(-7, 7, 15, dtype=torch.float64)
    expected = rotvec_to_matrix(torch.stack([torch.zeros_like(yaw), torch.zeros_like(yaw), yaw], -1))
    assert torch.allclose(yaw_to_matrix(yaw), expected, atol=1e-12)


def test_any_leading_shape_and_numpy_agrees():
    v = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 3, 4, 3)))
    quat, matrix = rotvec_to_quat(v), rotvec_to_matrix(v)
    assert quat.shape == (2, 3, 4, 4)
    assert matrix.shape == (2, 3, 4, 3, 3)
    assert rot6d_to_matrix(matrix_to_rot6d(matrix)).shape == matrix.shape
    assert np.allclose(quat.numpy(), quaternions.rotvec_to_quat(v.numpy()), atol=1e-12)
    assert np.allclose(matrix_to_quat(matrix).numpy(), quaternions.matrix_to_quat(matrix.numpy()), atol=1e-12)
    assert quat_to_rotvec(quat[:0]).shape == (0, 3, 4, 3)


CHAIN = {
    "rotvec to matrix": rotvec_to_matrix,
    "rotvec to 6D and back": lambda v: rot6d_to_matrix(matrix_to_rot6d(rotvec_to_matrix(v))),
    "rotvec there and back by matrix": lambda v: matrix_to_rotvec(rotvec_to_matrix(v)),
    "rotvec there and back by quaternion": lambda v: quat_to_rotvec(rotvec_to_quat(v)),
}


@pytest.mark.parametrize("name", CHAIN)
@pytest.mark.parametrize("size", ANGLES)
def test_gradients_are_finite(name, size):
    for dtype in DTYPES:
        v = torch.tensor([0.6, 0.0, -0.8], dtype=dtype) * size
        v = v.requires_grad_()
        (CHAIN[name](v) * 3).sum().backward()
        assert torch.isfinite(v.grad).all()
        assert v.grad.abs().max() < 1e4


@pytest.mark.parametrize("name", CHAIN)
@pytest.mark.parametrize("size", [0.0, 5e-5, 3e-4, 1.0, 3.0])
def test_gradients_are_the_slopes(name, size):
    v = (torch.tensor([0.6, 0.48, -0.64], dtype=torch.float64) * size).requires_grad_()
    assert torch.autograd.gradcheck(CHAIN[name], v, eps=1e-7, atol=1e-5)


def test_identity_has_the_unit_slope():
    """Near zero a rotation vector passes unchanged, so its Jacobian there is the identity."""
    jacobian = torch.autograd.functional.jacobian(CHAIN["rotvec there and back by matrix"], torch.zeros(3))
    assert torch.allclose(jacobian, torch.eye(3), atol=1e-6)
