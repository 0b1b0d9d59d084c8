"""The randomness of one training step, a function of (seed, step) alone.

Every draw is made for the whole global batch and cut to this process's samples, so that a resumed run and any
number of processes draw what one unbroken process draws. Nothing needs saving.
"""

from __future__ import annotations

import numpy as np
import torch

DRAWS, DROPOUT, CHOICES = 0, 1, 2  # independent streams of one step
VALIDATION = 2**40  # a "step" no training reaches: validation draws the same noise every time


def mix(*numbers: int) -> int:
    """Well spread 63 bits from whole numbers >= 0."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


class Draws:
    """Random numbers for `size` samples of this process (rank of world), on a device; each phase has its stream."""

    def __init__(
        self,
        seed: int,
        step: int,
        rank: int = 0,
        world: int = 1,
        device: torch.device | str = "cpu",
        stream: int = 0,
    ) -> None:
        self.rank, self.world, self.device = rank, world, torch.device(device)
        own = (stream,) if stream else ()
        self.generator = torch.Generator(self.device).manual_seed(mix(seed, step, DRAWS, *own))
        self._choices = mix(seed, step, CHOICES, rank, *own)

    def normal(self, size: int, *shape: int) -> torch.Tensor:
        """Standard normal (size, *shape)."""
        whole = torch.randn((size * self.world, *shape), generator=self.generator, device=self.device)
        return self._mine(whole, size)

    def uniform(self, size: int) -> torch.Tensor:
        """Uniform in [0, 1), (size,)."""
        whole = torch.rand(size * self.world, generator=self.generator, device=self.device)
        return self._mine(whole, size)

    def integers(self, size: int, high: int) -> torch.Tensor:
        """Uniform whole numbers in [0, high), (size,) long."""
        whole = torch.randint(high, (size * self.world,), generator=self.generator, device=self.device)
        return self._mine(whole, size)

    def numbers(self) -> np.random.Generator:
        """A source for choices that are made sample by sample; each process has its own."""
        return np.random.default_rng(self._choices)

    def _mine(self, whole: torch.Tensor, size: int) -> torch.Tensor:
        return whole[self.rank * size : (self.rank + 1) * size]


def seed_dropout(seed: int, step: int, rank: int) -> None:
    """Set torch's global generators, which dropout uses, for this step and process."""
    torch.manual_seed(mix(seed, step, DROPOUT, rank))
