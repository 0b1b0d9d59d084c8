"""Our own body: closed, symmetric, on the floor, and skinned so that it bends without tearing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from motion_core.body.mesh import mannequin
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


@pytest.mark.slow
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
