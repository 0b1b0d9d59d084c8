"""How far motions are from the ones they should repeat: average position and variance errors (TEMOS, 2022)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import check_joints
from motion_core.body.skeleton import JOINT

PARTS = ("root", "trajectory", "mean_local", "mean_global")
GROUND = slice(0, 2)  # x and y: the floor plane


def ape_ave(ours: np.ndarray, theirs: np.ndarray) -> dict[str, float]:
    """`ape_*` in metres and `ave_*` in square metres, for each of PARTS, of joints (T,22,3) against (T,22,3), Z up.

    Both are moved to start over the origin with heading 0. root: the pelvis. trajectory: the pelvis seen from above.
    mean_local: the other 21 joints about the pelvis, each frame turned to the front; heights stay those over the
    floor. mean_global: all 22 joints. APE is the mean distance over frames and joints; AVE the distance of the
    variances over time, mean over joints, nan of a single frame. Raises ValueError for different lengths.
    """
    if len(ours) != len(theirs):
        raise ValueError(
            f"the motions have {len(ours)} and {len(theirs)} frames: cut the longer one, or make both as long"
        )
    made, meant = _parts(ours), _parts(theirs)
    errors = {f"ape_{p}": float(np.linalg.norm(made[p] - meant[p], axis=-1).mean()) for p in PARTS}
    for part in PARTS:
        apart = _variance(made[part]) - _variance(meant[part])  # (J,C)
        errors[f"ave_{part}"] = float(np.linalg.norm(apart, axis=-1).mean())
    return errors


def mean_ape_ave(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray]) -> dict[str, float]:
    """`ape_ave` of many pairs, as TEMOS averages: APE over all frames, AVE over the motions that have two frames."""
    if len(ours) != len(theirs) or not ours:
        raise ValueError(f"{len(ours)} motions against {len(theirs)}: give pairs, and at least one")
    rows = [ape_ave(*pair) for pair in zip(ours, theirs)]
    frames = np.array([len(joints) for joints in ours], dtype=np.float64)
    means = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        weights = frames if name.startswith("ape_") else (frames > 1).astype(np.float64)
        known = weights > 0
        means[name] = (
            float(np.average(values[known], weights=weights[known])) if known.any() else float("nan")
        )
    return means


def body_heading(joints: np.ndarray) -> np.ndarray:
    """Yaw (T,) in radians of joints (T,22,3) by hips and shoulders: 0 faces -Y, positive to the left."""
    left, right = ([JOINT[f"{side}_hip"], JOINT[f"{side}_shoulder"]] for side in ("left", "right"))
    across = np.sum(joints[:, left] - joints[:, right], axis=1)
    return np.arctan2(across[:, 1], across[:, 0])


def heading_frame(joints: np.ndarray) -> np.ndarray:
    """Joints (T,22,3) about the pelvis, each frame turned to heading 0; heights over the floor are kept."""
    relative = joints.astype(np.float64)  # a copy
    relative[..., GROUND] -= relative[:, JOINT["pelvis"], None, GROUND]
    return quat.rotate(quat.about_z(-body_heading(joints))[:, None], relative)


def _parts(joints: np.ndarray) -> dict[str, np.ndarray]:
    """(T,J,C) for each of PARTS, of joints moved to the origin and heading 0 at the first frame."""
    joints = check_joints(joints).astype(np.float64)
    joints[..., GROUND] -= joints[0, JOINT["pelvis"], GROUND]
    joints = quat.rotate(quat.about_z(-body_heading(joints[:1])[0]), joints)
    pelvis = joints[:, JOINT["pelvis"], None]
    return {
        "root": pelvis,
        "trajectory": pelvis[..., GROUND],
        "mean_local": np.delete(heading_frame(joints), JOINT["pelvis"], axis=1),
        "mean_global": joints,
    }


def _variance(values: np.ndarray) -> np.ndarray:
    """Over time, unbiased: (T,J,C) -> (J,C)."""
    return values.var(axis=0, ddof=1) if len(values) > 1 else np.full(values.shape[1:], np.nan)
