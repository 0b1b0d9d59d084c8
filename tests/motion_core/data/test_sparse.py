"""Blurred recordings: the faster the limbs, the less often a clip is drawn."""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.data.sparse import LEAST, sparse_weight


def swinging(speed: float) -> Motion:
    rotations = np.tile(quat.IDENTITY, (60, len(JOINTS), 1))
    rotations[:, 0] = UPRIGHT
    angle = np.sin(np.arange(60) / 20 * speed)
    rotations[:, JOINT["left_shoulder"]] = quat.rotvec_to_quat(angle[:, None] * np.array([0.0, 1, 0]))
    return Motion.from_pelvis(20.0, np.tile([0.0, 0, STANDING_PELVIS], (60, 1)), rotations)


def test_weights():
    weights = [sparse_weight(swinging(speed)) for speed in (1.0, 4.0, 5.0, 9.0)]
    assert weights[0] == 1.0 and abs(weights[-1] - LEAST) < 1e-9
    assert weights[0] > weights[1] > weights[2] > weights[3]
    assert sparse_weight(swinging(9.0).slice(0, 1)) == 1.0
