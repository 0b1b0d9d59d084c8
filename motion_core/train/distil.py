"""Fewer, cheaper steps: a student does in one step what its teacher does in several, guidance included.

Progressive distillation (Salimans & Ho 2022) in one go instead of by halves: the way from noise to motion is cut into
as many stretches as the student has steps. Starting from noised real features at the head of a stretch, the teacher
walks it in small guided steps; the student's target is the x0 whose one DDIM step lands where the teacher arrived.
Guidance at the teacher's fixed scale goes in with it (Meng et al. 2023), so the student needs one pass instead of two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from motion_core.checkpoint import CheckpointInfo
from motion_core.data.dataset import TrainBatch, TrainingSet
from motion_core.diffusion.denoiser import Denoiser
from motion_core.diffusion.guidance import guided
from motion_core.diffusion.loss import q_sample
from motion_core.diffusion.schedule import MAX_SPACING, Schedule
from motion_core.models.mdm_losses import LossWeights, mdm_losses
from motion_core.train.config import ConfigError, LoopConfig
from motion_core.train.diffusion import DenoiserTraining, DiffusionConfig, NoiseConfig, SampleConfig
from motion_core.train.draws import Draws

CLEAN = -1  # the level behind the last one: no noise


@dataclass(frozen=True)
class DistilConfig:
    """The TOML file of `training/distil.py`. steps: the student's. substeps: the teacher's for each of them.
    spacing: of the student's levels, `diffusion/schedule.py`.
    """

    loop: LoopConfig
    steps: int = 4
    substeps: int = 3
    guidance: float = 2.5
    spacing: float = 1.0
    losses: LossWeights = field(default_factory=LossWeights)
    samples: SampleConfig = field(default_factory=SampleConfig)
    batch_size: int = 32  # over all processes
    complete: float = 0.0  # share of samples of which parts are shown, where the teacher completes
    drop: float = (
        0.0  # share of samples whose words are hidden, where the teacher is asked without guidance, too
    )

    def __post_init__(self) -> None:
        for name in ("steps", "substeps", "batch_size"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}: it must be at least 1")
        if not 0 <= self.drop < 1:
            raise ConfigError(f"drop is {self.drop}: it must lie in [0, 1)")
        if not 0 < self.guidance < float("inf"):
            raise ConfigError(f"guidance is {self.guidance}: use a number above 0")
        if not 1 <= self.spacing <= MAX_SPACING:
            raise ConfigError(f"spacing is {self.spacing}: it must lie in [1, {MAX_SPACING}]")


def stretches(schedule: Schedule, steps: int, substeps: int) -> Tensor:
    """Levels (steps, substeps+1) long from noisy to clean: row k is what the teacher walks for the student's step k.

    The heads are the levels that a sampler of `steps` visits; the last row ends at CLEAN.
    """
    fine, coarse = schedule.timesteps(steps * substeps), schedule.timesteps(steps)
    rows = [fine[k * substeps : (k + 1) * substeps] for k in range(steps)]
    for row, head in zip(rows, coarse):
        row[0] = head  # rounding may differ by one
    return torch.tensor([[*row, head] for row, head in zip(rows, [*coarse[1:], CLEAN])])


def signal_and_noise(schedule: Schedule, t: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
    """`schedule.at`, where level CLEAN is (1, 0)."""
    signal, noise = schedule.at(t.clamp(min=0), like)
    clean = (t == CLEAN).view(-1, *[1] * (like.dim() - 1))
    return torch.where(clean, 1.0, signal), torch.where(clean, 0.0, noise)


def ddim_step(x: Tensor, x0: Tensor, start: Tensor, end: Tensor, schedule: Schedule) -> Tensor:
    """x at levels `start` (B,) moved to levels `end` (B,) along x0 (Song et al. 2021, eq. 12, sigma = 0)."""
    (a, b), (a_end, b_end) = (signal_and_noise(schedule, t, x) for t in (start, end))
    return a_end * x0 + b_end * (x - a * x0) / b


def ddim_target(x: Tensor, x_end: Tensor, start: Tensor, end: Tensor, schedule: Schedule) -> Tensor:
    """The x0 whose one `ddim_step` leads from x to x_end (Salimans & Ho 2022, appendix G):

    x_end = a_e x0 + b_e/b (x - a x0)  =>  x0 = (x_end - b_e/b x) / (a_e - a b_e/b).
    """
    (a, b), (a_end, b_end) = (signal_and_noise(schedule, t, x) for t in (start, end))
    ratio = b_end / b
    return (x_end - ratio * x) / (a_end - a * ratio)


def walk(denoise: Denoiser, x: Tensor, levels: Tensor, schedule: Schedule) -> Tensor:
    """x (B,...) led along levels (B, substeps+1) by a denoiser: DPM-Solver++(2M) (Lu et al. 2022), which is a DDIM step
    along x0 + (x0 - x0_before) h / (2 h_before), h being the steps in log(signal / noise).

    Samples stand at different levels, which is why this is not `diffusion.samplers`.
    """
    before: Tensor | None = None
    h_before = torch.ones(())
    for start, end in zip(levels.T[:-1], levels.T[1:]):
        x0 = denoise(x, start)
        h = _log_snr(schedule, end, x) - _log_snr(schedule, start, x)  # infinite towards the clean level
        ahead = x0
        if before is not None:
            ahead = torch.where(h.isinf(), x0, x0 + (x0 - before) * (h.nan_to_num(posinf=0) / (2 * h_before)))
        x = ddim_step(x, ahead, start, end, schedule)
        before, h_before = x0, h
    return x


def _log_snr(schedule: Schedule, t: Tensor, like: Tensor) -> Tensor:
    signal, noise = signal_and_noise(schedule, t, like)
    return (signal / noise).log()


class Distillation(DenoiserTraining):
    """One distillation on a pool; the teacher is a checkpoint of the same network."""

    def __init__(
        self,
        config: DistilConfig,
        teacher: tuple[nn.Module, CheckpointInfo],
        data: TrainingSet,
        device: torch.device,
    ) -> None:
        self.distil, (self.teacher, told) = config, teacher
        super().__init__(_student_config(config, told), data, device)
        self.teacher = self.teacher.to(device).eval().requires_grad_(False)
        self.model.load_state_dict(self.teacher.state_dict())
        self.schedule = replace(self.schedule, spacing=config.spacing)
        self.levels = stretches(self.schedule, config.steps, config.substeps).to(device)

    def start_from(self, student: dict[str, Tensor], taught_by: dict[str, Tensor] | None = None) -> None:
        """Begin with the weights of a student instead of the teacher's. taught_by: the weights of the teacher it had,
        where that was another: what the teachers differ by is added, student + teacher - taught_by (an analogy of
        task vectors, Ilharco et al. 2023), so that the student neither loses its few steps nor what is new.

        Raises ConfigError, naming a weight, where the networks differ.
        """
        now = self.teacher.state_dict()
        for name, tensor in now.items():
            for given in (student, taught_by or now):
                if name not in given or given[name].shape != tensor.shape:
                    raise ConfigError(
                        f"weight {name} is absent or of another shape than the teacher's: start from students of "
                        "this network alone"
                    )
        then = taught_by or now
        self.model.load_state_dict({name: student[name] + (now[name] - then[name]) for name in now})

    def identity(self) -> dict[str, Any]:
        parts = ("steps", "substeps", "guidance", "spacing")
        return {**super().identity(), "distil": {name: getattr(self.distil, name) for name in parts}}

    def loss(self, model: nn.Module, batch: TrainBatch, draws: Draws) -> dict[str, Tensor]:
        """The named losses against where the teacher arrives."""
        size, frames, dim = batch.x0.shape  # (B,T,F)
        levels = self.levels[draws.integers(size, len(self.levels))]  # (B,substeps+1)
        start, end = levels[:, 0], levels[:, -1]
        noise = draws.normal(size, frames, dim)
        # without words guidance has nothing to lead to: both of its halves are the same answer
        keep = draws.uniform(size) >= (self.config.drop if model.training else 0.0)
        cond = self.condition(batch, keep)
        cond = self.shown(cond, batch, draws) if model.training else cond
        x = q_sample(batch.x0, start, noise, self.schedule)
        with torch.no_grad():
            teacher = guided(self.teacher, cond, batch.mask, self.distil.guidance, above=self.guided_above)
            lead = _in_float32(teacher)
            arrived = walk(lead, x, levels, self.schedule)
            target = ddim_target(x, arrived, start, end, self.schedule)
        x0 = model(x, start, cond, batch.mask)
        with torch.autocast(x.device.type, enabled=False):
            return mdm_losses(x0.float(), target, batch.mask, self.data.stats, self.config.losses)

    def info(self, facts: dict[str, Any]) -> CheckpointInfo:
        info = super().info({**facts, "distilled": asdict(self.distil)["substeps"]})
        info.diffusion.update(
            sampler="ddim",
            folded_steps=self.distil.steps,
            folded_guidance=self.distil.guidance,
            folded_spacing=self.distil.spacing,
        )
        return info


def _in_float32(denoise: Denoiser) -> Callable[[Tensor, Tensor], Tensor]:
    """Autocast answers in bfloat16 inside; the walk itself must not be rounded to it."""

    def precise(x: Tensor, t: Tensor) -> Tensor:
        return denoise(x, t).float()

    return precise


def _student_config(config: DistilConfig, told: CheckpointInfo) -> DiffusionConfig:
    """The teacher's network and noise with the distillation's loop and losses."""
    if told.conditioning != "text" or told.diffusion.get("predicts", "x0") != "x0":
        raise ConfigError("the teacher must be a text model that predicts x0")
    noise = NoiseConfig(told.diffusion["schedule"], told.diffusion["steps"])
    return DiffusionConfig(
        config.loop,
        told.family,
        dict(told.config),
        noise,
        config.losses,
        config.samples,
        config.batch_size,
        config.drop,
        complete=config.complete,
    )
