"""Forward kinematics in torch, differentiable; numpy's side is `Motion.kinematics`."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from motion_core.body.skeleton import OFFSETS, PARENTS, REST_PELVIS


def _depth(joint: int) -> int:
    return 0 if PARENTS[joint] < 0 else 1 + _depth(PARENTS[joint])


# Joints of one depth are turned together: 8 matrix products instead of 21.
_LEVELS: tuple[tuple[int, ...], ...] = tuple(
    tuple(j for j in range(len(PARENTS)) if _depth(j) == depth)
    for depth in range(1 + max(map(_depth, range(len(PARENTS)))))
)
_ORDER = [joint for level in _LEVELS for joint in level]  # joints as the levels list them
_UNORDER = [_ORDER.index(joint) for joint in range(len(PARENTS))]


def joint_kinematics(pelvis: Tensor, matrices: Tensor) -> tuple[Tensor, Tensor]:
    """World positions (...,22,3) and world orientations (...,22,3,3) of the joints of the rest body.

    pelvis: (...,3) metres. matrices: (...,22,3,3), each local to its parent, the pelvis to the world.
    """
    offsets = torch.as_tensor(OFFSETS, dtype=matrices.dtype, device=matrices.device)
    turned, placed = matrices[..., _LEVELS[0], :, :], pelvis[..., None, :]
    all_turned, all_placed = [turned], [placed]
    for above, level in pairwise(_LEVELS):
        parents = [above.index(PARENTS[joint]) for joint in level]
        parent_turned = turned[..., parents, :, :]  # (...,n,3,3)
        shift = (parent_turned @ offsets[list(level), :, None]).squeeze(-1)  # (...,n,3)
        placed = placed[..., parents, :] + shift
        turned = parent_turned @ matrices[..., level, :, :]
        all_turned.append(turned)
        all_placed.append(placed)
    return torch.cat(all_placed, -2)[..., _UNORDER, :], torch.cat(all_turned, -3)[..., _UNORDER, :, :]


def forward_kinematics(trans: Tensor, matrices: Tensor) -> Tensor:
    """World positions (...,22,3) of the joints in metres.

    trans: (...,3) as `Motion.trans` (pelvis = trans + REST_PELVIS). matrices: (...,22,3,3) local rotations.
    """
    rest = torch.as_tensor(REST_PELVIS, dtype=trans.dtype, device=trans.device)
    return joint_kinematics(trans + rest, matrices)[0]
