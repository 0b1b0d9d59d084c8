"""What every family's training on a pool has in common: its batches, its checkpoint, and where its weights start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn

from motion_core.catalog import NON_COMMERCIAL
from motion_core.checkpoint import CheckpointInfo, load_checkpoint, save_checkpoint
from motion_core.data.dataset import TrainBatch, TrainingSet
from motion_core.train.config import LoopConfig
from motion_core.train.draws import Draws
from motion_core.train.loop import Recipe
from motion_core.train.phases import Phase


class PoolConfig(Protocol):
    """What is read here of a family's configuration."""

    @property
    def loop(self) -> LoopConfig: ...

    @property
    def batch_size(self) -> int: ...


@dataclass(frozen=True)
class Start:
    """Where a training begins."""

    data: Path  # the pool
    device: torch.device
    init: Path | None = None  # a checkpoint whose fitting weights it starts from
    resume: bool = False  # the weights come from a saved state: nothing need be fitted
    report: Callable[[str], None] = lambda text: None

    def take_weights(
        self, model: nn.Module, copy: Callable[[nn.Module, Path], tuple[list[str], list[str]]]
    ) -> None:
        """Copy the weights of `init`, unless they come from a saved state; says which stay at random."""
        if self.init is None or self.resume:
            return
        copied, left = copy(model, self.init)
        self.report(f"{len(copied)} tensors from {self.init}; at random: {', '.join(left) or 'none'}")


class PoolTraining:
    """One training on a pool: what `Recipe` asks for, as methods.

    A family makes `model` in its constructor and defines `loss` (or `phases`), `identity` and `info`.
    """

    model: Any

    def __init__(self, config: PoolConfig, data: TrainingSet, device: torch.device) -> None:
        self.settings, self.data, self.device = config, data, device
        torch.manual_seed(config.loop.seed)  # the same first weights in every process and every run

    def loss(self, model: nn.Module, batch: TrainBatch, draws: Draws) -> dict[str, torch.Tensor]:
        """The named losses of the only phase."""
        raise NotImplementedError(f"{type(self).__name__} has neither a loss nor phases of its own")

    def phases(self) -> tuple[Phase, ...]:
        """The phases of a step; here the one that trains the whole model."""
        return (Phase("model", None, self.loss),)

    def recipe(self) -> Recipe:
        """What `loop.train` needs."""
        return Recipe(
            self.model, self.phases(), self.batch_at, self.val_batches, self.export, identity=self.identity()
        )

    def identity(self) -> dict[str, Any]:
        """What must not change when a run is resumed."""
        raise NotImplementedError

    def pool_identity(self, *names: str) -> dict[str, Any]:
        """What must not change of the pool."""
        return {name: self.data.about[name] for name in ("config", "samples", "frames", *names)}

    def batch_at(self, step: int, rank: int, world: int) -> TrainBatch:
        batch = self.data.batch_at(step, self.settings.batch_size, self.settings.loop.seed, rank, world)
        return batch.to(self.device)

    def val_batches(self) -> Iterator[TrainBatch]:
        return (batch.to(self.device) for batch in self.data.val_batches(self.settings.batch_size))

    def info(self, facts: dict[str, Any]) -> CheckpointInfo:
        """What the exported checkpoint says about itself."""
        raise NotImplementedError

    def pool_info(
        self, family: str, training: dict[str, Any], config: dict[str, Any] | None = None, **more: Any
    ) -> CheckpointInfo:
        """A checkpoint's description, with what the pool says in it. training: how it came about."""
        about = self.data.about
        known = {
            "sources": about["sources"],
            "samples": about["samples"],
            "batch_size": self.settings.batch_size,
        }
        return CheckpointInfo(
            family=family,
            config=self.model.config.to_json() if config is None else config,
            features=about["features"],
            mean=self.data.stats.mean,
            std=self.data.stats.std,
            fps=self.data.fps,
            training={**known, **training},
            licence=licence_of(about),
            **more,
        )

    def export(self, path: Path, model: nn.Module, facts: dict[str, Any]) -> None:
        save_checkpoint(path, model.state_dict(), self.info(facts))


def licence_of(about: dict[str, Any]) -> str:
    """The licence of weights trained on a pool: the narrowest of its sources decides."""
    if about["free"]:
        return "trained with " + "; ".join(about["sources"].values())
    bound = [
        name
        for name, licence in about["sources"].items()
        if any(words in licence.lower() for words in ("non-commercial", "research only"))
    ]
    if bound == ["bandai"]:
        return NON_COMMERCIAL
    return f"non-commercial: trained with {', '.join(bound or about['sources'])}"


def start_from(model: nn.Module, path: Path) -> tuple[list[str], list[str]]:
    """Copy the weights of a checkpoint that fit by name and shape; (names copied, names left at random).

    Raises ValueError where nothing fits.
    """
    tensors, _ = load_checkpoint(path)
    own = model.state_dict()
    copied = [name for name, tensor in own.items() if name in tensors and tensors[name].shape == tensor.shape]
    if not copied:
        raise ValueError(
            f"no weight of {path} fits this model: use a checkpoint of the same width and layers"
        )
    model.load_state_dict({name: tensors[name] for name in copied}, strict=False)
    return copied, [name for name in own if name not in copied]
