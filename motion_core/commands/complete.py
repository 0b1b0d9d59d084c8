"""Make what is missing of a motion: fill gaps, continue it, lead up to it, close a loop, meet pins, follow a path.

What --keep names stays bit for bit as it is; everything else is made, with or without a text. Without --motion all is
made, within pins and path.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from motion_core.commands.arguments import PATH_FORM, PIN_FORM, read_path, read_pin, read_spans
from motion_core.commands.making import add_clean_arguments, add_sampling_arguments, clean_of, make
from motion_core.commands.reading import FILE_KINDS, add_reading_arguments, read_given
from motion_core.tasks import Complete, TaskError
from motion_core.tasks.pins_and_paths import ALONG, FREE

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

EXAMPLE = """examples:
  laban complete --motion in.npz --keep 0:10,50:60 --out filled.npz                    fill the gap between two spans
  laban complete --motion in.npz --keep all --seconds 8 --text "sits down" --out on.npz     continue it
  laban complete --motion in.npz --keep=-15: --text "runs up" --out before.npz         what leads to its end
  laban complete --text "a person walks" --seconds 4 --loop --in-place --out walk.bvh
  laban complete --text "a person waves" --seconds 4 --pin right_wrist@2:2.5=-0.4,-0.3,1.6 --out pinned.npz
  laban complete --text "a person walks" --seconds 6 --path "0,0 0,-2 1.5,-3" --out path.npz"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--motion", type=Path, metavar="FILE", help=f"the given motion, {FILE_KINDS}")
    parser.add_argument(
        "--keep", metavar="FRAMES",
        help="frames of it that stay, as 0:10,50:60 (stop excluded; -10: is the last ten), 'all' or 'none' "
        "(default: all, if the result shall be longer or a loop)",
    )  # fmt: skip
    parser.add_argument("--text", help="what the person does in what is made")
    parser.add_argument("--seconds", type=float, help="length of the result (default: the given motion's)")
    parser.add_argument("--loop", action="store_true", help="the end leads back into the beginning")
    parser.add_argument("--in-place", action="store_true", help="a loop that comes back to where it began")
    parser.add_argument("--pin", action="append", default=[], metavar="PIN", help=PIN_FORM)
    parser.add_argument("--path", metavar="PATH", help=f"the pelvis follows it over the floor: {PATH_FORM}")
    parser.add_argument(
        "--path-heading", choices=(ALONG, FREE), default=None, help="face along the path (default), or freely"
    )
    add_clean_arguments(parser, " (outside of kept frames)")
    add_sampling_arguments(parser)
    add_reading_arguments(parser)


def run(args: argparse.Namespace) -> int:
    return make(args, _task(args), "completing")


def _task(args: argparse.Namespace) -> Complete:
    if args.in_place and not args.loop:
        raise TaskError("--in-place belongs to --loop: add it, or leave both out")
    if args.path_heading and not args.path:
        raise TaskError("--path-heading belongs to --path: give the path as well")
    motion = None if args.motion is None else read_given(args, args.motion)
    return Complete(
        motion,
        _kept(args, motion),
        args.text,
        args.seconds,
        args.loop,
        not args.in_place,
        tuple(read_pin(pin) for pin in args.pin),
        None if args.path is None else read_path(args.path, args.path_heading or ALONG),
        clean_of(args),
    )


def _kept(args: argparse.Namespace, motion: Motion | None) -> tuple[tuple[int, int], ...]:
    """The spans of --keep, or what can only be meant without it."""
    if motion is None:
        if args.keep not in (None, "none"):
            raise TaskError(f"--keep is {args.keep!r}, but no motion is given: add --motion FILE")
        return ()
    if args.keep is not None:
        return read_spans(args.keep, len(motion))
    if args.loop or (args.seconds or 0) > motion.seconds:
        return ((0, len(motion)),)
    raise TaskError(
        f"which of the {len(motion)} frames of {args.motion.name} shall stay? Say --keep 0:10,50:60, or --keep none to "
        "make all anew"
    )
