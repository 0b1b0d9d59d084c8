"""The recipe of a text head: sentences of one motion together, look-alikes apart (InfoNCE, van den Oord et al. 2018).

Beside the other sentences of a batch, each has negatives of its own: itself with its sides exchanged, in another order,
or with one word turned around. A frozen encoder has these nearest of all ("left leg" and "right leg": cosine 0.98).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from motion_core.checkpoint import CheckpointInfo, save_checkpoint
from motion_core.data.sentences import Corpus, SentenceBatch
from motion_core.nn.sentence_head import FAMILY, SentenceHead, SentenceHeadConfig
from motion_core.train.config import ConfigError, LoopConfig, table_to_config
from motion_core.train.draws import Draws
from motion_core.train.loop import Recipe
from motion_core.train.phases import Phase
from motion_core.train.pool_training import Start, start_from

VALIDATION_SIZE = 256  # groups of a validation batch
PARTS = 6  # of a batch, by length


@dataclass(frozen=True)
class SentenceConfig:
    """The TOML file of a text head."""

    loop: LoopConfig
    family: str = FAMILY
    model: dict[str, Any] = field(default_factory=dict)  # `SentenceHeadConfig` without the encoder's width
    batch_size: int = 192  # groups of sentences
    look_alikes: int = 2  # negatives of its own that a sentence has at most
    temperature: float = 0.07

    def __post_init__(self) -> None:
        if self.family != FAMILY:
            raise ConfigError(f"family is {self.family!r}: this is the configuration of {FAMILY!r}")
        if self.batch_size < 2:
            raise ConfigError(f"batch_size is {self.batch_size}: InfoNCE needs at least 2 groups to compare")
        if not 0 < self.temperature <= 1:
            raise ConfigError(f"temperature is {self.temperature}: it must lie in (0, 1]")
        self.model_config(1)

    def model_config(self, text_width: int) -> SentenceHeadConfig:
        """The head's config for token states of that width."""
        return table_to_config({"text_width": text_width, **self.model}, SentenceHeadConfig, "model.")


def by_length(head: nn.Module, tokens: Tensor, mask: Tensor) -> Tensor:
    """`head` of tokens (N,L,D), mask (N,L) in PARTS passes of sentences of like length: most are far shorter than L."""
    order = mask.sum(1).argsort()
    found = []
    for part in order.chunk(PARTS):
        longest = int(mask[part].sum(1).max())
        found.append(head(tokens[part, :longest], mask[part, :longest]))
    return torch.cat(found)[order.argsort()]


def contrast(
    anchors: Tensor, others: Tensor, look_alikes: Tensor, batch: SentenceBatch, temperature: float
) -> dict[str, Tensor]:
    """Named scalars of unit vectors anchors (B,D), others (B,D), look_alikes (C,D): the loss, `r1`, the share of
    anchors whose nearest other is of their own group, and `fooled`, the share of look-alikes that lie nearer.
    """
    size, own = batch.size, torch.eye(batch.size, dtype=torch.bool, device=anchors.device)
    pairs = (anchors @ others.T / temperature).masked_fill(batch.same & ~own, -torch.inf)  # (B,B)
    # what looks like an anchor is pushed away from its partner, too
    near = torch.stack([(look_alikes * part[batch.owner]).sum(-1) for part in (anchors, others)])  # (2,C)
    wrong = torch.zeros(2, size, device=anchors.device).index_add(1, batch.owner, (near / temperature).exp())
    target = torch.arange(size, device=anchors.device)
    right = pairs.diagonal()
    losses = [
        torch.logaddexp(logits.logsumexp(1), extra.clamp(min=1e-12).log()) - right
        for logits, extra in zip((pairs, pairs.T), wrong)
    ]
    return {
        "loss": torch.stack(losses).mean(),
        "r1": (pairs.argmax(1) == target).float().mean(),
        "fooled": (near[1] > (anchors * others).sum(-1)[batch.owner]).float().mean()
        if len(look_alikes)
        else near.new_zeros(()),
    }


class SentenceTraining:
    """One training of a text head on a corpus."""

    def __init__(self, config: SentenceConfig, data: Corpus, device: torch.device) -> None:
        torch.manual_seed(config.loop.seed)  # the same first weights in every process and every run
        self.config, self.data, self.device = config, data, device
        self.model = SentenceHead(config.model_config(data.width))

    def loss(self, model: nn.Module, batch: SentenceBatch, draws: Draws) -> dict[str, Tensor]:
        """The named losses of `contrast`."""
        vectors = by_length(model, batch.tokens, batch.mask)
        size = batch.size
        with torch.autocast(batch.tokens.device.type, enabled=False):
            parts = vectors[:size], vectors[size : 2 * size], vectors[2 * size :]
            return contrast(*parts, batch, self.config.temperature)

    def batch_at(self, step: int, rank: int, world: int) -> SentenceBatch:
        size = self.config.batch_size // world
        seed = self.config.loop.seed * 1009 + rank  # each process draws groups of its own
        return self.data.batch_at(step, size, seed, self.config.look_alikes).to(self.device)

    def val_batches(self) -> Iterator[SentenceBatch]:
        rng = np.random.default_rng(0)
        rows = rng.permutation(self.data.val)
        for start in range(0, len(rows) - 1, VALIDATION_SIZE):
            part = rows[start : start + VALIDATION_SIZE]
            yield self.data.batch(part, rng, self.config.look_alikes).to(self.device)

    def recipe(self) -> Recipe:
        """What `loop.train` needs."""
        phases = (Phase("model", None, self.loss),)
        return Recipe(
            self.model, phases, self.batch_at, self.val_batches, self.export, identity=self.identity()
        )

    def identity(self) -> dict[str, Any]:
        """What must not change when a run is resumed."""
        return {
            "model": self.model.config.to_json(),
            "batch_size": self.config.batch_size,
            "look_alikes": self.config.look_alikes,
            "temperature": self.config.temperature,
            "corpus": self.data.about,
        }

    def export(self, path: Path, model: nn.Module, facts: dict[str, Any]) -> None:
        """Write the head as a checkpoint, which says what encoder it reads."""
        info = CheckpointInfo(
            family=FAMILY,
            config=self.model.config.to_json(),
            features="",
            mean=(),
            std=(),
            fps=20.0,
            conditioning="text",
            text_encoder=self.data.about["text_encoder"],
            training={**asdict(self.config.loop), **facts, "corpus": self.data.about},
            licence="MIT",
        )
        save_checkpoint(path, model.state_dict(), info)


def begin(config: SentenceConfig, start: Start) -> SentenceTraining:
    """A training whose weights are random, or those of a checkpoint."""
    training = SentenceTraining(config, Corpus(start.data), start.device)
    start.take_weights(training.model, start_from)
    return training
