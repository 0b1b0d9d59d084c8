"""The recipe of TMR: sentences and motions of a pool become what `loop.train` needs.

InfoNCE pulls the points of a motion and of its sentence together and pushes those of other samples of the batch away,
save where the sentence is true of both (`negatives.py`). Beside it, quietly, the losses of TEMOS: either point can be
decoded into the motion, both Gaussians lie near each other and near N(0, 1).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motion_core.checkpoint import CheckpointInfo
from motion_core.data.dataset import TrainBatch, TrainingSet
from motion_core.models.tmr import TMR, TMRConfig
from motion_core.nn.losses import gaussian_kl, smooth_l1
from motion_core.train.config import ConfigError, LoopConfig, table_to_config
from motion_core.train.draws import Draws
from motion_core.train.negatives import FalseNegatives
from motion_core.train.pool_training import PoolTraining, Start, start_from
from motion_core.train.text_start import fitted_text_layer

FAMILY = "tmr"
NORM_BATCHES = 8  # token states are measured over so many batches


@dataclass(frozen=True)
class TMRWeights:
    """Factors of the losses. The published ones are 0.1, 1, 1e-5, 1e-5: a generator's; retrieval is what we want."""

    contrast: float = 1.0
    features: float = 0.1
    kl: float = 1e-5
    latent: float = 1e-5


@dataclass(frozen=True)
class TMRTrainConfig:
    """The TOML file of a retrieval model."""

    loop: LoopConfig
    family: str = FAMILY
    model: dict[str, Any] = field(default_factory=dict)  # `TMRConfig` without the sizes of the data
    losses: TMRWeights = field(default_factory=TMRWeights)
    batch_size: int = 128  # over all processes; each compares the samples of its own part
    temperature: float = 0.1  # of InfoNCE

    def __post_init__(self) -> None:
        if self.family != FAMILY:
            raise ConfigError(f"family is {self.family!r}: this is the configuration of {FAMILY!r}")
        if self.batch_size < 2:
            raise ConfigError(f"batch_size is {self.batch_size}: InfoNCE needs at least 2 samples to compare")
        if not 0 < self.temperature <= 1:
            raise ConfigError(f"temperature is {self.temperature}: it must lie in (0, 1]")
        self.model_config(1, 1, 1)  # complains about unknown keys before any data is read

    def model_config(self, features: int, text_width: int, frames: int) -> TMRConfig:
        """The model's config for features and token states of those widths, and clips of at most so many frames."""
        table = {"features": features, "text_width": text_width, "trained_frames": frames, **self.model}
        return table_to_config(table, TMRConfig, "model.")


def info_nce(similarity: Tensor, alike: Tensor, temperature: float) -> Tensor:
    """Mean of both directions' cross entropies (scalar) for cosines (B,B), sentences in rows, pairs on the diagonal.

    alike (B,B) bool: pairs that are no negatives; the diagonal counts always.
    """
    own = torch.eye(len(similarity), dtype=torch.bool, device=similarity.device)
    logits = (similarity / temperature).masked_fill(alike & ~own, -torch.inf)
    target = torch.arange(len(logits), device=logits.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def first_share(similarity: Tensor, alike: Tensor) -> Tensor:
    """Share of the sentences whose nearest motion is their own or one that they are true of too."""
    return alike.gather(1, similarity.argmax(1, keepdim=True)).float().mean()


def kl_losses(text: tuple[Tensor, Tensor], motion: tuple[Tensor, Tensor]) -> Tensor:
    """Both Gaussians (mu, logvar) against each other and against N(0, 1)."""
    standard = torch.zeros_like(text[0]), torch.zeros_like(text[1])
    pairs = ((text, motion), (motion, text), (text, standard), (motion, standard))
    return torch.stack([gaussian_kl(*one, *two) for one, two in pairs]).sum()


class TMRTraining(PoolTraining):
    """One training of TMR on a pool."""

    def __init__(self, config: TMRTrainConfig, data: TrainingSet, device: torch.device) -> None:
        super().__init__(config, data, device)
        self.config = config
        self.model = TMR(config.model_config(data.dim, data.token_width, data.max_frames))
        self.negatives = FalseNegatives.fit(data, config.loop.seed)

    def fit_text_layer(self) -> None:
        """Start the layer behind the token states from the pool's sentences (`text_start.py`).

        That layer is fitted to unit vectors, a sentence's mean state divided by its length. As a linear map it
        serves the states one by one: the mean of the mapped states is the mapped mean.
        """
        layer = self.model.text.input
        weight, bias = fitted_text_layer(self.data, layer.out_features, self.config.loop.seed)
        with torch.no_grad():
            layer.weight.copy_(weight / (self.model.config.text_scale * self._mean_length()))
            layer.bias.copy_(bias)

    def _mean_length(self) -> float:
        """Usual length of a sentence's mean token state."""
        lengths = []
        for step in range(NORM_BATCHES):
            batch = self.data.batch_at(step, self.config.batch_size, self.config.loop.seed)
            tokens, mask = token_states(batch)
            lengths.append(((tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).norm(dim=-1))
        return float(torch.cat(lengths).mean())

    def identity(self) -> dict[str, Any]:
        """What must not change when a run is resumed."""
        return {
            "model": self.model.config.to_json(),
            "losses": asdict(self.config.losses),
            "batch_size": self.config.batch_size,
            "temperature": self.config.temperature,
            "pool": self.pool_identity("sentences"),
        }

    def loss(self, model: nn.Module, batch: TrainBatch, draws: Draws) -> dict[str, Tensor]:
        """The named losses; `r1` is the share of sentences that find a motion they are true of first."""
        noise = draws.normal(len(batch.x0), 2, self.model.config.width)
        found = model(batch.x0, batch.mask, *token_states(batch), noise)
        with torch.autocast(batch.x0.device.type, enabled=False):
            text, motion = (F.normalize(gaussian[0], dim=-1) for gaussian in (found.text, found.motion))
            similarity = text @ motion.T
            alike = self.negatives.alike(batch.sentences, batch.captions)
            parts = {
                "contrast": info_nce(similarity, alike, self.config.temperature),
                "features": smooth_l1(found.decoded, batch.x0, batch.mask),
                "kl": kl_losses(found.text, found.motion),
                "latent": F.smooth_l1_loss(found.z_text, found.z_motion),
            }
            weighted = [getattr(self.config.losses, name) * value for name, value in parts.items()]
            return {
                "loss": torch.stack(weighted).sum(),
                **parts,
                "r1": first_share(similarity, alike),
            }

    def info(self, facts: dict[str, Any]) -> CheckpointInfo:
        """What the exported checkpoint says about itself."""
        known = {"temperature": self.config.temperature, "losses": asdict(self.config.losses)}
        text_encoder = self.data.about["text_encoder"]
        return self.pool_info(FAMILY, {**known, **facts}, conditioning="text", text_encoder=text_encoder)


def token_states(batch: TrainBatch) -> tuple[Tensor, Tensor]:
    """tokens (B,L,D) and token_mask (B,L) of a batch; ValueError where the set was opened without them."""
    if batch.tokens is None or batch.token_mask is None:
        raise ValueError("TMR reads token states: open the pool with TrainingSet.open(folder, tokens=True)")
    return batch.tokens, batch.token_mask


def begin(config: TMRTrainConfig, start: Start) -> TMRTraining:
    """A training whose text layer is fitted to the pool's sentences, or whose weights are those of a checkpoint."""
    training = TMRTraining(config, TrainingSet.open(start.data, tokens=True), start.device)
    start.take_weights(training.model, start_from)
    if not start.resume and start.init is None:
        training.fit_text_layer()
    return training
