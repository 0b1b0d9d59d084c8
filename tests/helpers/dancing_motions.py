"""A motion in which everything moves, and how far two motions are apart."""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT

FPS = 20.0


def dancing(frames=200, seed=0, turns=5.0, speed=0.06, root_sway=0.3):
    """All joints sway, the body spins `turns` times while it wanders away from a start far from the origin."""
    rng = np.random.default_rng(seed)
    phase = np.linspace(0, 10 * np.pi, frames)[:, None, None]
    amplitude = rng.normal(0, 0.4, (1, 22, 3))
    amplitude[:, 0] *= root_sway
    rotations = quat.rotvec_to_quat(amplitude * np.sin(phase + rng.uniform(0, 6, (1, 22, 3))))
    yaw = np.linspace(0, 2 * np.pi * turns, frames) + rng.uniform(-3, 3)
    rotations[:, 0] = quat.multiply(quat.multiply(quat.about_z(yaw), UPRIGHT), rotations[:, 0])
    steps = rng.normal(0, speed, (frames, 3)) * [1, 1, 0.2]
    return Motion.from_pelvis(FPS, np.cumsum(steps, axis=0) + [3.0, -2.0, STANDING_PELVIS], rotations)


def apart(a, b):
    """Largest joint distance in metres and largest angle of a local rotation in radians."""
    angles = quat.angle_between(a.rotations.astype(float), b.rotations.astype(float))
    return np.linalg.norm(a.joints() - b.joints(), axis=-1).max(), angles.max()
