"""Skin weights by soft cuts: each joint owns what lies beyond its plane, less what its children own.

Beyond a joint's plane the membership rises smoothly from 0 to 1 over (before, after) metres. Memberships multiply
down the tree, so weights are smooth and sum to 1 by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.skeleton import JOINT, JOINTS, MIRROR, PARENT_OF, REST_JOINTS

Vector = tuple[float, float, float]
INFLUENCES = 4  # bones per vertex that game engines take


@dataclass(frozen=True)
class Cut:
    """A plane through the joint (moved by `shift`) whose normal points down the limb."""

    normal: Vector
    before: float  # metres on the parent's side over which the joint fades in
    after: float
    shift: Vector = (0.0, 0.0, 0.0)


# The middle and the left half; the right half is its mirror image. Twisting joints (wrist) fade in over a long way.
CUTS: dict[str, Cut] = {
    "spine1": Cut((0, 1, 0), 0.07, 0.07),
    "spine2": Cut((0, 1, 0), 0.07, 0.07, (0, -0.01, 0)),
    "spine3": Cut((0, 1, 0), 0.05, 0.07, (0, 0.02, 0)),
    "neck": Cut((0, 0.95, 0.3), 0.05, 0.05, (0, -0.01, 0)),
    "head": Cut((0, 0.9, -0.45), 0.045, 0.035, (0, 0.0, 0)),
    "left_collar": Cut((0.9, 0.44, 0), 0.07, 0.08, (-0.01, -0.02, 0)),
    "left_shoulder": Cut((1, -0.10, 0), 0.065, 0.075, (0.0, 0, 0)),
    "left_elbow": Cut((1, 0, 0), 0.045, 0.045),
    "left_wrist": Cut((1, 0, 0), 0.085, 0.030),
    "left_hip": Cut((0.45, -0.89, 0), 0.085, 0.085, (0.0, 0.0, 0)),
    "left_knee": Cut((0, -1, 0), 0.06, 0.06),
    "left_ankle": Cut((0, -0.94, 0.34), 0.04, 0.035),
    "left_foot": Cut((0, 0, 1), 0.035, 0.03),
}


def _smoothstep(t: np.ndarray) -> np.ndarray:
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)


def _membership(joint: str, points: np.ndarray) -> np.ndarray:
    """(N,) in [0,1] of points (N,3): how far each lies beyond the joint's plane."""
    cut = CUTS[joint]
    normal = np.array(cut.normal) / np.linalg.norm(cut.normal)
    height = (points - REST_JOINTS[JOINT[joint]] - np.array(cut.shift)) @ normal
    member = _smoothstep((height + cut.before) / (cut.before + cut.after))
    if joint.startswith("left_"):
        # of both thighs and both collars a point near the middle belongs to its own side, and to none on the line
        member = member * _smoothstep((points[:, 0] + 0.012) / 0.024)
    return member


def _left_and_middle(points: np.ndarray) -> np.ndarray:
    """(N,22): what the middle and the left joints own; the right columns are empty."""
    owned = np.zeros((len(points), len(JOINTS)))
    owned[:, JOINT["pelvis"]] = 1
    for joint in CUTS:
        owned[:, JOINT[joint]] = _membership(joint, points) * owned[:, JOINT[str(PARENT_OF[joint])]]
    return owned


def skin_weights(points: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(V,22) of vertices (V,3) whose mirror images are `pairs` (V,): at most 4 a row, sums 1, exactly symmetric."""
    left = _left_and_middle(points)
    right = left[pairs][:, MIRROR]
    owned = np.where(np.arange(len(JOINTS)) == MIRROR, (left + right) / 2, left + right)
    weights = owned.copy()
    for joint in CUTS:
        for name in {joint, JOINTS[MIRROR[JOINT[joint]]]}:
            weights[:, JOINT[str(PARENT_OF[name])]] -= owned[:, JOINT[name]]
    weights = np.clip(weights, 0, None)
    smallest_kept = np.sort(weights, axis=1)[:, -INFLUENCES, None]
    weights = np.where(weights >= np.maximum(smallest_kept, 0.004), weights, 0)
    return weights / weights.sum(axis=1, keepdims=True)


def joint_tones(weights: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(F,) 1 where a face hangs on two bones alike: the darker joints of an artist's mannequin."""
    strongest = weights.max(axis=1)[faces].mean(axis=1)
    return (strongest < 0.72).astype(np.int32)
