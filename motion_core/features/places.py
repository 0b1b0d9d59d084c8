"""Where the body has to be at some frames, and how features are changed so that their steps lead there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from motion_core.body.rotations import yaw_to_matrix
from motion_core.features.smpl205 import SLICES

EVEN = 0.3  # share of a correction that falls on all frames alike; the rest falls where the body moves


@dataclass(frozen=True)
class Place:
    """Where the pelvis is over the floor (x,y) metres and how it faces, at a frame; None leaves one of them free.

    In the world of the features: frame 0 stands over the origin with heading 0.
    """

    frame: int
    floor: tuple[float, float] | None
    heading: float | None


def lead_to_places(x0: Tensor, places: Sequence[Place]) -> Tensor:
    """Features (T,205) whose steps lead from place to place; only steps between two places change.

    The first place is where the others are counted from: a clip whose beginning is free is moved as a whole later.
    """
    x0 = x0.clone()
    turns = x0[:, SLICES["yaw_velocity"]].squeeze(-1)
    facing = [(p.frame, p.heading) for p in places if p.heading is not None]
    for (a, from_heading), (b, to_heading) in pairwise(facing):
        missing = to_heading - from_heading - float(turns[a + 1 : b + 1].sum())
        missing = (missing + np.pi) % (2 * np.pi) - np.pi  # the nearer way round
        turns[a + 1 : b + 1] += missing * _shares(turns[a + 1 : b + 1].abs())
    heading = torch.cumsum(turns, 0)
    if facing:
        heading = heading + (facing[0][1] - float(heading[facing[0][0]]))
    rotation = yaw_to_matrix(heading)[:, :2, :2]  # (T,2,2)
    steps = (rotation @ x0[:, SLICES["root_velocity"], None]).squeeze(-1)  # (T,2) in the world
    standing = [(p.frame, p.floor) for p in places if p.floor is not None]
    for (a, start), (b, end) in pairwise(standing):
        missing_way = (
            torch.tensor(end).to(steps) - torch.tensor(start).to(steps) - steps[a + 1 : b + 1].sum(0)
        )
        steps[a + 1 : b + 1] += missing_way * _shares(steps[a + 1 : b + 1].norm(dim=-1))[:, None]
    x0[:, SLICES["yaw_velocity"]] = turns[:, None]
    x0[:, SLICES["root_velocity"]] = (rotation.transpose(-1, -2) @ steps[..., None]).squeeze(-1)
    return x0


def _shares(speed: Tensor) -> Tensor:
    """How a correction is dealt to frames (N,): more where the body moves anyway; smooth, sum 1."""
    even = torch.full_like(speed, 1 / max(len(speed), 1))
    total = float(speed.sum())
    if total < 1e-6 or len(speed) < 5:
        return even
    kernel = torch.tensor([1.0, 2.0, 3.0, 2.0, 1.0]).to(speed) / 9
    padded = torch.nn.functional.pad(speed[None, None], (2, 2), mode="replicate")
    smooth = torch.nn.functional.conv1d(padded, kernel[None, None])[0, 0]
    return EVEN * even + (1 - EVEN) * smooth / smooth.sum()


def gap_places(kept: np.ndarray, root: Tensor) -> list[Place]:
    """The places at both ends of each run of free frames of `kept` (T,) bool, read from root (T,4)."""
    found = []
    for frame in np.flatnonzero(kept):
        alone = (frame > 0 and not kept[frame - 1]) or (frame + 1 < len(kept) and not kept[frame + 1])
        if alone:
            found.append(place_of(int(frame), root))
    return found


def place_of(frame: int, root: Tensor) -> Place:
    """The place that a row of root (T,4) names: x, y, cosine and sine of the heading."""
    x, y, cos, sin = root[frame].tolist()
    return Place(frame, (x, y), float(np.arctan2(sin, cos)))
