"""The floor is at z = 0. A floating body is set down, a sinking one is raised, and a foot that dips in is lifted."""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import ANKLE_HEIGHT, JOINT, JOINTS, SOLE, TIPS
from motion_core.editing.contacts import SIDES
from motion_core.editing.feet import FootPlan, envelope, place_feet
from motion_core.editing.pose import Pose, frozen_mask

# How thick the flesh below a joint is, metres: what lies on the floor has its joints this high above it.
THICKNESS: dict[str, float] = {
    "pelvis": 0.10, "spine1": 0.09, "spine2": 0.09, "spine3": 0.09, "neck": 0.05, "head": 0.08, "knee": 0.055,
    "hip": 0.09, "collar": 0.05, "shoulder": 0.06, "elbow": 0.04, "wrist": 0.025, "ankle": ANKLE_HEIGHT, "foot": SOLE,
}  # fmt: skip
CLEARANCES = np.array([THICKNESS[name.split("_")[-1]] for name in JOINTS])
STANDING_SHARE = 20  # percentile of the frames' lowest points that is taken for the floor
NEGLIGIBLE = 0.002  # metres
SOFT = 0.1  # seconds before and after a dip in which the foot is lifted already
TOE_TIP = float(SOLE + min(offset[1] for tip, (_, offset) in TIPS.items() if tip.endswith("toe")))


def floor_height(pose: Pose) -> float:
    """Metres: the height of the body's own floor. In a fifth of the frames its lowest part is lower.

    A percentile: neither one bad frame nor a jump decides.
    """
    lowest = (pose.positions[..., 2] - CLEARANCES).min(axis=1)
    return float(np.percentile(lowest, STANDING_SHARE))


def meet_floor(motion: Motion, *, frozen: np.ndarray | None = None) -> Motion:
    """The motion on the floor: set down or raised as a whole, then each foot lifted where it still dips in.

    frozen (T,) bool: frames that stay bit for bit; if there are any, the motion as a whole stays at its height.
    """
    frozen = frozen_mask(motion, frozen)
    pose = Pose.of(motion)
    height = 0.0 if frozen.any() else floor_height(pose)
    changed = abs(height) > NEGLIGIBLE
    if changed:
        pose.pelvis[:, 2] -= height
        pose.update()
    plans = {side: _lifted(pose, side, motion.fps) for side in SIDES}
    if any(_moves(pose, side, plan) for side, plan in plans.items()):
        place_feet(pose, plans, motion.fps)
        changed = True
    return pose.motion(motion, frozen) if changed else motion


def _lifted(pose: Pose, side: str, fps: float) -> FootPlan:
    """The foot raised by what its deeper joint is below the floor, smoothly; toes bent up that would go through."""
    ball, ankle = pose.at(f"{side}_foot"), pose.at(f"{side}_ankle")
    depth = np.maximum(SOLE - ball[:, 2], ANKLE_HEIGHT - ankle[:, 2])
    lift = envelope(np.maximum(depth, 0.0), round(SOFT * fps))
    ball = ball + lift[:, None] * np.array([0.0, 0.0, 1.0])
    return FootPlan(ball, pose.facing(f"{side}_ankle"), _toes_up(ball, pose.facing(f"{side}_foot"), side))


def _toes_up(ball: np.ndarray, toes: np.ndarray, side: str) -> np.ndarray:
    """Orientations (T,4) of the toes, bent up just so far that their tips stay above the floor."""
    offset = TIPS[f"{side}_toe"][1].astype(np.float64)
    span = quat.rotate(toes, offset)
    length = float(np.linalg.norm(offset))
    height = np.clip(np.maximum(span[:, 2], TOE_TIP - ball[:, 2]), -length, length)
    level = np.maximum(np.linalg.norm(span[:, :2], axis=1), 1e-6)
    raised = np.concatenate(
        [span[:, :2] * (np.sqrt(np.maximum(length**2 - height**2, 1e-12)) / level)[:, None], height[:, None]],
        axis=1,
    )
    return quat.multiply(quat.between(span, raised), toes)


def _moves(pose: Pose, side: str, plan: FootPlan) -> bool:
    """Whether a plan changes anything that can be seen."""
    lift = np.abs(plan.ball - pose.at(f"{side}_foot")).max()
    bend = quat.angle_between(
        pose.rotations[:, JOINT[f"{side}_foot"]],
        quat.multiply(quat.conjugate(pose.facing(f"{side}_ankle")), plan.toes),
    ).max()
    return bool(lift > 1e-4 or bend > 1e-3)
