"""What is given of a clip, held while it is denoised: stacked for the network, overwritten in each of its answers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from motion_core.diffusion.denoiser import Denoiser
from motion_core.features import FeatureStats
from motion_core.features.known import KNOWN_DIM, STEPS
from motion_core.features.places import lead_to_places
from motion_core.generators.plan import Given, Plan


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
