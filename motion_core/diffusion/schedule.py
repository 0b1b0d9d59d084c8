"""How much of the clean features is left at each of N noise levels: x_t = sqrt(ab_t) x0 + sqrt(1 - ab_t) noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

MAX_BETA = 0.999  # Nichol & Dhariwal 2021: a beta of 1 would leave nothing to predict from
MAX_SPACING = 4.0  # more, and two or three steps would lead over most of the levels


@dataclass(frozen=True, eq=False)
class Schedule:
    """alpha_bar: (N,) float64, falling, inside (0, 1]; index 0 is the least noisy. spacing: `spaced_timesteps`."""

    alpha_bar: Tensor
    spacing: float = 1.0

    def __post_init__(self) -> None:
        table = torch.as_tensor(self.alpha_bar, dtype=torch.float64).cpu()
        if table.dim() != 1 or len(table) == 0:
            raise ValueError(f"alpha_bar has shape {tuple(table.shape)}: a schedule is one row of levels")
        if not (bool((table > 0).all()) and bool((table <= 1).all()) and bool((table.diff() < 0).all())):
            raise ValueError("alpha_bar must fall from level to level and lie in (0, 1]")
        if not 1 <= self.spacing <= MAX_SPACING:
            raise ValueError(
                f"spacing is {self.spacing}: use 1 (even) to {MAX_SPACING} (closest at the ends)"
            )
        object.__setattr__(self, "alpha_bar", table)

    def __len__(self) -> int:
        return len(self.alpha_bar)

    def timesteps(self, steps: int) -> list[int]:
        """The levels that a sampler of so many steps visits: `spaced_timesteps`."""
        return spaced_timesteps(len(self), steps, self.spacing)

    def at(self, t: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
        """(signal, noise) factors sqrt(ab_t), sqrt(1 - ab_t) for levels t (B,), shaped to multiply `like` (B,...)."""
        table = torch.stack([self.alpha_bar.sqrt(), (1 - self.alpha_bar).sqrt()]).to(like)  # (2,N)
        signal, noise = table[:, t].view(2, -1, *[1] * (like.dim() - 1))
        return signal, noise


def _from_betas(betas: Tensor) -> Schedule:
    return Schedule(torch.cumprod(1 - betas.clamp(max=MAX_BETA), 0))


def cosine_schedule(n: int) -> Schedule:
    """Nichol & Dhariwal 2021, eq. 17: ab(s) = cos^2((s + 0.008) / 1.008 * pi/2) at s = (t+1)/n, betas at most 0.999."""
    curve = [math.cos((k / n + 0.008) / 1.008 * math.pi / 2) ** 2 for k in range(n + 1)]
    betas = torch.tensor([1 - curve[k + 1] / curve[k] for k in range(n)], dtype=torch.float64)
    return _from_betas(betas)


def linear_schedule(n: int) -> Schedule:
    """Ho et al. 2020: betas from 1e-4 to 0.02 over 1000 levels, stretched so that any n ends equally noisy."""
    scale = 1000 / n
    return _from_betas(torch.linspace(scale * 1e-4, scale * 0.02, n, dtype=torch.float64))


def gamma_cosine_schedule(n: int, least: float = 1e-9) -> Schedule:
    """ab = cos^2(pi/2 (t+1)/n), not below `least` (Chen 2023, "On the importance of noise scheduling", tau = 1).

    The motion-generation lab's, with a floor of 1e-9 for DDPM and 1e-5 for DDIM.
    """
    share = torch.arange(1, n + 1, dtype=torch.float64) / n
    return Schedule((share * (math.pi / 2)).cos().square().clamp(min=least))


SCHEDULES: dict[str, Callable[[int], Schedule]] = {
    "cosine": cosine_schedule,
    "linear": linear_schedule,
    "gamma_cosine": gamma_cosine_schedule,
}


def make_schedule(name: str, n: int, least: float | None = None) -> Schedule:
    """The schedule a config or checkpoint names; least: the floor of "gamma_cosine", where it has another than its own.

    Raises ValueError that lists the names there are.
    """
    if name not in SCHEDULES:
        raise ValueError(f"unknown noise schedule {name!r}; use one of {', '.join(SCHEDULES)}")
    if n < 1:
        raise ValueError(f"a schedule has {n} levels: give at least 1")
    return SCHEDULES[name](n) if least is None else gamma_cosine_schedule(n, least)


def spaced_timesteps(n: int, steps: int, spacing: float = 1.0) -> list[int]:
    """`steps` of the n levels, noisiest first: step k stands at n (1 - (k/steps)^s)^((1+s)/2), s = spacing.

    spacing: 1 is even. Above 1, levels lie closer together at both ends. At the noisy end the words decide what is
    done; at the clean end wide steps leave the motion rough (jerk).
    With steps = n every level is taken. Otherwise the least noisy levels are left out and the noisiest one is kept
    ("trailing" spacing, Lin et al. 2024), because generation starts from pure noise.
    """
    if not 1 <= steps <= n:
        raise ValueError(f"steps is {steps}: this model was trained with {n} noise levels, use 1 to {n}")
    left = [1 - (k / steps) ** spacing for k in range(steps)]
    times = [round(n * share ** ((1 + spacing) / 2)) - 1 for share in left]
    for k in range(1, steps):  # apart by one at least, and room for those that follow
        times[k] = max(min(times[k], times[k - 1] - 1), steps - 1 - k)
    return times
