"""What is read off a motion before it is asked anything."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.metrics.prompts.observed import Observed, _reversals
from motion_core.metrics.prompts.outcomes import (
    stands,
    turns,
    walks,
)

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


def test_travel_is_measured_in_the_bodys_frame():
    seen = Observed(moving((0.0, 1.0), turn=np.pi).moved(yaw=1.1))
    assert seen.forward == pytest.approx(4.0, rel=0.08)
    assert seen.leftward == pytest.approx(0.0, abs=0.2)
    assert seen.turn == pytest.approx(180, rel=0.05)
    assert walks(seen) and turns("left")(seen) and not turns("right")(seen) and not stands(seen)


def test_reversals_ignore_small_wiggles():
    t = np.arange(100)
    assert _reversals(np.sin(t / 100 * 6 * np.pi), 0.1) == 6
    assert _reversals(0.04 * np.sin(t), 0.1) == 0
    assert _reversals(np.array([]), 0.1) == 0 and _reversals(t * 1.0, 0.1) == 0
