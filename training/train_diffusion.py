"""Train a denoiser (MDM, DiT) on a training pool.

    python training/train_diffusion.py --config training/configs/mdm.toml --data data_prepared/pool --out runs/mdm
    python training/train_diffusion.py ... --resume            # go on after a stop or a kill, exactly
    torchrun --nproc_per_node=4 training/train_diffusion.py ...  # several GPUs, one machine

The result is OUT/ema.safetensors; `laban generate --checkpoint OUT/ema.safetensors` uses it. See docs/training.md.
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
from motion_core.train.diffusion import DenoiserTraining, DiffusionConfig, start_from
from motion_core.train.distributed import Group
from motion_core.train.loop import Outcome


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, "mdm.toml")
    parser.add_argument("--init", type=Path, help="start from the fitting weights of this checkpoint")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace, group: Group) -> Outcome:
    config = configured(options, DiffusionConfig)
    actions_only = config.model.get("condition") == "action"
    data = TrainingSet.open(options.data, actions_only=actions_only, tokens=config.reads_tokens)
    training = DenoiserTraining(config, data, group.device)
    if group.first:
        weights = sum(p.numel() for p in training.model.parameters())
        say(f"{weights:,} weights, {len(training.data)} samples, device {group.device}")
    if options.init is not None and not options.resume:
        copied, left = start_from(training.model, options.init)
        if group.first:
            say(f"{len(copied)} tensors from {options.init}; at random: {', '.join(left) or 'none'}")
    if config.text_start == "fitted" and not options.resume:
        training.fit_text_layer(options.init)
        if group.first:
            say("text layer fitted to the pool's sentences")
    return train_as_asked(options, config.loop, training.recipe(), group)


def main(arguments: list[str] | None = None) -> int:
    return carry_out(parse(arguments), run)


if __name__ == "__main__":
    leave(main())
