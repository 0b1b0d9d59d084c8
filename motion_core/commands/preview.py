"""Draw a motion file (.npz or .bvh) as an animated figure on a floor: .gif, .mp4, or a .png contact sheet."""

from __future__ import annotations

import argparse
from pathlib import Path

from motion_core.commands.console import answer, progress
from motion_core.commands.reading import FILE_KINDS, add_reading_arguments, read_given
from motion_core.tasks import TaskError, check_integer

EXAMPLE = "example:\n  laban preview wave.npz --out wave.gif"
ENDINGS = (".gif", ".mp4", ".png")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("motion", type=Path, help=f"a motion file, {FILE_KINDS}")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="ends in .gif, .mp4 or .png (default: MOTION.gif)"
    )
    parser.add_argument("--text", help="written under the figure (default: the motion's own prompt)")
    parser.add_argument("--size", type=int, default=360, help="pixels of a picture's side (default 360)")
    add_reading_arguments(parser)


def run(args: argparse.Namespace) -> int:
    out = args.out or args.motion.with_suffix(".gif")
    if out.suffix.lower() not in ENDINGS:
        raise TaskError(f"--out is {str(out)!r}: it must end in {', '.join(ENDINGS)}")
    size = check_integer("size", args.size, 64, 2048)
    motion = read_given(args, args.motion)

    from motion_core.pictures.render import render_preview

    with progress(args, "drawing") as report:
        render_preview(motion, out, text=args.text, size=size, on_frame=report)
    answer(args, {"file": str(out), "frames": len(motion), "seconds": motion.seconds}, [str(out)])
    return 0
