"""Distil a trained text model into one that needs a few steps, its guidance folded in.

    python training/distil.py --teacher runs/dit-adaln/ema.safetensors --config training/configs/distil.toml \\
        --data data_prepared/pool --out runs/dit-adaln-fast

`--resume` and `--max-minutes` are those of training/train.py. See docs/training.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.threads import let_threads_sleep

let_threads_sleep()  # before torch is loaded

from torch import Tensor

from motion_core.checkpoint import load_checkpoint
from motion_core.data.dataset import TrainingSet
from motion_core.generators.families import build_model
from motion_core.train.command import carry_out, configured, leave, make_parser, train_as_asked
from motion_core.train.config import ConfigError
from motion_core.train.distil import DistilConfig, Distillation
from motion_core.train.distributed import Group
from motion_core.train.loop import Outcome


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, "distil.toml")
    parser.add_argument("--teacher", type=Path, required=True, help="checkpoint of a text model")
    parser.add_argument("--init", type=Path, help="start from this student instead of from the teacher")
    parser.add_argument(
        "--init-teacher",
        type=Path,
        help="the earlier teacher that --init was distilled from: the student also starts with what was learnt since",
    )
    return parser.parse_args(arguments)


def weights(path: Path) -> dict[str, Tensor]:
    """The weights of a checkpoint in float32, by their names in the network."""
    return build_model(*reversed(load_checkpoint(path))).state_dict()


def run(options: argparse.Namespace, group: Group) -> Outcome:
    config = configured(options, DistilConfig)
    tensors, info = load_checkpoint(options.teacher)
    teacher = build_model(info, tensors)
    data = TrainingSet.open(options.data, tokens=teacher.config.reads_tokens)
    training = Distillation(config, (teacher, info), data, group.device)
    if options.init_teacher is not None and options.init is None:
        raise ConfigError(
            "--init-teacher is the teacher of --init, which is not given: name the student, too"
        )
    if options.init is not None and not options.resume:
        training.start_from(*(weights(path) for path in (options.init, options.init_teacher) if path))
    return train_as_asked(options, config.loop, training.recipe(), group)


def main(arguments: list[str] | None = None) -> int:
    return carry_out(parse(arguments), run)


if __name__ == "__main__":
    leave(main())
