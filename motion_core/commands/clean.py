"""Tidy a motion: feet that stand, the floor, smoothing, another frame rate; each by itself. No model is needed."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from motion_core.commands.console import answer, check_out, write_result
from motion_core.commands.making import add_clean_arguments, add_out_argument
from motion_core.commands.reading import FILE_KINDS, add_reading_arguments, read_given
from motion_core.tasks import TaskError, check_number
from motion_core.tasks.pins_and_paths import CleanUp

EXAMPLE = """examples:
  laban clean in.npz --feet --floor --out clean.npz
  laban clean mocap.bvh --smooth 0.25 --fps 30 --out smooth.npz"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("motion", type=Path, help=f"a motion file, {FILE_KINDS}")
    add_clean_arguments(parser, "", new=False)
    parser.add_argument("--fps", type=float, metavar="N", help="resample to this rate, at last")
    add_out_argument(parser)
    add_reading_arguments(parser, fps=False)


def run(args: argparse.Namespace) -> int:
    from motion_core.editing.cleanup import clean_up

    how, out = CleanUp(args.feet, args.floor, args.smooth), check_out(args.out)
    if not how.changes and args.fps is None:
        raise TaskError("nothing is to be done: add --feet, --floor, --smooth SECONDS or --fps N")
    fps = None if args.fps is None else check_number("fps", args.fps, 1, 1000)
    motion = clean_up(read_given(args, args.motion), how)
    if fps is not None:
        motion = motion.resample(fps)
    done = {"feet": how.feet, "floor": how.floor, "smooth": how.smooth}
    motion = replace(motion, meta=motion.meta | {"clean": done})
    write_result(out, motion)
    facts = {"files": [str(out)], "motions": [motion.meta | {"frames": len(motion), "fps": motion.fps}]}
    answer(args, facts, [str(out), f"{len(motion)} frames at {motion.fps:g} fps"])
    return 0
