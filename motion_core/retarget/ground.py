"""Where to carry a rig of other proportions, so that its steps are the motion's steps in its own size.

The middle of the hips goes the motion's way, scaled by the legs. With other shares of thigh and shin (or legs apart at
rest) that is not enough: the feet come to lie higher or lower, and a foot that stands slides while the knee bends. Both
depend on the pose alone, so the way to the rig and the way back use the same numbers:
    hips of the rig = scale * F (hips of the body) + near * ground + (1 - near) * air
with `near` 1 while a foot is on the floor and 0 high above it (a leap, a handstand), where only the constant remains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import world_to_local
from motion_core.body.motion import forward_kinematics
from motion_core.body.skeleton import (
    ANKLE_HEIGHT,
    FOOT_JOINTS,
    JOINT,
    JOINTS,
    SOLE,
    STANDING_PELVIS,
    UPRIGHT,
)
from motion_core.retarget.rig import Rig, changes_of

CLEARANCE = {
    "left_ankle": ANKLE_HEIGHT, "right_ankle": ANKLE_HEIGHT, "left_foot": SOLE, "right_foot": SOLE,
}  # fmt: skip
NEAR_FLOOR = 0.25  # metres; feet higher than this no longer decide where the body is carried
SUPPORT = 0.02  # metres; a foot this much higher than the other carries 1/e of its share


def _standing() -> np.ndarray:
    """Joints (22,3) of the body that stands upright on the origin."""
    rotations = np.tile(quat.IDENTITY, (1, len(JOINTS), 1))
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    return forward_kinematics(np.array([[0.0, 0.0, STANDING_PELVIS]]), rotations)[0][0]


STANDING = _standing()
STANDING_HIPS = (STANDING[JOINT["left_hip"]] + STANDING[JOINT["right_hip"]]) / 2


def hips_of(joints: np.ndarray) -> np.ndarray:
    """The middle (...,3) between the hips of joints (...,22,3)."""
    return (joints[..., JOINT["left_hip"], :] + joints[..., JOINT["right_hip"], :]) / 2


def moved_heads(rig: Rig, changes: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """How far (T,3) each joint's head moves from its rest when the carrier's head stays; armature units."""
    moved: dict[str, np.ndarray] = {}
    turning = rig.turning
    for joint in rig.parents_first():
        above = rig.joint_above(joint)
        if above is not None and above in moved:
            span = rig.head(joint) - rig.head(above)
            moved[joint] = moved[above] + quat.rotate(changes[above], span) - span
        elif turning is not None:
            span = rig.head(joint) - turning.head
            moved[joint] = quat.rotate(changes["pelvis"], span) - span
        else:
            moved[joint] = np.zeros_like(changes[joint][:, :3])
    return moved


@dataclass(frozen=True, eq=False)
class Carriage:
    """How the hips of the rig lie beside those of the body: see above."""

    ground: np.ndarray  # (T,3) while a foot is on the floor
    air: np.ndarray  # (3,) high above it
    lowest: np.ndarray  # (T,) the lower foot above its resting height, from the body's hips

    def offset(self, hip_height: np.ndarray) -> np.ndarray:
        """What to add (T,3), armature units, when the middle of the body's hips is so high (T,) in metres."""
        near = np.clip(1 - np.abs(hip_height + self.lowest) / NEAR_FLOOR, 0, 1)[:, None]
        return near * self.ground + (1 - near) * self.air


def _feet(rig: Rig) -> list[str]:
    return [joint for joint in FOOT_JOINTS if joint in rig.joints]


def _hips(moved: Mapping[str, np.ndarray]) -> np.ndarray:
    return (moved["left_hip"] + moved["right_hip"]) / 2


def _rises(rig: Rig, moved: Mapping[str, np.ndarray]) -> np.ndarray:
    """(T,feet) how far the feet rise above their rest, seen from the middle of the hips; armature units."""
    hips = _hips(moved)
    return np.stack([(moved[joint] - hips) @ rig.up for joint in _feet(rig)], axis=1)


def _steps(rig: Rig, moved: Mapping[str, np.ndarray], turn: np.ndarray, standing: dict) -> np.ndarray:
    """(T,feet,3) from where a straight leg would put each foot to where it is; turn (T,4) of the pelvis from rest."""
    rest, hips, straight_hips = (
        (rig.head("left_hip") + rig.head("right_hip")) / 2,
        _hips(moved),
        _hips(standing),
    )
    steps = []
    for joint in _feet(rig):
        span = rig.head(joint) - rest
        neutral = span + (standing[joint] - straight_hips)[0]
        steps.append(span + moved[joint] - hips - quat.rotate(turn, neutral))
    return np.stack(steps, axis=1)


def _body_steps(rig: Rig, turn: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """The same of the body, joints (T,22,3) from the middle of its hips; along the armature's axes, metres."""
    steps = []
    for joint in _feet(rig):
        neutral = quat.rotate(rig.frame, STANDING[JOINT[joint]] - STANDING_HIPS)
        steps.append(quat.rotate(rig.frame, joints[:, JOINT[joint]]) - quat.rotate(turn, neutral))
    return np.stack(steps, axis=1)


def carriage(
    rig: Rig, moved: Mapping[str, np.ndarray], turn: np.ndarray, orientations: np.ndarray, scale: float
) -> Carriage:
    """From the pose alone. moved: how far (T,3) the rig's heads are from their rest (only differences count); turn
    (T,4): change of its pelvis from rest; orientations (T,22,4) of the body's joints."""
    joints = forward_kinematics(np.zeros((len(orientations), 3)), world_to_local(orientations))[0]
    joints = joints - hips_of(joints)[:, None]
    heights = np.stack([joints[:, JOINT[joint], 2] - CLEARANCE[joint] for joint in _feet(rig)], axis=1)
    lowest = heights.min(axis=1)
    lift = scale * (lowest + STANDING_HIPS[2]) - _rises(rig, moved).min(axis=1)
    standing = moved_heads(rig, changes_of(rig, np.broadcast_to(UPRIGHT, (1, len(JOINTS), 4))))
    share = np.exp(-(heights - lowest[:, None]) / SUPPORT)
    slips = scale * _body_steps(rig, turn, joints) - _steps(rig, moved, turn, standing)
    slip = np.sum(slips * share[..., None], axis=1) / share.sum(axis=1)[:, None]
    slip = slip - (slip @ rig.up)[:, None] * rig.up
    rest_lift = -float(_rises(rig, standing).min())
    return Carriage(slip + lift[:, None] * rig.up, rest_lift * rig.up, lowest)
