"""What every command that makes motions shares: how to sample, with which model, where to; and the making itself."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motion_core.catalog import all_settings, find_card
from motion_core.commands.console import (
    add_model_arguments,
    answer,
    check_out,
    progress,
    result_paths,
    write_result,
)
from motion_core.tasks import MAX_COUNT, Made, Sampling, check_integer, seeds_from
from motion_core.tasks.pins_and_paths import CALM, CleanUp


def add_out_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="ends in .npz or .bvh")


def add_sampling_arguments(parser: argparse.ArgumentParser) -> None:
    """--seed, --count, --model, the settings of all cards, --out, and which device runs which weights."""
    parser.add_argument("--seed", type=int, default=0, help="another seed, another motion (default 0)")
    parser.add_argument(
        "--count", type=int, default=1, help="how many, with seeds seed, seed+1, ... (default 1)"
    )
    parser.add_argument("--model", help="id of the model (default: the first that fits)")
    for setting in all_settings().values():
        parser.add_argument(
            f"--{setting.name}", type=setting.kind, choices=setting.choices or None,
            help=f"{setting.help[0].lower()}{setting.help[1:]} (default: the model's own)",
        )  # fmt: skip
    add_out_argument(parser)
    add_model_arguments(parser)


def add_clean_arguments(parser: argparse.ArgumentParser, where: str, *, new: bool = True) -> None:
    """--feet, --floor, --smooth, and --calm for motions that are `new`, whose feet are locked if nothing is said."""
    parser.add_argument(
        "--feet", action=argparse.BooleanOptionalAction, default=new,
        help=f"feet that stand do not slide{where}; {'on' if new else 'off'} by default",
    )  # fmt: skip
    if new:
        parser.add_argument(
            "--calm", type=float, default=CALM, metavar="AMOUNT",
            help="how much of the model's tremor goes: 0 none, 1 all (default 0.5: as much stays as bodies have)",
        )  # fmt: skip
    parser.add_argument(
        "--floor", action="store_true", help=f"no foot goes under the floor, nobody floats{where}"
    )
    parser.add_argument(
        "--smooth", type=float, default=0.0, metavar="SECONDS",
        help=f"take out jitter shorter than about half of this, say 0.25{where}",
    )  # fmt: skip


def clean_of(args: argparse.Namespace) -> CleanUp | None:
    """What is to be tidied; None for what new motions get anyhow."""
    how = CleanUp(args.feet, args.floor, args.smooth, args.calm)
    return None if how == CleanUp() else how


@dataclass(frozen=True)
class _Checked:
    """What is to be made, with all that can be checked before seconds are spent on loading torch."""

    model: str
    samplings: list[Sampling]
    paths: list[Path]

    @classmethod
    def of(cls, args: argparse.Namespace, task: Any) -> _Checked:
        from motion_core.generators.model_choice import check_task, default_model

        count = check_integer("count", args.count, 1, MAX_COUNT)
        settings = {name: getattr(args, name) for name in all_settings()}
        samplings = seeds_from(Sampling(args.seed, settings), count)
        paths = result_paths(check_out(args.out, task.gives), count)
        model = args.model or default_model(task, samplings[0])
        card = find_card(model)
        if args.checkpoint is None:
            check_task(card, task)
            card.settled(samplings[0])
        return cls(model, samplings, paths)


def _words_on(made: Made) -> list[str]:
    """How the words were taken: the parts of a prompt, and what was cut or could not be split."""
    parts = ", ".join(f"{text} ({seconds:.2f} s)" for text, seconds in made.parts)
    return [line for line in (f"in parts: {parts}" if parts else "", made.note) if line]


def make(args: argparse.Namespace, task: Any, title: str) -> int:
    """Make the motions of a task, write and list them; returns the exit status."""
    checked = _Checked.of(args, task)

    from motion_core.generators import load_generator

    started = time.perf_counter()
    generator = load_generator(checked.model, device=args.device, checkpoint=args.checkpoint)
    generator.clean_up = not args.raw
    loaded = time.perf_counter()
    with progress(args, title) as report:
        motions = generator.run_batch([(task, sampling) for sampling in checked.samplings], report)
    made = time.perf_counter()
    for path, motion in zip(checked.paths, motions):
        write_result(path, motion)
    files = [str(path) for path in checked.paths]
    facts = {
        "files": files,
        "motions": [motion.meta | {"frames": len(motion), "fps": motion.fps} for motion in motions],
        "device": generator.note,
        "load_seconds": round(loaded - started, 3),
        "generate_seconds": round(made - loaded, 3),
    }
    missed = [
        f"{file}: not met: {miss}"
        for file, motion in zip(files, motions)
        for miss in Made.from_meta(motion.meta).missed_pins
    ]
    words = _words_on(Made.from_meta(motions[0].meta)) if motions else []
    told = f"{made - loaded:.2f} s on {generator.note}; {generator.card.licence}"
    answer(args, facts, [*files, *missed, *words, told])
    return 0
