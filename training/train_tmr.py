"""Train the retrieval model (TMR) on a training pool.

    python training/train_tmr.py --config training/configs/tmr.toml --data data_prepared/pool --out runs/tmr
    python training/train_tmr.py ... --resume            # go on after a stop or a kill, exactly

The result is OUT/ema.safetensors; training/measure_tmr.py says how well it finds. See docs/training.md.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.waiting import let_threads_sleep

let_threads_sleep()  # before torch is loaded

from motion_core.data.dataset import TrainingSet
from motion_core.generators.device import pick_device
from motion_core.train.config import read_config
from motion_core.train.distributed import Group, join_group
from motion_core.train.loop import Outcome, TrainingError, train
from motion_core.train.tmr import TMRTrainConfig, TMRTraining


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, required=True, help="a file like training/configs/tmr.toml")
    parser.add_argument("--data", type=Path, required=True, help="pool made by training/prepare_dataset.py")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--resume", action="store_true", help="go on where the run in --out was saved last")
    parser.add_argument("--steps", type=int, help="instead of the config's loop.steps")
    parser.add_argument("--max-minutes", type=float, help="save and stop after so long; --resume goes on")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:0 or mps")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace, group: Group) -> Outcome:
    config = read_config(options.config, TMRTrainConfig)
    if options.steps is not None:
        config = replace(config, loop=replace(config.loop, steps=options.steps))
    training = TMRTraining(config, TrainingSet.open(options.data, tokens=True), group.device)
    if group.first:
        weights = sum(p.numel() for p in training.model.parameters())
        say(f"{weights:,} weights, {len(training.data)} samples, device {group.device}")
    if not options.resume:
        training.fit_text_layer()
    return train(
        config.loop,
        training.recipe(),
        options.out,
        group,
        resume=options.resume,
        max_minutes=options.max_minutes,
    )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    try:
        with join_group(pick_device(options.device).torch_device) as group:
            outcome = run(options, group)
    except (ValueError, OSError, TrainingError) as error:
        say(f"error: {error}")
        return 1
    if group.first:
        say(f"{outcome.reason} at step {outcome.step}; the weights are {options.out / 'ema.safetensors'}")
    # a run that a signal stopped did not do what was asked: scripts must not go on with its weights
    return 128 + signal.Signals[outcome.reason] if outcome.reason.startswith("SIG") else 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        os._exit(status)  # gloo's threads now and then abort a process that Python tears down
    sys.exit(status)
