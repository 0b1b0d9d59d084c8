"""How far motions are from the ones they should repeat: average position and variance errors (TEMOS, 2022)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motion_core import quaternions as quat
from motion_core.fitting import check_joints
from motion_core.skeleton import JOINT

PARTS = ("root", "trajectory", "mean_local", "mean_global")
GROUND = slice(0, 2)  # x and y: the floor plane


def ape_ave(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray]) -> dict[str, float]:
    """`ape_*` in metres and `ave_*` in square metres for each of PARTS; motion i of one against motion i of the other.

    Each motion is joints (T,22,3), Z up, of the same frame rate and length as its partner, and starts over the origin
    with heading 0 before it is compared. root: the pelvis. trajectory: the pelvis seen from above. mean_local: the
    other 21 joints about the pelvis, each frame turned to the front, mean over joints; heights stay those over the
    floor. mean_global: all 22 joints. APE is the mean distance over all frames of all motions; AVE the distance of
    the variances over time, mean over motions, nan where no motion has two frames.
    """
    if len(ours) != len(theirs) or not ours:
        raise ValueError(f"{len(ours)} motions against {len(theirs)}: give pairs, and at least one")
    apart: dict[str, list[np.ndarray]] = {part: [] for part in PARTS}
    spread: dict[str, list[float]] = {part: [] for part in PARTS}
    for number, pair in enumerate(zip(ours, theirs)):
        if len(pair[0]) != len(pair[1]):
            raise ValueError(
                f"pair {number} has {len(pair[0])} and {len(pair[1])} frames: cut the longer one, or make both as long"
            )
        made, meant = (_parts(joints) for joints in pair)
        for part in PARTS:
            apart[part].append(np.linalg.norm(made[part] - meant[part], axis=-1).mean(axis=1))
            if len(pair[0]) > 1:
                variances = (values[part].var(axis=0, ddof=1) for values in (made, meant))  # 2 of (J,C)
                spread[part].append(float(np.linalg.norm(np.subtract(*variances), axis=-1).mean()))
    errors = {f"ape_{part}": float(np.concatenate(values).mean()) for part, values in apart.items()}
    return errors | {f"ave_{p}": float(np.mean(v)) if v else float("nan") for p, v in spread.items()}


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
