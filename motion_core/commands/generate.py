"""Make a motion from words (--text) or from an action's name (--action)."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from motion_core.catalog import find_card
from motion_core.commands.console import (
    add_model_arguments,
    answer,
    check_out,
    progress,
    result_paths,
    write_motion,
)
from motion_core.tasks import MAX_COUNT, Generate, Sampling, check_integer

EXAMPLE = """examples:
  laban generate --text "a person walks forward and waves" --seconds 6 --seed 7 --out wave.npz
  laban generate --action walk --model mdm-action --count 4 --out walk.bvh    (walk_000.bvh ... walk_003.bvh)"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--text", help="what the person does, in a sentence")
    what.add_argument("--action", help="an action's name (`laban models` lists them)")
    parser.add_argument("--seconds", type=float, default=6.0, help="length (default 6)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another motion (default 0)")
    parser.add_argument(
        "--count", type=int, default=1, help="how many, with seeds seed, seed+1, ... (default 1)"
    )
    parser.add_argument("--model", help="id of the model (default: the first that fits)")
    parser.add_argument("--steps", type=int, help="network evaluations (default: the model's own)")
    parser.add_argument(
        "--guidance", type=float, help="how strictly to follow the words (default: the model's own)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="ends in .npz or .bvh")
    add_model_arguments(parser)


def run(args: argparse.Namespace) -> int:
    from motion_core.generators.checks import check_task, default_model, spread

    task = Generate(text=args.text, action=args.action, seconds=args.seconds)
    count = check_integer("count", args.count, 1, MAX_COUNT)
    samplings = spread(Sampling(seed=args.seed, steps=args.steps, guidance=args.guidance), count)
    paths = result_paths(check_out(args.out), count)
    model = args.model or default_model(task)
    card = find_card(model)
    if args.checkpoint is None and (card.needs != "action" or card.actions):
        check_task(card, task)  # before seconds are spent on loading torch

    from motion_core.generators import load_generator

    started = time.perf_counter()
    generator = load_generator(model, device=args.device, checkpoint=args.checkpoint)
    generator.clean_up = not args.raw
    loaded = time.perf_counter()
    with progress(args, "generating") as report:
        motions = generator.run_batch([(task, sampling) for sampling in samplings], report)
    made = time.perf_counter()
    for path, motion in zip(paths, motions):
        write_motion(path, motion)
    files = [str(path) for path in paths]
    facts = {
        "files": files,
        "motions": [motion.meta | {"frames": len(motion), "fps": motion.fps} for motion in motions],
        "device": generator.note,
        "load_seconds": round(loaded - started, 3),
        "generate_seconds": round(made - loaded, 3),
    }
    answer(args, facts, [*files, f"{made - loaded:.2f} s on {generator.note}; {generator.card.licence}"])
    return 0
