"""Change a motion: some body parts after a text, all else bit for bit as it was. Without --parts: vary all of it."""

from __future__ import annotations

import argparse
from pathlib import Path

from motion_core.body.joints import JOINTS, PARTS
from motion_core.commands.arguments import read_spans
from motion_core.commands.making import add_clean_arguments, add_sampling_arguments, clean_of, make
from motion_core.commands.reading import FILE_KINDS, add_reading_arguments, read_given
from motion_core.tasks import Edit, TaskError

EXAMPLE = """examples:
  laban edit --motion in.npz --parts left_arm --text "waves with the left hand" --out wave.npz
  laban edit --motion in.npz --parts upper_body head --text "looks around" --span 20:80 --out look.npz
  laban edit --motion in.npz --strength 0.5 --count 4 --out other.npz           variations, other_000.npz ..."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--motion", type=Path, required=True, metavar="FILE", help=f"the motion to change, {FILE_KINDS}"
    )
    parser.add_argument(
        "--parts", nargs="+", default=[], metavar="PART",
        help=f"what changes (default: the whole body): {', '.join(PARTS)}, or joints: {', '.join(JOINTS)}",
    )  # fmt: skip
    parser.add_argument("--text", help="what the parts do")
    parser.add_argument("--span", metavar="A:B", help="frames that change, stop excluded (default: all)")
    parser.add_argument("--strength", type=float, default=1.0, help="0.01 hardly to 1 wholly new (default 1)")
    add_clean_arguments(parser, " (in what may change)")
    add_sampling_arguments(parser)
    add_reading_arguments(parser)


def run(args: argparse.Namespace) -> int:
    return make(args, _task(args), "editing")


def _task(args: argparse.Namespace) -> Edit:
    motion = read_given(args, args.motion)
    span = None
    if args.span is not None:
        spans = read_spans(args.span, len(motion))
        if len(spans) != 1:
            raise TaskError(f"--span is {args.span!r}: give one span, for example 20:80")
        span = spans[0]
    parts = tuple(name for part in args.parts for name in part.split(",") if name)
    return Edit(motion, parts, args.text, span, args.strength, clean_of(args))
