"""What is to be made, as a value: length, words, what is given of the clip. Every family's maker answers it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from motion_core.body.motion import Motion
from motion_core.features.places import Place
from motion_core.tasks import Sampling


@dataclass(frozen=True, eq=False)
class Given:
    """What is fixed of a clip. F features; K of the columns that a model can be told (`features.Known`)."""

    # (T,F) normalised, and where they are given (T,F): what the answer must have.
    values: Tensor
    mask: Tensor
    # (T,K) and (T,K): the same and more, as a model that completes is told it.
    told: Tensor
    told_mask: Tensor
    # What running sums of steps must reach.
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, eq=False)
class Plan:
    """One clip to make."""

    frames: int
    sampling: Sampling
    text: str | None = None
    action: str | None = None
    given: Given | None = None
    # (T,F) normalised: vary this clip, as far as `strength` says: 1 is wholly new.
    start: Tensor | None = None
    strength: float = 1.0


# A task at work: asks for clips one after the other, is sent their features (T,F), ends with the motion.
Work = Generator[Plan, np.ndarray, Motion]
