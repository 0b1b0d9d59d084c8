"""The training target of a denoiser: noise the clean features, ask for them back, compare valid frames."""

from __future__ import annotations

from torch import Tensor

from motion_core.diffusion.denoiser import Denoiser
from motion_core.diffusion.schedule import Schedule
from motion_core.nn.losses import masked_l2


def q_sample(x0: Tensor, t: Tensor, noise: Tensor, schedule: Schedule) -> Tensor:
    """x_t = sqrt(ab_t) x0 + sqrt(1 - ab_t) noise, for levels t (B,) long; x0 and noise (B,...)."""
    signal, spread = schedule.at(t, x0)
    return signal * x0 + spread * noise


def diffusion_loss(
    denoise: Denoiser, x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor, schedule: Schedule
) -> Tensor:
    """Loss (B,) of a denoiser's answer at levels t for given noise; take the mean to train."""
    return masked_l2(denoise(q_sample(x0, t, noise, schedule), t), x0, mask)
