"""Make a motion from words (--text) or from an action's name (--action)."""

from __future__ import annotations

import argparse

from motion_core.commands.making import add_clean_arguments, add_sampling_arguments, clean_of, make
from motion_core.tasks import Generate

EXAMPLE = """examples:
  laban generate --text "a person walks forward and waves" --seconds 6 --seed 7 --out wave.npz
  laban generate --action walk --model mdm-action --count 4 --out walk.bvh    (walk_000.bvh ... walk_003.bvh)"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--text", help="what the person does, in a sentence")
    what.add_argument("--action", help="an action's name (`laban models` lists them)")
    parser.add_argument(
        "--whole", action="store_true",
        help='make "first this, then that" as one motion (default: part by part, where the model can)',
    )  # fmt: skip
    parser.add_argument(
        "--seconds", type=float,
        help="length, up to 600 (default 6, or what several parts and counts in the text take)",
    )  # fmt: skip
    add_clean_arguments(parser, "")
    add_sampling_arguments(parser)


def run(args: argparse.Namespace) -> int:
    how = clean_of(args)
    task = Generate(text=args.text, action=args.action, seconds=args.seconds, split=not args.whole, clean=how)
    return make(args, task, "generating")
