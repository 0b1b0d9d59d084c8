"""Distil a trained text model into one that needs a few steps, its guidance folded in.

    python training/distil.py --teacher runs/dit-adaln/ema.safetensors --config training/configs/distil.toml \\
        --data data_prepared/pool --out runs/dit-adaln-fast

`--resume` and `--max-minutes` are those of training/train_diffusion.py. See docs/training.md.
"""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.waiting import let_threads_sleep

let_threads_sleep()  # before torch is loaded

from motion_core.checkpoint import load_checkpoint
from motion_core.data.dataset import TrainingSet
from motion_core.generators.device import pick_device
from motion_core.generators.diffusion import build_model
from motion_core.train.config import read_config
from motion_core.train.distil import DistilConfig, Distillation
from motion_core.train.distributed import Group, join_group
from motion_core.train.loop import Outcome, TrainingError, train


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--teacher", type=Path, required=True, help="checkpoint of a text model")
    parser.add_argument("--config", type=Path, required=True, help="a file like training/configs/distil.toml")
    parser.add_argument("--data", type=Path, required=True, help="pool made by training/prepare_dataset.py")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--resume", action="store_true", help="go on where the run in --out was saved last")
    parser.add_argument("--steps", type=int, help="instead of the config's loop.steps")
    parser.add_argument("--max-minutes", type=float, help="save and stop after so long; --resume goes on")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:0 or mps")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace, group: Group) -> Outcome:
    config = read_config(options.config, DistilConfig)
    if options.steps is not None:
        config = replace(config, loop=replace(config.loop, steps=options.steps))
    tensors, info = load_checkpoint(options.teacher)
    teacher = build_model(info, tensors)
    data = TrainingSet.open(options.data, tokens=teacher.config.reads_tokens)
    training = Distillation(config, (teacher, info), data, group.device)
    return train(
        config.loop,
        training.recipe(),
        options.out,
        group,
        resume=options.resume,
        max_minutes=options.max_minutes,
    )


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    try:
        with join_group(pick_device(options.device).torch_device) as group:
            outcome = run(options, group)
    except (ValueError, OSError, TrainingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{outcome.reason} at step {outcome.step}; the weights are {options.out / 'ema.safetensors'}")
    return 128 + signal.Signals[outcome.reason] if outcome.reason.startswith("SIG") else 0


if __name__ == "__main__":
    sys.exit(main())
