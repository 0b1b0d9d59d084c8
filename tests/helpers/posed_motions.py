"""Bodies in given postures, for some time or again and again: what the questions of deeds are asked of."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from gliding_motions import FPS, FRAMES, moving

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS
from motion_core.metrics.prompts.observed import Observed

SITTING = {
    "left_hip": [-1.5, 0, 0],
    "right_hip": [-1.5, 0, 0],
    "left_knee": [1.5, 0, 0],
    "right_knee": [1.5, 0, 0],
}
SQUATTING = {
    "left_hip": [-2, 0, 0],
    "right_hip": [-2, 0, 0],
    "left_knee": [2.4, 0, 0],
    "right_knee": [2.4, 0, 0],
}
KNEELING = {"left_knee": [1.57, 0, 0], "right_knee": [1.57, 0, 0]}
ARM_AHEAD = {"left_shoulder": [0, -1.5, 0], "right_shoulder": [0, 1.5, 0]}


def posed(
    joints: Mapping[str, object] | None = None,
    *,
    height: object = STANDING_PELVIS,
    pitch: object = 0.0,
    velocity: tuple[float, float] = (0.0, 0.0),
    turn: float = 0.0,
    share: object = 1.0,
) -> Observed:
    """An upright body with hanging arms but for `joints`: {name: rotvec (3,) or (T,3)}, radians.

    height: of the pelvis, metres; pitch: of the whole body forwards, radians; share: how much of all of it, from 0
    (upright) to 1. Each is a number or (T,).
    """
    base = moving(velocity, turn)
    much = np.broadcast_to(np.asarray(share, dtype=float), FRAMES)
    rotations = base.rotations.astype(np.float64).copy()
    bent = np.outer(much * np.asarray(pitch, dtype=float), [1.0, 0.0, 0.0])
    rotations[:, 0] = quat.multiply(rotations[:, 0], quat.rotvec_to_quat(bent))
    for name, rotvec in (joints or {}).items():
        rotations[:, JOINT[name]] = quat.rotvec_to_quat(
            _mixed(base, name, np.asarray(rotvec, dtype=float), much)
        )
    pelvis = base.pelvis.copy()
    pelvis[:, 2] = STANDING_PELVIS + much * (np.broadcast_to(height, FRAMES) - STANDING_PELVIS)
    return Observed(Motion.from_pelvis(FPS, pelvis, rotations))


def _mixed(base: Motion, name: str, rotvec: np.ndarray, much: np.ndarray) -> np.ndarray:
    """Between the joint's own rotation and that, (T,3)."""
    own = {"left_shoulder": [0, 0, -1.3], "right_shoulder": [0, 0, 1.3]}.get(name, [0.0, 0.0, 0.0])
    return np.asarray(own) * (1 - much[:, None]) + rotvec * much[:, None]


def pulses(count: int, width: float = 0.5) -> np.ndarray:
    """(T,) that rises from 0 to 1 and falls again `count` times; width: share of the time away from 0."""
    phase = np.linspace(0, count, FRAMES, endpoint=False) % 1
    return np.clip(np.sin(np.pi * np.clip(phase / width, 0, 1)), 0, 1)


def gait(left: float, right: float, strides: float, *, bob: float = 0.0, speed: float = 0.6) -> Observed:
    """Legs that swing `left` and `right` radians; bob: metres the pelvis falls once a stride."""
    phase = np.linspace(0, 2 * np.pi * strides, FRAMES)
    swing = np.outer(np.sin(phase), [1.0, 0.0, 0.0])
    legs = {"left_hip": -left * swing, "right_hip": right * swing}
    return posed(legs, height=STANDING_PELVIS + bob * np.sin(phase), velocity=(0, speed))
