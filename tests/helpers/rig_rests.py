"""Foreign rigs for tests, in plain numpy: SMPL's joints in another rest pose, size, space and with other bone axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import forward_kinematics
from motion_core.body.skeleton import JOINT, JOINTS, OFFSETS, PARENT_OF, SOLE, STANDING_PELVIS, UPRIGHT
from motion_core.retarget import RigBone

Z_UP = quat.IDENTITY
Y_UP = quat.conjugate(UPRIGHT)  # a rig drawn with Y up, facing +Z


@dataclass(frozen=True)
class RestStyle:
    """How a foreign rig rests. Angles in radians; scale: armature units per metre; space: motion axes -> armature."""

    seed: int = 0
    arms_down: float = 0.0
    elbows_bent: float = 0.0
    legs_apart: float = 0.0
    scale: float = 1.0
    space: tuple[float, ...] = tuple(Z_UP)
    stretch: float = 0.0  # bones this much longer or shorter, at random
    prefix: str = ""
    root: bool = False


def rest_rotations(style: RestStyle) -> np.ndarray:
    """(1,22,4) local rotations of the body that make the rest pose; soles stay level."""
    turns = np.zeros((22, 3))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        turns[JOINT[f"{side}_shoulder"]] = (0, 0, -sign * style.arms_down)
        turns[JOINT[f"{side}_elbow"]] = (0, -sign * style.elbows_bent, 0)
        turns[JOINT[f"{side}_hip"]] = (0, 0, sign * style.legs_apart)
        turns[JOINT[f"{side}_ankle"]] = (0, 0, -sign * style.legs_apart)
    rotations = quat.rotvec_to_quat(turns)
    rotations[JOINT["pelvis"]] = UPRIGHT
    return rotations[None]


def foreign_rig(style: RestStyle) -> list[RigBone]:
    """22 bones (and a root above them) with random axes at the joints of the rest, feet on the floor."""
    rng = np.random.default_rng(style.seed)
    offsets = OFFSETS * (1 + rng.uniform(-style.stretch, style.stretch, 22)[:, None])
    pelvis = np.array([[0, 0, STANDING_PELVIS]])
    heads = forward_kinematics(pelvis, rest_rotations(style), offsets)[0][0]
    heads[:, 2] += SOLE - min(heads[JOINT["left_foot"], 2], heads[JOINT["right_foot"], 2])
    heads = quat.rotate(np.array(style.space), heads) * style.scale
    axes = quat.quat_to_matrix(quat.normalize(rng.normal(size=(23, 4))))
    bones = []
    if style.root:
        bones.append(RigBone(f"{style.prefix}root", None, _matrix(axes[22], np.zeros(3))))
    for joint, head, axis in zip(JOINTS, heads, axes):
        parent = PARENT_OF[joint] or ("root" if style.root else None)
        name = style.prefix + joint
        bones.append(RigBone(name, parent and style.prefix + parent, _matrix(axis, head)))
    return bones


def _matrix(axes: np.ndarray, head: np.ndarray) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = axes, head
    return matrix
