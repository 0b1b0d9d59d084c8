"""The body every part agrees on: 22 SMPL joints, their tree, mirror pairs, parts and a rest body.

Frames and units. Rest positions are metres in the SMPL body frame: Y up, facing +Z, the left side at +X,
arms sideways (T-pose). A `Motion`'s root rotation carries this frame into the world (right-handed, Z up),
so a person who stands upright has a root rotation of +90 degrees about X and faces -Y.

The rest body is our own: a symmetric adult of 1.70 m with the proportions of common anthropometric tables,
close enough to the SMPL neutral shape that rotations carry over.
"""

from __future__ import annotations

import numpy as np

from motion_core.body.joints import (
    FOOT_JOINTS,
    JOINT,
    JOINTS,
    PARENT_OF,
    PARENTS,
    PARTS,
    joint_indices,
    mirrored_name,
)

__all__ = [
    "ANKLE_HEIGHT", "BODY_HEIGHT", "FOOT_JOINTS", "JOINT", "JOINTS", "MIRROR", "OFFSETS", "PARENTS", "PARENT_OF",
    "PARTS", "REST_JOINTS", "REST_PELVIS", "SOLE", "STANDING_PELVIS", "TIPS", "UPRIGHT", "joint_indices",
    "mirrored_name",
]  # fmt: skip


# Left half and middle of the rest body; the right half is its mirror image (x -> -x).
_REST = {
    "pelvis": (0.0, -0.223, 0.028),
    "left_hip": (0.069, -0.314, 0.023),
    "left_knee": (0.105, -0.693, 0.016),
    "left_ankle": (0.090, -1.091, -0.027),
    "left_foot": (0.116, -1.143, 0.094),
    "spine1": (0.0, -0.114, 0.001),
    "spine2": (0.0, 0.021, 0.003),
    "spine3": (0.0, 0.074, 0.028),
    "neck": (0.0, 0.288, -0.015),
    "left_collar": (0.080, 0.194, -0.008),
    "head": (0.0, 0.353, 0.036),
    "left_shoulder": (0.174, 0.226, -0.017),
    "left_elbow": (0.430, 0.213, -0.042),
    "left_wrist": (0.683, 0.221, -0.045),
}
# Ends of the chains that carry no rotation of their own: the middle of the hand, the crown, the toe tip.
_REST_TIPS = {
    "left_hand": ("left_wrist", (0.766, 0.214, -0.057)),
    "head_top": ("head", (0.0, 0.540, 0.020)),
    "left_toe": ("left_foot", (0.120, -1.155, 0.165)),
}


def _rest_position(name: str) -> tuple[float, float, float]:
    if name in _REST:
        return _REST[name]
    x, y, z = _REST[mirrored_name(name)]
    return -x, y, z


REST_JOINTS: np.ndarray = np.array([_rest_position(name) for name in JOINTS], dtype=np.float32)  # (22,3)
REST_PELVIS: np.ndarray = REST_JOINTS[JOINT["pelvis"]]  # pelvis = trans + REST_PELVIS, as in SMPL
OFFSETS: np.ndarray = np.array(
    [np.zeros(3) if p < 0 else REST_JOINTS[j] - REST_JOINTS[p] for j, p in enumerate(PARENTS)],
    dtype=np.float32,
)  # (22,3) from the parent joint, rest frame


def _tips() -> dict[str, tuple[str, np.ndarray]]:
    table = {}
    for name, (joint, position) in _REST_TIPS.items():
        offset = np.array(position, dtype=np.float32) - REST_JOINTS[JOINT[joint]]
        table[name] = (joint, offset)
        if (other := mirrored_name(name)) != name:
            table[other] = (mirrored_name(joint), offset * np.array([-1, 1, 1], dtype=np.float32))
    return table


TIPS: dict[str, tuple[str, np.ndarray]] = (
    _tips()
)  # tip -> (joint it hangs on, offset in that joint's rest frame)

MIRROR: np.ndarray = np.array([JOINT[mirrored_name(name)] for name in JOINTS])  # MIRROR[j] = the joint across
# Heights above the floor of a flat foot's joints, so that the sole touches z = 0.
SOLE = 0.018  # the ball of the foot ("left_foot") above the sole
ANKLE_HEIGHT = float(REST_JOINTS[JOINT["left_ankle"], 1] - REST_JOINTS[JOINT["left_foot"], 1]) + SOLE
BODY_HEIGHT = float(_REST_TIPS["head_top"][1][1] - _REST["left_foot"][1]) + SOLE
STANDING_PELVIS = float(_REST["pelvis"][1] - _REST["left_foot"][1]) + SOLE  # pelvis height in the rest pose

# Quaternion (wxyz) that stands the Y-up rest body upright in the Z-up world: +90 degrees about X.
UPRIGHT: np.ndarray = np.array([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0], dtype=np.float64)
