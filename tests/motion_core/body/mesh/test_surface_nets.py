"""Quads around a level set: closed, and where the level is."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.body.mesh.surface_nets import surface_nets


def edges(faces: np.ndarray) -> np.ndarray:
    """Directed edges (4F,2)."""
    return np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2)


def volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    """Signed, positive when faces are counterclockwise from outside."""
    corners = np.concatenate([vertices[faces[:, [0, 1, 2]]], vertices[faces[:, [0, 2, 3]]]])
    return float(np.linalg.det(corners).sum() / 6)


def check_closed(faces: np.ndarray) -> None:
    directed = edges(faces)
    assert len(np.unique(directed, axis=0)) == len(directed)  # no edge is used twice the same way round
    assert {tuple(e) for e in directed} == {(b, a) for a, b in directed}  # each has its partner


def grid(size: float, step: float) -> tuple[list[np.ndarray], np.ndarray]:
    axes = [np.arange(-size, size, step)] * 3
    return axes, np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


def test_surface_nets_find_a_sphere():
    axes, points = grid(1.5, 0.1)
    vertices, faces = surface_nets(np.linalg.norm(points, axis=-1) - 1, axes)
    check_closed(faces)
    assert len(vertices) - len(faces) == 2  # Euler: V - E + F with E = 2F
    np.testing.assert_allclose(np.linalg.norm(vertices, axis=1), 1, atol=0.01)
    assert volume(vertices, faces) == pytest.approx(4 / 3 * np.pi, rel=0.02)
