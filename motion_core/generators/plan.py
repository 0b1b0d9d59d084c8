"""What is to be made, as a value: length, words, what is given of the clip. Every family's maker answers it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

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
# One that may ask for several clips at once as well, and is sent a list of theirs.
Asked = Plan | tuple[Plan, ...]
BroadWork = Generator[Asked, Any, Motion]


def together(works: Sequence[Work]) -> Generator[Asked, Any, list[Motion]]:
    """Several works, each of which asks for one clip at a time, done side by side; their motions in order."""
    done: dict[int, Motion] = {}
    asked: dict[int, Plan] = {}

    def go_on(number: int, x0: Any) -> None:
        try:
            asked[number] = works[number].send(x0)
        except StopIteration as end:
            done[number] = end.value

    for number in range(len(works)):
        go_on(number, None)
    while asked:
        numbers, plans = list(asked), tuple(asked.values())
        asked.clear()
        for number, x0 in zip(numbers, (yield plans)):
            go_on(number, x0)
    return [done[number] for number in range(len(works))]
