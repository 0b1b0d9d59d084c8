"""Solids by distance: exact where simple, melting into each other, carved."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.body.mesh.solid import Capsule, distance_at, ellipsoid, gradient_at, smooth_min


def test_distances_are_exact_on_simple_solids():
    capsule = Capsule((0, 0, 0), (2, 0, 0), 0.5, 0.5)
    points = np.array([[1, 0.5, 0], [1, 0, 1.0], [-1, 0, 0], [3, 0, 0], [1, 0, 0.1]])
    np.testing.assert_allclose(capsule.distance(points), [0, 0.5, 0.5, 0.5, -0.4], atol=1e-6)
    egg = ellipsoid((0, 0, 0), (1, 2, 3))
    np.testing.assert_allclose(egg.distance(np.array([[1.0, 0, 0], [0, 2, 0], [0, 0, 3]])), 0, atol=1e-9)
    assert egg.distance(np.array([0, 2.01, 0])) == pytest.approx(0.01, rel=0.02)


def test_solids_melt_and_are_carved():
    assert smooth_min(np.array(0.0), np.array(0.0), 0.4) == pytest.approx(-0.1)
    assert smooth_min(np.array(0.0), np.array(1.0), 0.4) == 0
    ball = ellipsoid((0, 0, 0), (0.05, 0.05, 0.05))
    bite = ellipsoid((0.05, 0, 0), (0.02, 0.02, 0.02), blend=0.001, carve=True)
    inside = np.array([[0.04, 0, 0], [0, 0, 0]])
    assert np.all(distance_at([ball], inside) < 0)
    bitten = distance_at([ball, bite], inside)
    assert bitten[0] > 0 > bitten[1]
    np.testing.assert_allclose(gradient_at([ball], np.array([[0.05, 0, 0]])), [[1, 0, 0]], atol=1e-4)
