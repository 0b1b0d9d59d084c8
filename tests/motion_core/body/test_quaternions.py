"""Numpy quaternions: scipy as the oracle, with the angles where formulas break (0, pi and around them)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation, Slerp

from motion_core.body import quaternions as quat

ANGLES = [0.0, 1e-12, 1e-8, 2e-7, 1e-4, math.pi / 2, math.pi - 1e-4, math.pi - 1e-9, math.pi]

direction = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: math.hypot(*v) > 0.1)
direction = direction.map(lambda v: np.array(v) / math.hypot(*v))
angle = st.one_of(st.floats(0, math.pi), st.sampled_from(ANGLES), st.floats(math.pi - 1e-4, math.pi))
rotvec = st.builds(lambda d, a: d * a, direction, angle)
rotation = rotvec.map(quat.rotvec_to_quat)
fast = settings(max_examples=80, derandomize=True, deadline=None)


def scipy_of(q):
    return Rotation.from_quat(q, scalar_first=True)


@fast
@given(v=rotvec)
def test_conversions_against_scipy(v):
    q, oracle = quat.rotvec_to_quat(v), Rotation.from_rotvec(v)
    assert np.allclose(quat.quat_to_matrix(q), oracle.as_matrix(), atol=1e-12)
    assert quat.angle_between(quat.matrix_to_quat(oracle.as_matrix()), q) < 1e-12
    back = quat.quat_to_rotvec(q)
    assert np.linalg.norm(back) <= math.pi + 1e-12
    assert quat.angle_between(quat.rotvec_to_quat(back), q) < 1e-12
    if np.linalg.norm(v) < math.pi - 1e-6:  # at pi the axis may flip
        assert np.allclose(back, v, atol=1e-9)


@fast
@given(v=rotvec)
def test_float32_keeps_its_width_and_most_digits(v):
    q = quat.rotvec_to_quat(v.astype(np.float32))
    assert q.dtype == np.float32
    for result in (quat.quat_to_matrix(q), quat.matrix_to_quat(quat.quat_to_matrix(q)), quat.conjugate(q)):
        assert result.dtype == np.float32
    back = quat.matrix_to_quat(quat.quat_to_matrix(q)).astype(np.float64)
    assert quat.angle_between(back, quat.rotvec_to_quat(v)) < 3e-6


@fast
@given(a=rotation, b=rotation, v=direction)
def test_product_and_turned_vectors_against_scipy(a, b, v):
    both = quat.multiply(a, b)
    assert np.allclose(quat.rotate(both, v), (scipy_of(a) * scipy_of(b)).apply(v), atol=1e-12)
    assert np.allclose(quat.rotate(quat.conjugate(a), quat.rotate(a, v)), v, atol=1e-12)
    expected = (scipy_of(a).inv() * scipy_of(b)).magnitude()
    assert quat.angle_between(a, b) == pytest.approx(expected, abs=1e-7)
    assert quat.angle_between(a, -a) < 1e-12


@fast
@given(a=rotation, b=rotation, t=st.floats(0, 1))
def test_slerp_against_scipy(a, b, t):
    middle = quat.slerp(a, b, np.array(t))
    apart = quat.angle_between(a, b)
    assert np.linalg.norm(middle) == pytest.approx(1.0)
    assert quat.angle_between(a, middle) == pytest.approx(t * apart, abs=1e-6)
    if apart < math.pi - 1e-3:  # half a turn has two short ways
        expected = Slerp([0, 1], Rotation.concatenate([scipy_of(a), scipy_of(b)]))(t)
        assert (expected.inv() * scipy_of(middle)).magnitude() < 1e-6


def test_slerp_takes_the_short_way_and_meets_its_ends():
    a, b = quat.about_z(0.1), -quat.about_z(0.5)
    assert quat.angle_between(quat.slerp(a, b, np.array(0.5)), quat.about_z(0.3)) < 1e-12
    ends = quat.slerp(a, b, np.array([0.0, 1.0]))
    assert np.all(quat.angle_between(ends, np.stack([a, b])) < 1e-12)


@fast
@given(a=direction, b=direction)
def test_between_turns_one_onto_the_other_the_short_way(a, b):
    q = quat.between(a, 3 * b)
    assert np.allclose(quat.rotate(q, a), b, atol=1e-7)
    assert quat.angle_between(quat.IDENTITY, q) == pytest.approx(
        math.atan2(np.linalg.norm(np.cross(a, b)), a @ b), abs=1e-6
    )


@pytest.mark.parametrize("axis", [*np.eye(3), *-np.eye(3), np.array([0.6, 0.8, 0])])
def test_between_opposite_directions(axis):
    assert np.allclose(quat.rotate(quat.between(axis, -axis), axis), -axis, atol=1e-9)
    assert np.allclose(quat.rotate(quat.between(axis, axis), axis), axis)


@fast
@given(q=rotation, axis=direction)
def test_swing_twist(q, axis):
    swing, twist = quat.swing_twist(q, axis)
    assert quat.angle_between(quat.multiply(swing, twist), q) < 1e-7
    assert np.allclose(quat.rotate(twist, axis), axis, atol=1e-7)
    assert abs(swing[1:] @ axis) < 1e-7


def test_swing_of_half_a_turn_has_no_twist():
    _, twist = quat.swing_twist(np.array([0.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0]))
    assert np.allclose(twist, quat.IDENTITY)


def test_about_z():
    yaw = np.linspace(-9, 9, 19)
    expected = Rotation.from_rotvec(yaw[:, None] * [0, 0, 1]).as_matrix()
    assert np.allclose(quat.quat_to_matrix(quat.about_z(yaw)), expected)
    assert np.allclose(quat.rotate(quat.about_z(np.pi / 2), np.array([0, -1.0, 0])), [1, 0, 0])


@pytest.mark.parametrize("axis", [0, 1])
def test_continuous_signs(axis):
    rng = np.random.default_rng(0)
    smooth = quat.rotvec_to_quat(np.cumsum(rng.normal(0, 0.1, (50, 3, 3)), axis=0))
    flipped = np.moveaxis(smooth * rng.choice([-1, 1], (50, 3, 1)), 0, axis)
    result = np.moveaxis(quat.continuous(flipped, axis), axis, 0)
    assert np.all(np.sum(result[1:] * result[:-1], axis=-1) > 0)
    assert np.allclose(np.abs(result), np.abs(smooth))
    assert np.allclose(result[0], np.moveaxis(flipped, axis, 0)[0])  # the first stays as it is


def test_shapes_broadcast():
    many, one = quat.rotvec_to_quat(np.random.default_rng(0).normal(size=(5, 4, 3))), quat.about_z(0.3)
    assert quat.multiply(one, many).shape == quat.multiply(many, one).shape == (5, 4, 4)
    assert quat.rotate(one, np.ones((5, 4, 3))).shape == quat.rotate(many, np.ones(3)).shape == (5, 4, 3)
    assert quat.slerp(many, many, np.zeros((5, 1))).shape == (5, 4, 4)
    assert quat.quat_to_matrix(many).shape == (5, 4, 3, 3)
    assert quat.continuous(many[:0]).shape == (0, 4, 4)


@pytest.mark.parametrize("bad", [[0, 0, 0, 0], [np.nan, 0, 0, 1], [np.inf, 0, 0, 0], [1e-12, 0, 0, 0]])
def test_normalize_refuses_what_has_no_direction(bad):
    table = np.tile(quat.IDENTITY, (3, 2, 1))
    table[2, 1] = bad
    with pytest.raises(ValueError, match=r"\(2, 1\)"):
        quat.normalize(table)
    assert np.allclose(quat.normalize(np.array([0, 3.0, 0, 4])), [0, 0.6, 0, 0.8])
