"""What is to be sampled, as a value: length, words, what is given of the clip; and how that is held on to."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from motion_core.body.motion import Motion
from motion_core.diffusion.denoiser import Denoiser
from motion_core.features import FeatureStats
from motion_core.features.known import KNOWN_DIM, STEPS
from motion_core.features.places import Place, lead_to_places
from motion_core.tasks import Sampling


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
