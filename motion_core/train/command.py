"""What the training scripts have in common: their arguments, and how a run begins, fails and ends."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from motion_core.formats.files import explained
from motion_core.generators.device import pick_device
from motion_core.train.config import read_config
from motion_core.train.distributed import Group, join_group
from motion_core.train.families import family_of, trainer
from motion_core.train.loop import Outcome, Recipe, TrainingError, train
from motion_core.train.pool_training import Start

Config = TypeVar("Config")


def make_parser(description: str | None, config: str) -> argparse.ArgumentParser:
    """The arguments of every training script; `config` names the file that serves as an example."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, required=True, help=f"a file like training/configs/{config}")
    parser.add_argument("--data", type=Path, required=True, help="pool made by training/prepare_dataset.py")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--resume", action="store_true", help="go on where the run in --out was saved last")
    parser.add_argument("--steps", type=int, help="instead of the config's loop.steps")
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="KEY=VALUE", dest="changes",
        help="other values than the config's, for example model.block=crossattn",
    )  # fmt: skip
    parser.add_argument("--max-minutes", type=float, help="save and stop after so long; --resume goes on")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:0 or mps")
    return parser


def configured(options: argparse.Namespace, kind: type[Config]) -> Config:
    """The configuration named, with `--set` and `--steps` in it. Raises ConfigError."""
    steps = [] if options.steps is None else [f"loop.steps={options.steps}"]
    return read_config(options.config, kind, [*options.changes, *steps])


def train_as_asked(options: argparse.Namespace, loop: Any, recipe: Recipe, group: Group) -> Outcome:
    """`loop.train` with the script's arguments."""
    return train(loop, recipe, options.out, group, resume=options.resume, max_minutes=options.max_minutes)


def train_family(options: argparse.Namespace, group: Group, otherwise: str = "") -> Outcome:
    """Train the family that the configuration names; `otherwise`: of one that names none."""
    config_class, begin = trainer(family_of(options.config, options.changes, otherwise))
    config = configured(options, config_class)
    report = say if group.first else lambda text: None
    training = begin(config, Start(options.data, group.device, options.init, options.resume, report))
    weights = sum(p.numel() for p in training.model.parameters())
    report(f"{weights:,} weights, {len(training.data)} samples, device {group.device}")
    return train_as_asked(options, config.loop, training.recipe(), group)


def main(
    description: str | None, example: str, arguments: list[str] | None = None, otherwise: str = ""
) -> int:
    """A training script from its arguments to its exit status."""
    parser = make_parser(description, example)
    parser.add_argument("--init", type=Path, help="start from the fitting weights of this checkpoint")
    return carry_out(parser.parse_args(arguments), partial(train_family, otherwise=otherwise))


def carry_out(options: argparse.Namespace, run: Callable[[argparse.Namespace, Group], Outcome]) -> int:
    """Run in this process's group; the exit status, after a line that says how it ended."""
    try:
        with join_group(pick_device(options.device).torch_device) as group:
            outcome = run(options, group)
    except (ValueError, OSError, TrainingError) as error:
        say(f"error: {explained(error)}")
        return 1
    if group.first:
        say(f"{outcome.reason} at step {outcome.step}; the weights are {options.out / 'ema.safetensors'}")
    # a run that a signal stopped did not do what was asked: scripts must not go on with its weights
    return 128 + signal.Signals[outcome.reason] if outcome.reason.startswith("SIG") else 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def leave(status: int) -> None:
    """End the process with that status."""
    sys.stdout.flush()
    sys.stderr.flush()
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        os._exit(status)  # gloo's threads now and then abort a process that Python tears down
    sys.exit(status)
