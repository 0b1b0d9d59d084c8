"""The recipe of the denoising families: a training set, a model and a noise schedule become what `loop.train` needs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from motion_core.catalog import find_card
from motion_core.checkpoint import CheckpointInfo, load_checkpoint
from motion_core.data.dataset import TrainBatch, TrainingSet
from motion_core.diffusion.loss import q_sample
from motion_core.diffusion.schedule import SCHEDULES, make_schedule
from motion_core.features.guess import frames_known, with_guess
from motion_core.features.known import KNOWN_DIM, known_values
from motion_core.generators.device import pick_device
from motion_core.generators.families import denoising_families, family_classes
from motion_core.generators.generator import Generator, true_card
from motion_core.generators.makers.denoising import Denoising
from motion_core.models.dit import DiT
from motion_core.models.mdm_losses import LossWeights, mdm_losses
from motion_core.nn.condition import Condition
from motion_core.pictures.render import render_preview
from motion_core.tasks import Generate, Sampling
from motion_core.train.completion import PATTERN_SETS, random_known
from motion_core.train.config import ConfigError, LoopConfig, table_to_config
from motion_core.train.draws import Draws
from motion_core.train.loop import Recipe
from motion_core.train.pool_training import PoolTraining, Start, start_from
from motion_core.train.text_start import fitted_text_layer, token_loudness

TEXT_STARTS = ("random", "fitted")
UNGUIDED = (
    0.2  # share of the levels, the least noisy ones, that sampling does not guide: `diffusion/guidance.py`
)
NOISY = 0.1  # share of the levels that `noisy` asks for: there only the words say what is to be done


@dataclass(frozen=True)
class NoiseConfig:
    """The noise schedule a model is trained with."""

    schedule: str = "cosine"
    steps: int = 1000


@dataclass(frozen=True)
class SampleConfig:
    """What is drawn while training: prompts, or names of actions."""

    prompts: tuple[str, ...] = ()
    seconds: float = 5.0


@dataclass(frozen=True)
class DiffusionConfig:
    """The TOML file of a denoiser. model: the family's config without the sizes of the data."""

    loop: LoopConfig
    family: str = "mdm"
    model: dict[str, Any] = field(default_factory=dict)
    diffusion: NoiseConfig = field(default_factory=NoiseConfig)
    losses: LossWeights = field(default_factory=LossWeights)
    samples: SampleConfig = field(default_factory=SampleConfig)
    batch_size: int = 64  # over all processes
    drop: float = 0.1  # share of samples whose condition is hidden, for guidance
    text_start: str = "random"  # or "fitted": train/text_start.py
    complete: float = 0.0  # share of samples of which parts are shown: train/completion.py; needs model.known
    shown: str = "mixed"  # what parts: a key of PATTERN_SETS there
    windows: tuple[int, int] = (0, 0)  # frames, least and most, that samples are cut to; (0, 0): whole ones
    from_noise: float = (
        0.0  # share of samples at the noisiest level, where nothing but what is shown can help
    )
    noisy: float = 0.0  # share of samples at the NOISY noisiest levels, where the words decide what is done

    def __post_init__(self) -> None:
        if self.family not in (known := denoising_families()):
            raise ConfigError(f"family is {self.family!r}: use one of {', '.join(known)}")
        if self.batch_size < 1:
            raise ConfigError(f"batch_size is {self.batch_size}: it must be at least 1")
        if not 0 <= self.drop < 1:
            raise ConfigError(f"drop is {self.drop}: it must lie in [0, 1)")
        if not 0 <= self.complete <= 1:
            raise ConfigError(f"complete is {self.complete}: it must lie in [0, 1]")
        if self.complete and self.model.get("known") != KNOWN_DIM:
            raise ConfigError(
                f"complete is {self.complete}, so the model must read it: set model.known = {KNOWN_DIM}"
            )
        if self.shown not in PATTERN_SETS:
            raise ConfigError(f"shown is {self.shown!r}: use one of {', '.join(PATTERN_SETS)}")
        if self.windows != (0, 0) and not 3 <= self.windows[0] <= self.windows[1]:
            raise ConfigError(f"windows is {self.windows}: give the least (from 3 on) and the most frames")
        for name in ("from_noise", "noisy"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} is {getattr(self, name)}: it must lie in [0, 1]")
        if self.text_start not in TEXT_STARTS:
            raise ConfigError(f"text_start is {self.text_start!r}: use one of {', '.join(TEXT_STARTS)}")
        if self.diffusion.schedule not in SCHEDULES:
            names = ", ".join(SCHEDULES)
            raise ConfigError(f"diffusion.schedule is {self.diffusion.schedule!r}: use one of {names}")
        self.model_config(dim=1, actions=1)  # complains about unknown keys before any data is read

    def model_config(self, dim: int, actions: int) -> Any:
        """The family's config for features of `dim` columns and a list of so many actions."""
        _, config_class = family_classes(self.family)
        table = {"features": dim, **self.model}
        if table.get("condition") == "none":  # TOML has no null
            table["condition"] = None
        if table.get("condition") == "action":
            table["actions"] = actions
        if "levels" in {f.name for f in fields(config_class)}:
            table["levels"] = self.diffusion.steps
        return table_to_config(table, config_class, "model.")

    @property
    def reads_tokens(self) -> bool:
        """Whether batches need token states."""
        return bool(self.model_config(dim=1, actions=1).reads_tokens)


class DenoiserTraining(PoolTraining):
    """One training of a denoiser on a pool."""

    def __init__(self, config: DiffusionConfig, data: TrainingSet, device: torch.device) -> None:
        super().__init__(config, data, device)
        self.config = config
        if config.windows != (0, 0):
            data.windows = config.windows
        self.schedule = make_schedule(config.diffusion.schedule, config.diffusion.steps)
        model_class, _ = family_classes(config.family)
        self.model = model_class(config.model_config(data.dim, len(data.actions)))

    def fit_text_layer(self, init: Path | None) -> None:
        """Start the text layer from the pool's sentences, and from the action table of `init` where it has one of
        the pool's actions."""
        layer, table = self.model.text, None
        if layer is None:
            raise ConfigError("text_start is 'fitted', but the model is not conditioned on text")
        if init is not None:
            tensors, info = load_checkpoint(init)
            if info.actions == self.data.actions and "action.weight" in tensors:
                table = tensors["action.weight"].numpy()
        weight, bias = fitted_text_layer(self.data, layer.out_features, self.config.loop.seed, table)
        scale = self.model.config.text_scale
        if self.config.reads_tokens:  # what is said by the mean of mapped tokens is said of the mapped mean
            scale *= token_loudness(self.data)
        with torch.no_grad():
            layer.weight.copy_(weight / scale)
            layer.bias.copy_(bias)

    @property
    def guided_above(self) -> int:
        """The first level that is guided."""
        return round(UNGUIDED * len(self.schedule))

    @property
    def conditioning(self) -> str | None:
        return self.model.config.condition

    def recipe(self) -> Recipe:
        """What `loop.train` needs."""
        return replace(super().recipe(), sample=self.draw if self.config.samples.prompts else None)

    def identity(self) -> dict[str, Any]:
        """What must not change when a run is resumed."""
        return {
            "family": self.config.family,
            "model": self.model.config.to_json(),
            "diffusion": asdict(self.config.diffusion),
            "losses": asdict(self.config.losses),
            "batch_size": self.config.batch_size,
            "drop": self.config.drop,
            "complete": self.config.complete,
            "shown": self.config.shown,
            "windows": self.config.windows,
            "from_noise": self.config.from_noise,
            "noisy": self.config.noisy,
            "pool": self.pool_identity("actions"),
        }

    def condition(self, batch: TrainBatch, keep: Tensor) -> Condition:
        """keep: (B,) bool."""
        if self.conditioning == "action":
            return Condition(action=batch.action, keep=keep)
        if self.conditioning is None:
            return Condition(keep=keep)
        return Condition(pooled=batch.pooled, tokens=batch.tokens, token_mask=batch.token_mask, keep=keep)

    def shown(self, cond: Condition, batch: TrainBatch, draws: Draws) -> Condition:
        """The condition with random parts of the clips in it, where the config asks for that."""
        if not self.config.complete:
            return cond
        mask = random_known(draws.numbers(), batch.mask.cpu(), self.config.complete, self.config.shown)
        mask = mask.to(batch.x0.device)
        known = known_values(batch.x0, self.data.stats)
        if getattr(self.model.config, "guess", False):
            known = with_guess(known, mask, self.data.stats)
        return replace(cond, known=known, known_mask=mask)

    def loss(self, model: nn.Module, batch: TrainBatch, draws: Draws) -> dict[str, Tensor]:
        """The named losses at random noise levels; conditions are hidden now and then, but not in validation."""
        size, frames, dim = batch.x0.shape  # (B,T,F)
        # validation looks at all levels alike, so that its losses compare
        noisy = self.config.noisy if model.training else 0.0
        t = random_levels(size, len(self.schedule), draws, noisy, self.config.from_noise)
        noise = draws.normal(size, frames, dim)
        keep = draws.uniform(size) >= (self.config.drop if model.training else 0.0)
        x = q_sample(batch.x0, t, noise, self.schedule)
        cond, asked = self.condition(batch, keep), batch.mask
        if model.training or self.config.shown == "gaps":  # which is asked for nothing else
            cond = self.shown(cond, batch, draws)
        if self.config.shown == "gaps" and cond.known_mask is not None:
            asked = batch.mask & ~frames_known(cond.known_mask)
        x0 = model(x, t, cond, batch.mask)  # (B,T,F)
        if self.config.shown == "gaps" and cond.known is not None and cond.known_mask is not None:
            told = cond.known_mask[..., :dim]  # what is known is written over the answer when sampling, too
            x0 = torch.where(told, cond.known[..., :dim].to(x0.dtype), x0)
        # distances in the body are centimetres: too fine for the 8 bits of bfloat16
        with torch.autocast(x.device.type, enabled=False):
            return mdm_losses(x0.float(), batch.x0, asked, self.data.stats, self.config.losses)

    def info(self, facts: dict[str, Any]) -> CheckpointInfo:
        """What the exported checkpoint says about itself."""
        return self.pool_info(
            self.config.family,
            facts,
            conditioning=self.conditioning,
            actions=self.data.actions if self.conditioning == "action" else (),
            text_encoder=self.data.about["text_encoder"] if self.conditioning == "text" else None,
            diffusion={**asdict(self.config.diffusion), "predicts": "x0", "guided_above": self.guided_above},
        )

    def draw(self, model: nn.Module, path: Path) -> None:
        """One contact sheet per prompt, `path` with a number and .png, by the generator users get."""
        info = self.info({})
        card = true_card(find_card("mdm-action" if info.actions else "mdm"), info)
        generator = Generator(card, info, Denoising(info, model, pick_device(str(self.device))))
        seconds = min(self.config.samples.seconds, card.max_seconds)
        for number, prompt in enumerate(self.config.samples.prompts):
            words = (
                {"action" if self.conditioning == "action" else "text": prompt} if info.conditioning else {}
            )
            motion = generator.run(
                Generate(seconds=seconds, split=False, clean=None, **words), Sampling(seed=number)
            )
            render_preview(motion, path.with_name(f"{path.name}_{number}.png"), text=prompt, size=240)


def random_levels(size: int, count: int, draws: Draws, noisy: float = 0.0, from_noise: float = 0.0) -> Tensor:
    """Noise levels (size,) of `count`, all equally likely but for the shares of samples sent to the noisiest NOISY of
    them and to the noisiest one.
    """
    t = draws.integers(size, count)
    if noisy:
        noisiest = count - 1 - draws.integers(size, max(1, round(NOISY * count)))
        t = torch.where(draws.uniform(size) < noisy, noisiest, t)
    if from_noise:
        t = torch.where(draws.uniform(size) < from_noise, count - 1, t)
    return t


def start_denoiser(model: nn.Module, path: Path) -> tuple[list[str], list[str]]:
    """`start_from`; a model that adds its answer to a guess begins by adding nothing, unless it has learnt to."""
    copied, left = start_from(model, path)
    if isinstance(model, DiT) and model.config.guess and not load_checkpoint(path)[1].config.get("guess"):
        model.answer_nothing()
    return copied, left


def begin(config: DiffusionConfig, start: Start) -> DenoiserTraining:
    """A training whose weights and text layer have begun as the configuration says."""
    actions_only = config.model.get("condition") == "action"
    told = config.model_config(dim=1, actions=1).condition == "text"
    data = TrainingSet.open(
        start.data, actions_only=actions_only, captions=told, tokens=config.reads_tokens and told
    )
    training = DenoiserTraining(config, data, start.device)
    start.take_weights(training.model, start_denoiser)
    if config.text_start == "fitted" and not start.resume:
        training.fit_text_layer(start.init)
        start.report("text layer fitted to the pool's sentences")
    return training
