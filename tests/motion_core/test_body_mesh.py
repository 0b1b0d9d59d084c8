"""Our own body: closed, symmetric, on the floor, and skinned so that it bends without tearing."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from motion_core.body.mesh import BodyData, mannequin
from motion_core.body.mesh.solid import Capsule, distance_at, ellipsoid, gradient_at, smooth_min
from motion_core.body.mesh.surface_nets import surface_nets
from motion_core.body.skeleton import BODY_HEIGHT, JOINT, JOINTS, MIRROR, REST_JOINTS, SOLE


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


def test_the_body_is_one_closed_skin():
    body = mannequin()
    assert 2000 <= len(body.vertices) <= 6500
    check_closed(body.faces)
    assert len(body.vertices) - len(body.faces) == 2  # one piece without handles
    assert 0.055 < volume(body.vertices, body.faces) < 0.085  # cubic metres, about kilograms / 1000
    lengths = np.linalg.norm(np.diff(body.vertices[edges(body.faces)], axis=1), axis=-1)
    assert lengths.min() > 5e-4
    assert lengths.max() < 0.05


def test_the_body_stands_on_its_soles_and_fits_the_joints():
    body = mannequin()
    low, high = body.vertices.min(axis=0), body.vertices.max(axis=0)
    ball = REST_JOINTS[JOINT["left_foot"]]
    assert body.floor == pytest.approx(ball[1] - SOLE)
    assert low[1] == pytest.approx(body.floor, abs=0.002)
    assert high[1] - low[1] == pytest.approx(BODY_HEIGHT, abs=0.01)
    soles = np.abs(body.vertices[:, 1] - body.floor) < 0.003
    assert soles.sum() > 60  # flat, not on a point
    for joint in JOINTS:  # every joint lies inside, well under the skin
        gap = np.linalg.norm(body.vertices - REST_JOINTS[JOINT[joint]], axis=1).min()
        assert 0.012 < gap < 0.14, joint


def test_left_and_right_are_mirror_images():
    body = mannequin()
    key = {tuple(np.round(v, 6)): index for index, v in enumerate(body.vertices + 0.0)}
    flipped = body.vertices * np.array([-1, 1, 1]) + 0.0
    pairs = np.array([key[tuple(np.round(v, 6))] for v in flipped])
    np.testing.assert_array_equal(body.vertices[pairs], flipped)
    np.testing.assert_allclose(body.weights[pairs][:, MIRROR], body.weights, atol=1e-9)
    np.testing.assert_allclose(body.tones[pairs], body.tones, atol=1e-9)


def test_weights_are_few_smooth_and_in_their_place():
    body = mannequin()
    np.testing.assert_allclose(body.weights.sum(axis=1), 1, atol=1e-9)
    assert (body.weights > 0).sum(axis=1).max() <= 4
    assert body.weights.min() >= 0
    assert set(np.flatnonzero(body.weights.max(axis=0) > 0.5)) == set(range(len(JOINTS)))
    steps = np.abs(np.diff(body.weights[edges(body.faces)], axis=1)).max()
    assert steps < 0.75  # from one vertex to the next; a hard seam would be 1
    owner = {
        "head": body.vertices[:, 1] > 0.42,
        "left_wrist": body.vertices[:, 0] > 0.75,
        "right_wrist": body.vertices[:, 0] < -0.75,
        "left_foot": (body.vertices[:, 2] > 0.13) & (body.vertices[:, 1] < -1.1) & (body.vertices[:, 0] > 0),
        "pelvis": (np.abs(body.vertices[:, 1] + 0.2) < 0.03) & (np.abs(body.vertices[:, 0]) < 0.03),
    }
    for joint, region in owner.items():
        assert region.any()
        assert body.weights[region, JOINT[joint]].min() > 0.6, joint
    left, right = body.vertices[:, 0] > 0.05, body.vertices[:, 0] < -0.05
    for joint in JOINTS:
        other = right if joint.startswith("left_") else left if joint.startswith("right_") else []
        assert np.all(body.weights[other, JOINT[joint]] == 0), joint


def test_it_is_the_same_in_every_process():
    code = (
        "import hashlib; from motion_core.body.mesh import mannequin as m; b = m();"
        "print(hashlib.sha256(b.vertices.tobytes() + b.weights.tobytes() + b.faces.tobytes()).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in "ab"
    ]
    assert runs[0].stdout == runs[1].stdout != ""
    assert mannequin() is mannequin()


def test_bodies_are_saved_and_read_back(tmp_path):
    body = mannequin()
    body.save(tmp_path / "body.npz")
    again = BodyData.load(tmp_path / "body.npz")
    np.testing.assert_array_equal(again.vertices, body.vertices)
    np.testing.assert_array_equal(again.weights, body.weights)
    assert again.floor == body.floor
    assert [path.name for path in tmp_path.iterdir()] == ["body.npz"]


def test_bad_bodies_are_refused(tmp_path):
    body = mannequin()
    with pytest.raises(ValueError, match=r"weights of the body has shape"):
        replace(body, weights=body.weights[:, :5])
    with pytest.raises(ValueError, match="sum to 1"):
        replace(body, weights=body.weights * 0.5)
    with pytest.raises(ValueError, match="outside 0 to"):
        replace(body, faces=body.faces + 1)
    with pytest.raises(ValueError, match="not finite"):
        replace(body, vertices=np.where(body.vertices > 0.5, np.nan, body.vertices))
    with pytest.raises(ValueError, match="expected \\(faces, 3 or 4\\)"):
        replace(body, faces=body.faces[:0])
    for name, content in (("text.npz", b"hello"), ("empty.npz", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=name):
            BodyData.load(tmp_path / name)
    np.savez(tmp_path / "part.npz", joints=body.joints)
    with pytest.raises(ValueError, match=r"part.npz"):
        BodyData.load(tmp_path / "part.npz")
    np.savez(tmp_path / "pickled.npz", joints=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match=r"pickled.npz"):
        BodyData.load(tmp_path / "pickled.npz")
