"""The phases of a training step. Most families have one; an adversarial one has a generator's and a discriminator's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from motion_core.train.config import LoopConfig
from motion_core.train.distributed import Group
from motion_core.train.draws import Draws, seed_dropout
from motion_core.train.optimizer import learning_rate, make_optimizer

Loss = Callable[[nn.Module, Any, Draws], dict[str, Tensor]]


@dataclass(frozen=True)
class Phase:
    """One loss, the weights it trains, and how often. All phases of a step see the same batch, one after the other."""

    name: str  # stands before its losses in the log, save for the first phase's
    parameters: tuple[nn.Parameter, ...] | None  # what it trains; None: all of the model
    loss: Loss  # (model, batch, draws) -> named scalars, "loss" among them, each a mean over the samples of the batch
    every: int = 1  # it takes part in every n-th step; the first phase in each
    shares: str = ""  # name of an earlier phase, whose weights and optimiser serve this one too
    loop: LoopConfig | None = None  # learning rate, betas and the like of its optimiser; None: the run's


def check_phases(phases: Sequence[Phase]) -> None:
    """Raises ValueError for phases that contradict each other."""
    earlier: list[str] = []
    for phase in phases:
        if not phase.name.isidentifier() or phase.name in earlier:
            raise ValueError(
                f"a phase is named {phase.name!r}: give each a name of its own, of letters and _"
            )
        if phase.every < 1 or (not earlier and phase.every != 1):
            raise ValueError(
                f"every of phase {phase.name!r} is {phase.every}: use 1 or more, 1 for the first"
            )
        if phase.shares and phase.shares not in earlier:
            raise ValueError(f"phase {phase.name!r} shares with {phase.shares!r}: name an earlier phase")
        earlier.append(phase.name)
    if not earlier:
        raise ValueError("the recipe has no phase: give it at least one")


def phases_identity(phases: Sequence[Phase]) -> dict[str, Any]:
    """What must not change when a run is resumed. One phase says nothing: its settings are the run's own."""
    if len(phases) == 1 and phases[0].loop is None:
        return {}
    own = {p.name: {"every": p.every, "shares": p.shares, "loop": p.loop and asdict(p.loop)} for p in phases}
    return {"phases": own}


class Phases:
    """The phases of a run, ready to take steps; `optimizers` by the name of the phase they were made for."""

    def __init__(self, phases: Sequence[Phase], model: nn.Module, config: LoopConfig, group: Group) -> None:
        check_phases(phases)
        self.phases, self.config, self.group = tuple(phases), config, group
        self.by_name = {phase.name: phase for phase in self.phases}
        self.all = tuple(model.parameters())
        self.trained = [p for p in self.all if p.requires_grad]
        # a wrapper averages gradients in one pass through the whole model; phases use parts of it, several times
        self.alone = len(self.phases) == 1 and self.phases[0].parameters is None
        self.model = group.wrap(model) if self.alone else model
        self.optimizers = {
            phase.name: make_optimizer(self._parameters(phase), phase.loop or config)
            for phase in self.phases
            if not phase.shares
        }

    def _parameters(self, phase: Phase) -> tuple[nn.Parameter, ...]:
        if phase.parameters is not None:
            return phase.parameters
        return self._parameters(self.by_name[phase.shares]) if phase.shares else self.all

    def _owner(self, phase: Phase) -> Phase:
        """The phase whose optimiser this one uses."""
        return self._owner(self.by_name[phase.shares]) if phase.shares else phase

    def step(self, batch: Any, step: int) -> dict[str, dict[str, Tensor]]:
        """One step of every phase that is due; its losses by name, still on the device."""
        seed_dropout(self.config.seed, step, self.group.rank)
        return {
            phase.name: self._step(phase, number, batch, step)
            for number, phase in enumerate(self.phases)
            if step % phase.every == 0
        }

    def _step(self, phase: Phase, number: int, batch: Any, step: int) -> dict[str, Tensor]:
        owner, parameters = self._owner(phase), self._parameters(phase)
        config, optimizer = owner.loop or self.config, self.optimizers[owner.name]
        group = self.group
        draws = Draws(self.config.seed, step, group.rank, group.world, group.device, stream=number)
        for settings in optimizer.param_groups:
            settings["lr"] = learning_rate(step, config)
        with self._only(parameters):
            with autocast(self.config.precision, group.device):
                losses = phase.loss(self.model, batch, draws)
            losses["loss"].backward()
        if not self.alone:
            group.average_gradients(parameters)
        norm = nn.utils.clip_grad_norm_(parameters, config.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return {**{name: value.detach() for name, value in losses.items()}, "grad_norm": norm.detach()}

    @contextmanager
    def _only(self, parameters: Sequence[nn.Parameter]) -> Iterator[None]:
        """Inside, these weights alone collect gradients."""
        if self.alone:
            yield
            return
        chosen = {id(parameter) for parameter in parameters}
        try:
            for parameter in self.trained:
                parameter.requires_grad_(id(parameter) in chosen)
            yield
        finally:
            for parameter in self.trained:
                parameter.requires_grad_(True)

    def means(self, window: Sequence[dict[str, dict[str, Tensor]]]) -> dict[str, float]:
        """Means over steps and processes, each over the steps that its phase took part in."""
        found: dict[str, float] = {}
        for number, phase in enumerate(self.phases):
            rows = [step[phase.name] for step in window if phase.name in step]
            if rows:
                names = list(rows[0])
                means = torch.stack([torch.stack([row[n].float() for n in names]) for row in rows]).mean(0)
                before = f"{phase.name}_" if number else ""
                found |= {before + n: v for n, v in zip(names, self.group.mean(means).tolist())}
        return found


def autocast(precision: str, device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16, enabled=uses_bf16(precision, device))


def uses_bf16(precision: str, device: torch.device) -> bool:
    """What "auto" comes to on this device. A CPU without instructions for bfloat16 multiplies it 50 times slower."""
    if precision != "auto":
        return precision == "bf16"
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return device.type == "cpu" and any(getattr(torch.cpu, name, lambda: False)() for name in asked)
