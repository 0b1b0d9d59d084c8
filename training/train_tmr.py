"""Train the retrieval model (TMR) on a training pool.

    python training/train_tmr.py --config training/configs/tmr.toml --data data_prepared/pool --out runs/tmr
    python training/train_tmr.py ... --resume            # go on after a stop or a kill, exactly

The result is OUT/ema.safetensors; training/measure_tmr.py says how well it finds. See docs/training.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.threads import let_threads_sleep

let_threads_sleep()  # before torch is loaded

from motion_core.data.dataset import TrainingSet
from motion_core.train.command import carry_out, configured, leave, make_parser, say, train_as_asked
from motion_core.train.distributed import Group
from motion_core.train.loop import Outcome
from motion_core.train.tmr import TMRTrainConfig, TMRTraining


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, "tmr.toml")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace, group: Group) -> Outcome:
    config = configured(options, TMRTrainConfig)
    training = TMRTraining(config, TrainingSet.open(options.data, tokens=True), group.device)
    if group.first:
        weights = sum(p.numel() for p in training.model.parameters())
        say(f"{weights:,} weights, {len(training.data)} samples, device {group.device}")
    if not options.resume:
        training.fit_text_layer()
    return train_as_asked(options, config.loop, training.recipe(), group)


def main(arguments: list[str] | None = None) -> int:
    return carry_out(parse(arguments), run)


if __name__ == "__main__":
    leave(main())
