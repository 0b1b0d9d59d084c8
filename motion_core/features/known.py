"""What of a clip is given, as a network is told it: some of its 205 features, and where the body is in the world.

The features say where the body goes by its steps, so a pose far ahead does not say where it stands. Four more columns
do: the pelvis over the floor (metres, from the first frame's) and its heading, as cosine and sine.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from motion_core.body.skeleton import JOINT, JOINTS, PARENTS, TIPS
from motion_core.features.smpl205 import DIM, FEATURE_JOINTS, SLICES, integrate_root
from motion_core.features.stats import FeatureStats

WORLD_ROOT = slice(DIM, DIM + 4)  # x, y, cos, sin
KNOWN_DIM = WORLD_ROOT.stop
STEPS = slice(SLICES["root_velocity"].start, SLICES["yaw_velocity"].stop)


def known_values(x0: Tensor, stats: FeatureStats) -> Tensor:
    """Normalised features (B,T,205) with the world columns behind them: (B,T,209) float32."""
    with torch.autocast(x0.device.type, enabled=False):  # running sums in bfloat16 would miss by decimetres
        pelvis, yaw = integrate_root(stats.denormalize(x0.float()))
    floor = pelvis[..., :2]
    return torch.cat([x0.float(), floor, yaw.cos()[..., None], yaw.sin()[..., None]], -1)


def poses_known(frames: Tensor) -> Tensor:
    """Columns (...,T,209) bool that are known where whole poses are: frames (...,T) bool.

    A step is known only where the frame before is known too.
    """
    known = frames[..., None].expand(*frames.shape, KNOWN_DIM).clone()
    before = torch.cat([torch.ones_like(frames[..., :1]), frames[..., :-1]], -1)
    known[..., STEPS] &= before[..., None]
    return known


def path_columns(heading: bool = True) -> Tensor:
    """(209,) bool: where the pelvis is over the floor, and its heading."""
    columns = torch.zeros(KNOWN_DIM, dtype=torch.bool)
    columns[WORLD_ROOT.start : WORLD_ROOT.stop if heading else WORLD_ROOT.start + 2] = True
    return columns


def columns_without(joints: Sequence[int]) -> Tensor:
    """(209,) bool: what stays known when the rotations of these joints are free: all columns but their rotations
    and the places of what hangs on them. A free pelvis frees everything.
    """
    free = set(joints)
    columns = torch.ones(KNOWN_DIM, dtype=torch.bool)
    if JOINT["pelvis"] in free:
        return torch.zeros_like(columns)
    rotations = columns[SLICES["rot6d"]].view(len(JOINTS), 6)
    for joint in free:
        rotations[joint] = False
    places = columns[SLICES["joints"]].view(len(FEATURE_JOINTS), 3)
    for row, name in enumerate(FEATURE_JOINTS):
        if free.intersection(_carriers(name)):
            places[row] = False
    return columns


def _carriers(name: str) -> list[int]:
    """The joints whose rotations move a joint or a tip of `FEATURE_JOINTS`."""
    joint = JOINT[TIPS[name][0]] if name in TIPS else PARENTS[JOINT[name]]
    chain = []
    while joint >= 0:
        chain.append(joint)
        joint = PARENTS[joint]
    return chain
