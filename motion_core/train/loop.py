"""One training loop for every family: it knows batches, losses and steps, no model and no feature.

All randomness is a function of (seed, step), so a run that was killed and resumed, or split over processes, takes
the steps of one unbroken process.
"""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from motion_core.nn.memory import keep_freed_memory
from motion_core.train.config import ConfigError, LoopConfig
from motion_core.train.distributed import Group
from motion_core.train.draws import VALIDATION, Draws
from motion_core.train.log import RunLog
from motion_core.train.optimizer import Ema, learning_rate
from motion_core.train.phases import Loss, Phase, Phases, autocast, phases_identity
from motion_core.train.prefetch import prefetched
from motion_core.train.state import load_state, read_about, save_state

STATE, WEIGHTS, LOG, SAMPLES = "state.safetensors", "ema.safetensors", "log.jsonl", "samples"
# these may differ when a run is resumed: they change what is said and saved, not what is learnt
FREE_TO_CHANGE = ("threads", "prefetch", "log_every", "val_every", "sample_every", "save_every")


class TrainingError(RuntimeError):
    """A run that cannot go on."""


@dataclass(frozen=True)
class Recipe:
    """What to train, and on what."""

    model: nn.Module  # the whole of it: a generator and its discriminator are parts of one module
    phases: tuple[Phase, ...]
    batch_at: Callable[
        [int, int, int], Any
    ]  # (step, rank, world) -> this process's batch; another thread calls it
    val_batches: Callable[[], Iterable[Any]]  # the same batches each time
    export: Callable[
        [Path, nn.Module, dict[str, Any]], None
    ]  # (path, averaged model, facts) writes a checkpoint
    sample: Callable[[nn.Module, Path], None] | None = (
        None  # (averaged model, path without suffix) draws pictures
    )
    identity: dict[str, Any] = field(default_factory=dict)  # JSON-able; a run resumes only with the same
    validate: Loss | None = None  # what the averaged model is judged by; None: the loss of the first phase


@dataclass(frozen=True)
class Outcome:
    """Steps taken in all, and why the run ended: "finished", "time", or a signal's name."""

    step: int
    reason: str


def train(
    config: LoopConfig,
    recipe: Recipe,
    out: Path,
    group: Group,
    *,
    resume: bool = False,
    max_minutes: float | None = None,
) -> Outcome:
    """Train to `config.steps`, or save and stop after `max_minutes` of this call or at SIGTERM or SIGINT.

    `out` receives log.jsonl, state.safetensors (to resume), ema.safetensors (the result) and samples/. Raises
    TrainingError when `out` holds another run, or when the loss is no longer finite.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    if group.device.type == "cpu":
        keep_freed_memory()
    run = _Run(config, recipe, out, group)
    run.begin(resume)
    with run.log, _caught_signals() as caught:
        return run.steps(caught, math.inf if max_minutes is None else 60 * max_minutes)


class _Run:
    """The moving parts of one call of `train`."""

    def __init__(self, config: LoopConfig, recipe: Recipe, out: Path, group: Group) -> None:
        self.config, self.recipe, self.out, self.group = config, recipe, out, group
        self.model = recipe.model.to(group.device)
        self.ema = Ema(self.model, config.ema_decay)
        self.phases = Phases(recipe.phases, self.model, config, group)
        self.log = RunLog(out / LOG, config.steps, quiet=not group.first)
        self.done = 0  # steps taken
        self.seconds = 0.0  # trained before this call
        self.window: list[dict[str, dict[str, Tensor]]] = []  # what the steps since the last log line said
        self.window_started = time.monotonic()
        self.facts: dict[str, Any] = {}  # the latest losses, for the checkpoint

    def begin(self, resume: bool) -> None:
        state = self.out / STATE
        if resume:
            if not state.exists():
                raise TrainingError(f"nothing to resume: {state} does not exist; start without --resume")
            about = read_about(state)
            _check_identity(about["identity"], self._identity(), state)
            load_state(state, self.model, self.ema.module, self.phases.optimizers)
            self.done, self.seconds, self.facts = about["step"], about["seconds"], about["facts"]
        elif state.exists():
            raise TrainingError(
                f"{self.out} holds a run already: resume it with --resume, or choose another --out"
            )
        self.out.mkdir(parents=True, exist_ok=True)
        self.group.wait()  # nobody may write before everybody has looked
        self.log.drop_after(self.done)
        self.phases.model.train()

    def _identity(self) -> dict[str, Any]:
        loop = {k: v for k, v in asdict(self.config).items() if k not in FREE_TO_CHANGE}
        return {"loop": loop, **phases_identity(self.recipe.phases), **self.recipe.identity}

    def steps(self, caught: list[str], limit: float) -> Outcome:
        started = self.window_started = time.monotonic()
        before = self.seconds
        rank, world, config = self.group.rank, self.group.world, self.config
        with closing(
            prefetched(
                lambda s: self.recipe.batch_at(s, rank, world), self.done, config.steps, config.prefetch
            )
        ) as batches:
            for batch in batches:
                self.window.append(self.phases.step(batch, self.done))
                self.ema.update(self.model, self.done)
                self.done += 1
                self.seconds = before + time.monotonic() - started
                late = self.seconds - before > limit
                stop = self.group.any(late or bool(caught))
                self.report(stop)
                if stop and self.done < config.steps:
                    return Outcome(
                        self.done, caught[0] if caught else "time" if late else "stopped elsewhere"
                    )
        return Outcome(self.done, "finished")

    def report(self, stopping: bool) -> None:
        """Log, validate, draw and save where this step is due for it."""
        last = stopping or self.done == self.config.steps
        due = {
            name: last or _due(self.done, getattr(self.config, name)) for name in ("log_every", "save_every")
        }
        if due["log_every"]:
            self.flush()
        ended = self.done == self.config.steps
        if self.config.val_every and (ended or _due(self.done, self.config.val_every)):
            self.on_first(self.validate)
        if self.config.sample_every and (ended or _due(self.done, self.config.sample_every)):
            self.on_first(self.draw)
        if due["save_every"]:
            self.on_first(self.save)

    def on_first(self, work: Callable[[], None]) -> None:
        if self.group.first:
            work()
        self.group.wait()

    def flush(self) -> None:
        """One line of the log: means over the steps since the last one and over processes."""
        if not self.window:
            return
        values = self.phases.means(self.window)
        now = time.monotonic()
        rate = len(self.window) / max(now - self.window_started, 1e-9)
        self.window, self.window_started = [], now
        if not all(math.isfinite(value) for value in values.values()):
            raise TrainingError(
                f"the loss is not finite at step {self.done} ({values}): the last good state is kept; lower "
                "loop.learning_rate or use precision fp32"
            )
        self.facts.update(train_loss=values["loss"])
        rates = {
            "lr": learning_rate(self.done - 1, self.recipe.phases[0].loop or self.config),
            "steps_per_second": rate,
        }
        self.log.write({"step": self.done, **values, **rates, "seconds": self.seconds})

    @torch.no_grad()
    def validate(self) -> None:
        """Losses of the averaged model, always with the same noise."""
        rows, loss = [], self.recipe.validate or self.recipe.phases[0].loss
        for number, batch in enumerate(self.recipe.val_batches()):
            draws = Draws(self.config.seed, VALIDATION + number, device=self.group.device)
            with autocast(self.config.precision, self.group.device):
                rows.append(loss(self.ema.module, batch, draws))
        if rows:
            means = {
                f"val_{name}": float(torch.stack([r[name].float() for r in rows]).mean()) for name in rows[0]
            }
            self.facts.update(val_loss=means["val_loss"])
            self.log.write({"step": self.done, **means})

    @torch.no_grad()
    def draw(self) -> None:
        if self.recipe.sample is None:
            return
        try:
            self.recipe.sample(self.ema.module, self.out / SAMPLES / f"step_{self.done:07d}")
        except Exception as error:  # a picture is not worth hours of training
            self.log.write({"step": self.done, "sample_error": f"{type(error).__name__}: {error}"})

    def save(self) -> None:
        self.facts.update(steps=self.done, hours=round(self.seconds / 3600, 3))
        about = {
            "step": self.done,
            "seconds": self.seconds,
            "facts": self.facts,
            "identity": self._identity(),
        }
        self.recipe.export(self.out / WEIGHTS, self.ema.module, self.facts)
        save_state(self.out / STATE, self.model, self.ema.module, self.phases.optimizers, about)


def _due(step: int, every: int) -> bool:
    return bool(every) and step % every == 0


def _check_identity(saved: dict[str, Any], now: dict[str, Any], state: Path, where: str = "") -> None:
    """The configuration must be the saved one; tuples and lists count as equal, as JSON has no tuples."""
    for key in sorted(saved.keys() | now.keys()):
        one, two = saved.get(key), now.get(key)
        if isinstance(one, dict) and isinstance(two, dict):
            _check_identity(one, two, state, f"{where}{key}.")
            continue
        one, two = (list(v) if isinstance(v, tuple) else v for v in (one, two))
        if one != two:
            raise ConfigError(
                f"{where}{key} was {one!r} when {state} was saved and is {two!r} now: a resumed run keeps its "
                "configuration; to go on with another, start a new run with --init"
            )


@contextmanager
def _caught_signals() -> Iterator[list[str]]:
    """Names of SIGTERM and SIGINT that arrived; a second one acts as usual. Only the main thread may ask for this."""
    caught: list[str] = []
    previous: dict[signal.Signals, Any] = {}

    def note(number: int, _frame: Any) -> None:
        name = signal.Signals(number)
        caught.append(name.name)
        signal.signal(name, previous[name])

    try:
        for name in (signal.SIGTERM, signal.SIGINT):
            previous[name] = signal.signal(name, note)
    except ValueError:  # not the main thread
        pass
    try:
        yield caught
    finally:
        for name, handler in previous.items():
            signal.signal(name, handler)
