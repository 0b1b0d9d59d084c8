"""From noise to x0. Each sampler is a function of a denoiser; it has never heard of text, skeletons or files.

All take x (B,...) standard normal noise, visit `steps` of the schedule's levels (noisiest first), and return
their last x0. Tables are float64, tensors keep the dtype of x. `noise()` gives fresh standard normal noise shaped
like x: a caller that draws it sample by sample gets results that do not depend on the batch. `on_step(k, n)` is
called after step k of n and may raise to stop.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from motion_core.diffusion.denoiser import Denoiser
from motion_core.diffusion.schedule import Schedule

Noise = Callable[[], Tensor]
OnStep = Callable[[int, int], None]


def _levels(schedule: Schedule, steps: int) -> list[tuple[int, float, float]]:
    """(t, alpha_bar at t, alpha_bar at the next, cleaner level) for each step; the last next level is clean: 1."""
    times = schedule.timesteps(steps)
    table = [float(schedule.alpha_bar[t]) for t in times]
    return list(zip(times, table, [*table[1:], 1.0]))


def _predict(denoise: Denoiser, x: Tensor, t: int) -> Tensor:
    return denoise(x, torch.full((len(x),), t, dtype=torch.long, device=x.device))


def ddpm(
    denoise: Denoiser,
    x: Tensor,
    schedule: Schedule,
    *,
    steps: int,
    noise: Noise | None = None,
    on_step: OnStep | None = None,
) -> Tensor:
    """Ancestral sampling with the small posterior variance (Ho et al. 2020, eq. 6, 7), respaced to `steps` levels.

    With a = ab/ab_next and b = 1 - a: mean = (sqrt(ab_next) b x0 + sqrt(a) (1 - ab_next) x) / (1 - ab),
    variance = b (1 - ab_next) / (1 - ab). At the last level ab_next = 1, so the mean is x0 and the variance 0.
    """
    draw = noise or (lambda: torch.randn_like(x))
    x0 = x
    for k, (t, ab, ab_next) in enumerate(_levels(schedule, steps), start=1):
        x0 = _predict(denoise, x, t)
        if k < steps:
            beta = 1 - ab / ab_next
            mean = x0 * (math.sqrt(ab_next) * beta / (1 - ab))
            mean = mean + x * (math.sqrt(ab / ab_next) * (1 - ab_next) / (1 - ab))
            x = mean + draw() * math.sqrt(beta * (1 - ab_next) / (1 - ab))
        if on_step:
            on_step(k, steps)
    return x0


def ddim(
    denoise: Denoiser,
    x: Tensor,
    schedule: Schedule,
    *,
    steps: int,
    noise: Noise | None = None,
    on_step: OnStep | None = None,
) -> Tensor:
    """Song et al. 2021, eq. 12 with sigma = 0: the noise in x is predicted and put back at the next level.

    Deterministic: `noise` is accepted, so that samplers are interchangeable, and never called.
    """
    x0 = x
    for k, (t, ab, ab_next) in enumerate(_levels(schedule, steps), start=1):
        x0 = _predict(denoise, x, t)
        eps = (x - math.sqrt(ab) * x0) / math.sqrt(1 - ab)
        x = math.sqrt(ab_next) * x0 + math.sqrt(1 - ab_next) * eps
        if on_step:
            on_step(k, steps)
    return x0


def _log_snr(ab: float) -> float:
    """lambda = log(alpha / sigma) of a level; infinite where it is clean."""
    return math.inf if ab >= 1 else 0.5 * math.log(ab / (1 - ab))


def dpm_solver_pp_2m(
    denoise: Denoiser,
    x: Tensor,
    schedule: Schedule,
    *,
    steps: int,
    noise: Noise | None = None,
    on_step: OnStep | None = None,
) -> Tensor:
    """DPM-Solver++(2M), Lu et al. 2022, algorithm 2: second order, one evaluation a step, deterministic.

    From level s to t with h = lambda_t - lambda_s and r = h_before / h:
    x_t = sigma_t/sigma_s x - alpha_t (exp(-h) - 1) D, where D = x0 + (x0 - x0_before) / (2r).
    The first step has no x0_before, the last one (to the clean level, h infinite) is x0 itself.
    """
    x0 = x
    before: Tensor | None = None
    h_before = 0.0
    for k, (t, ab, ab_next) in enumerate(_levels(schedule, steps), start=1):
        x0 = _predict(denoise, x, t)
        if k < steps:
            h = _log_snr(ab_next) - _log_snr(ab)
            blend = x0 if before is None else x0 + (x0 - before) * (h / (2 * h_before))
            x = math.sqrt((1 - ab_next) / (1 - ab)) * x - math.sqrt(ab_next) * math.expm1(-h) * blend
            before, h_before = x0, h
        if on_step:
            on_step(k, steps)
    return x0


SAMPLERS: dict[str, Callable[..., Tensor]] = {
    "ddpm": ddpm,
    "ddim": ddim,
    "dpm_solver_pp_2m": dpm_solver_pp_2m,
}
