"""What is to be sampled, as a value: length, words, what is given of the clip; and how that is held on to."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from motion_core.body.motion import Motion
from motion_core.body.rotations import yaw_to_matrix
from motion_core.diffusion.denoiser import Denoiser
from motion_core.features import FeatureStats
from motion_core.features.known import KNOWN_DIM, STEPS
from motion_core.features.smpl205 import DIM, SLICES
from motion_core.tasks import Sampling

EVEN = 0.3  # share of a correction that falls on all frames alike; the rest falls where the body moves


@dataclass(frozen=True)
class Place:
    """Where the pelvis is over the floor (x,y) metres and how it faces, at a frame; None leaves one of them free.

    In the world of the features: frame 0 stands over the origin with heading 0.
    """

    frame: int
    floor: tuple[float, float] | None
    heading: float | None


@dataclass(frozen=True, eq=False)
class Given:
    """What is fixed while a clip is sampled.

    values (T,205) normalised and mask (T,205): features that are overwritten at each step. told (T,209), told_mask
    (T,209): the same and more as a model that completes is told it. places: what running sums of steps must reach.
    """

    values: Tensor
    mask: Tensor
    told: Tensor
    told_mask: Tensor
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, eq=False)
class Plan:
    """One clip to sample. start (T,205) normalised: vary it, with noise up to a share `strength` of the levels."""

    frames: int
    sampling: Sampling
    text: str | None = None
    action: str | None = None
    given: Given | None = None
    start: Tensor | None = None
    strength: float = 1.0


# A task at work: asks for clips one after the other, is sent their features (T,F), ends with the motion.
Work = Generator[Plan, np.ndarray, Motion]


def stack_told(plans: Sequence[Plan], frames: int) -> tuple[Tensor, Tensor] | None:
    """`Condition.known` and `known_mask` (B,T,209) of a batch; None where nothing is given."""
    if all(plan.given is None for plan in plans):
        return None
    told = torch.zeros(len(plans), frames, KNOWN_DIM)
    mask = torch.zeros(len(plans), frames, KNOWN_DIM, dtype=torch.bool)
    for row, plan in enumerate(plans):
        if plan.given is not None:
            told[row, : plan.frames], mask[row, : plan.frames] = plan.given.told, plan.given.told_mask
    return told, mask


def hold_given(denoise: Denoiser, plans: Sequence[Plan], stats: FeatureStats) -> Denoiser:
    """The same denoiser, whose answers have what is given, and steps that lead to the given places.

    Overwriting alone would leave the far end of a gap where the steps between happen to lead (the known weakness of
    inpainting with velocities); bringing each answer there lets the next step make the rest fit.
    """

    def held(x: Tensor, t: Tensor) -> Tensor:
        x0 = denoise(x, t).clone()
        for row, plan in enumerate(plans):
            if plan.given is not None:
                x0[row, : plan.frames] = _held(x0[row, : plan.frames], plan.given, stats)
        return x0

    return held


def _held(x0: Tensor, given: Given, stats: FeatureStats) -> Tensor:
    """(T,205) normalised"""
    x0 = torch.where(given.mask.to(x0.device), given.values.to(x0), x0)
    if len(given.places) < 2:
        return x0
    plain = lead_to_places(stats.denormalize(x0.double()), given.places)
    x0 = x0.clone()
    x0[:, STEPS] = stats.normalize(plain)[:, STEPS].to(x0.dtype)
    return x0


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


def gap_places(kept: np.ndarray, told: Tensor) -> list[Place]:
    """The places at both ends of each run of free frames of `kept` (T,) bool, read from told (T,209)."""
    found = []
    for frame in np.flatnonzero(kept):
        alone = (frame > 0 and not kept[frame - 1]) or (frame + 1 < len(kept) and not kept[frame + 1])
        if alone:
            found.append(place_of(int(frame), told))
    return found


def place_of(frame: int, told: Tensor) -> Place:
    """The place that a row of told (T,209) names."""
    x, y, cos, sin = told[frame, DIM:KNOWN_DIM].tolist()
    return Place(frame, (x, y), float(np.arctan2(sin, cos)))
