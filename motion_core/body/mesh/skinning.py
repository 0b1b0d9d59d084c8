"""Skin weights by soft cuts: each joint owns what lies beyond its plane, less what its children own.

Beyond a joint's plane the membership rises smoothly from 0 to 1 over (before, after) metres. Memberships multiply
down the tree, so weights are smooth and sum to 1 by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body.skeleton import JOINT, JOINTS, MIRROR, PARENT_OF, REST_JOINTS, mirrored_name

Vector = tuple[float, float, float]
INFLUENCES = 4  # bones per vertex that game engines take
SMALLEST = 0.004  # weights below this are dropped
MIDDLE = 0.012  # metres either side of the middle over which left passes into right


@dataclass(frozen=True)
class Cut:
    """A plane through the joint (moved by `shift`) whose normal points down the limb.

    before, after: metres on the parent's and on the joint's side over which it fades in. within: the middle's joints
    own nothing further than this from the middle (neck and shoulders lie at one height). band: half the width of the
    darker ring that marks the joint.
    """

    normal: Vector
    before: float
    after: float
    shift: Vector = (0.0, 0.0, 0.0)
    within: float | None = None
    band: float = 0.0


# The middle and the left half; the right half is its mirror image. Of joints that share a parent the first owns what
# two claim. The wrist fades in along the forearm, which spreads its twist.
CUTS: dict[str, Cut] = {
    "spine1": Cut((0, 1, 0), 0.07, 0.07),
    "spine2": Cut((0, 1, 0), 0.07, 0.06, (0, -0.01, 0)),
    "spine3": Cut((0, 1, 0), 0.05, 0.06, (0, 0.02, 0)),
    "neck": Cut((0, 0.95, 0.3), 0.05, 0.05, (0, -0.01, 0), within=0.125),
    "head": Cut((0, 0.9, -0.45), 0.045, 0.035),
    "left_collar": Cut((0.7, 0.71, 0), 0.07, 0.08, (-0.01, -0.02, 0)),
    "left_shoulder": Cut((1, -0.10, 0), 0.065, 0.075, band=0.034),
    "left_elbow": Cut((1, 0, 0), 0.045, 0.045, band=0.024),
    "left_wrist": Cut((1, 0, 0), 0.085, 0.030, band=0.020),
    "left_hip": Cut((0.45, -0.89, 0), 0.085, 0.085),
    "left_knee": Cut((0, -1, 0), 0.06, 0.06, band=0.034),
    "left_ankle": Cut((0, -0.94, 0.34), 0.04, 0.035, (0, 0.01, 0), band=0.022),
    "left_foot": Cut((0, 0, 1), 0.035, 0.03),
}


def _smoothstep(t: np.ndarray) -> np.ndarray:
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)


def _height(joint: str, points: np.ndarray) -> np.ndarray:
    """(N,) metres of points (N,3) beyond the joint's plane."""
    cut = CUTS[joint]
    normal = np.array(cut.normal) / np.linalg.norm(cut.normal)
    return (points - REST_JOINTS[JOINT[joint]] - np.array(cut.shift)) @ normal


def _membership(joint: str, points: np.ndarray) -> np.ndarray:
    """(N,) in [0,1]: how far each point is the joint's or its children's, before siblings are heard."""
    cut = CUTS[joint]
    member = _smoothstep((_height(joint, points) + cut.before) / (cut.before + cut.after))
    if joint.startswith("left_"):
        return member * _smoothstep((points[:, 0] + MIDDLE) / (2 * MIDDLE))
    if cut.within is not None:
        return member * _smoothstep((cut.within - np.abs(points[:, 0])) / (cut.within / 3))
    return member


def _branch(points: np.ndarray) -> np.ndarray:
    """(N,22): each joint's share together with all below it, of the middle and the left; right columns are empty."""
    branch = np.zeros((len(points), len(JOINTS)))
    branch[:, JOINT["pelvis"]] = 1
    free = {
        joint: np.ones(len(points)) for joint in JOINTS
    }  # of each parent's share, what no child has claimed
    for joint in CUTS:
        parent = str(PARENT_OF[joint])
        share = _membership(joint, points) * free[parent]
        free[parent] = free[parent] - share
        branch[:, JOINT[joint]] = share * branch[:, JOINT[parent]]
    return branch


def skin_weights(points: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(V,22) of vertices (V,3) whose mirror images are `pairs` (V,): at most 4 a row, sums 1, exactly symmetric."""
    left = _branch(points)
    right = left[pairs][:, MIRROR]
    branch = np.where(np.arange(len(JOINTS)) == MIRROR, (left + right) / 2, left + right)
    weights = branch.copy()
    for joint in dict.fromkeys([*CUTS, *map(mirrored_name, CUTS)]):
        weights[:, JOINT[str(PARENT_OF[joint])]] -= branch[:, JOINT[joint]]
    weights = np.clip(weights, 0, None)
    smallest_kept = np.sort(weights, axis=1)[:, -INFLUENCES, None]
    weights = np.where(weights >= np.maximum(smallest_kept, SMALLEST), weights, 0)
    return weights / weights.sum(axis=1, keepdims=True)


def joint_tones(points: np.ndarray) -> np.ndarray:
    """(V,) from 0 to 1 on the rings around the joints, softly: the darker joints of an artist's mannequin."""
    left = points * np.array([1, 1, 1])
    left[:, 0] = np.abs(left[:, 0])
    branch = _branch(left)
    tones = np.zeros(len(points))
    for joint, cut in CUTS.items():
        if cut.band:
            parent = branch[:, JOINT[str(PARENT_OF[joint])]]
            ring = _smoothstep(1.5 - np.abs(_height(joint, left)) / cut.band)
            tones = np.maximum(tones, ring * _smoothstep(2 * parent))
    return tones
