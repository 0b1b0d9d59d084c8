"""A body that glides upright with hanging arms, in any direction: what the questions of the prompts are asked of."""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT

FPS, FRAMES = 20.0, 80


def moving(
    velocity: tuple[float, float] = (0.0, 0.0), turn: float = 0.0, arms: dict[str, np.ndarray] | None = None
) -> Motion:
    """Upright with arms hanging, travelling (left, forward) m/s in the body's frame, turning `turn` radians in all.

    arms: {"left_shoulder": rotvec (3,) or (T,3)} replaces a shoulder's rotation.
    """
    yaw = np.linspace(0, turn, FRAMES)
    rotations = np.tile(quat.IDENTITY, (FRAMES, 22, 1))
    rotations[:, JOINT["pelvis"]] = quat.multiply(quat.about_z(yaw), UPRIGHT)
    shoulders = {
        "left_shoulder": np.array([0, 0, -1.3]),
        "right_shoulder": np.array([0, 0, 1.3]),
        **(arms or {}),
    }
    for name, rotvec in shoulders.items():
        rotations[:, JOINT[name]] = quat.rotvec_to_quat(np.broadcast_to(rotvec, (FRAMES, 3)))
    left, forward = velocity
    step = (
        np.stack([left * np.cos(yaw) + forward * np.sin(yaw), left * np.sin(yaw) - forward * np.cos(yaw)], 1)
        / FPS
    )
    pelvis = np.concatenate([np.cumsum(step, axis=0), np.full((FRAMES, 1), STANDING_PELVIS)], axis=1)
    return Motion.from_pelvis(FPS, pelvis, rotations)
