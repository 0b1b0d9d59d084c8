"""Weights that let the body bend without tearing."""

from __future__ import annotations

import numpy as np

from motion_core.body.mesh import mannequin
from motion_core.body.skeleton import JOINT, JOINTS


def edges(faces: np.ndarray) -> np.ndarray:
    """Directed edges (4F,2)."""
    return np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2)


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
