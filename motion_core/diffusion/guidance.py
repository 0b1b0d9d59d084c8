"""Classifier-free guidance (Ho & Salimans 2022): away from the unconditioned answer, towards the conditioned one."""

from __future__ import annotations

import torch
from torch import Tensor

from motion_core.diffusion.denoiser import ConditionedModel, Denoiser, bind
from motion_core.nn.condition import Condition, cat


def guided(
    model: ConditionedModel, cond: Condition, mask: Tensor, scale: float | Tensor, *, above: int = 0
) -> Denoiser:
    """u + scale (c - u), both halves in one batch of 2B. scale: a number, or (B,) one for each sample.

    A plain scale of 1 or 0 needs only one half, so only that one is computed. above: levels below it are not guided and
    cost one half, too. There guidance only roughens what is decided already (Kynkaanniemi et al. 2024).
    """
    if not isinstance(scale, Tensor) and scale in (0, 1):
        return bind(model, cond if scale else cond.without(), mask)
    plain = bind(model, cond, mask)
    both, both_mask = cat(cond, cond.without()), torch.cat([mask, mask])

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        if above and bool((t < above).all()):
            return plain(x, t)
        answer = model(torch.cat([x, x]), torch.cat([t, t]), both, both_mask)
        conditioned, free = answer.chunk(2)
        weight = torch.as_tensor(scale, dtype=x.dtype, device=x.device).expand(len(x))
        weight = torch.where(t < above, 1.0, weight).view(-1, *[1] * (x.dim() - 1))
        return torch.lerp(free, conditioned, weight)

    return denoise
