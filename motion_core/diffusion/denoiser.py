"""A denoiser is a callable (x (B,...), t (B,) long) -> x0 (B,...). What makes one out of something else."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from motion_core.diffusion.schedule import Schedule
from motion_core.nn.condition import Condition

Denoiser = Callable[[Tensor, Tensor], Tensor]
ConditionedModel = Callable[[Tensor, Tensor, Condition, Tensor], Tensor]  # (x, t, cond, mask) -> prediction


def bind(model: ConditionedModel, cond: Condition, mask: Tensor) -> Denoiser:
    """A model with its condition and frame mask (B,T) already given."""

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        return model(x, t, cond, mask)

    return denoise


def from_eps(predict: Denoiser, schedule: Schedule) -> Denoiser:
    """From a prediction of the noise: x0 = (x - sqrt(1-ab) eps) / sqrt(ab)."""

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        signal, noise = schedule.at(t, x)
        return (x - noise * predict(x, t)) / signal

    return denoise


def from_v(predict: Denoiser, schedule: Schedule) -> Denoiser:
    """From v = sqrt(ab) eps - sqrt(1-ab) x0 (Salimans & Ho 2022): x0 = sqrt(ab) x - sqrt(1-ab) v."""

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        signal, noise = schedule.at(t, x)
        return signal * x - noise * predict(x, t)

    return denoise


def keep_known(denoise: Denoiser, known: Tensor, mask: Tensor) -> Denoiser:
    """The same denoiser, its answer overwritten with `known` where `mask` (broadcast to x) is true.

    Every sampler returns its last x0, so kept values come out bit for bit.
    """

    def kept(x: Tensor, t: Tensor) -> Tensor:
        return torch.where(mask, known.to(x), denoise(x, t))

    return kept
