"""`ClipMaker`: what a generator asks of the model behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from motion_core.catalog import ModelCard
from motion_core.checkpoint import CheckpointInfo
from motion_core.features import FeatureStats
from motion_core.generators.device import Device
from motion_core.generators.plan import Plan

OnStep = Callable[[int, int], None]  # (k, n) after step k of n; may raise to stop


@dataclass(frozen=True, eq=False)
class Clip:
    """A plan with its settings decided."""

    # Which of all that are asked for at once.
    key: int
    plan: Plan
    # Every setting of the card, by name.
    settings: Mapping[str, Any]


class ClipMaker(Protocol):
    """A loaded model that answers plans. Not for two threads at once.

    A class of makers is called with (info, model, device), and has `true_card` to be asked before that.
    """

    # Of the features it makes.
    stats: FeatureStats
    # Where it runs, and why (`device.note`).
    device: Device

    @classmethod
    def true_card(cls, card: ModelCard, info: CheckpointInfo) -> ModelCard:
        """The card with the settings that this checkpoint has.

        Raises FormatError for a checkpoint that asks for what this maker does not have.
        """
        ...

    def batches(self, clips: Sequence[Clip]) -> list[list[Clip]]:
        """Groups of clips that can be made together."""
        ...

    def steps_of(self, batch: Sequence[Clip]) -> int:
        """How many steps `make` will report for a batch."""
        ...

    def make(self, batch: Sequence[Clip], on_step: OnStep) -> list[np.ndarray]:
        """Features (T,F) float32 of each clip, in the units of the features. A clip's do not depend on the others."""
        ...

    def cut_note(self, text: str) -> str | None:
        """What the model does not read of a long text, as a sentence; None where it reads all."""
        ...
