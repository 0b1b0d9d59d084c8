"""The options by which a user says what a motion file does not say itself, the same for all commands that read one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from motion_core.formats.reading import NAMES_FORM, UNITS, UPS, Reading, read_names, read_unit
from motion_core.tasks import TaskError

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

FILE_KINDS = ".npz, .bvh or .npy"


def add_reading_arguments(parser: argparse.ArgumentParser, *, fps: bool = True) -> None:
    """--up, --unit, --file-fps, --joints, --t-pose. fps: --fps means --file-fps too."""
    group = parser.add_argument_group("what the motion file does not say itself")
    group.add_argument(
        "--up", metavar="AXIS", help=f"its axis that points up: {', '.join(UPS)} (default: a guess)"
    )
    group.add_argument(
        "--unit", metavar="UNIT", help=f"{', '.join(UNITS)}, or the metres of one unit (default: a guess)"
    )
    names = ("--file-fps", "--fps") if fps else ("--file-fps",)
    group.add_argument(
        *names, type=float, metavar="N", dest="file_fps", help="its frame rate (default: as it says)"
    )
    group.add_argument(
        "--joints", metavar="NAMES", help=f"joints whose names are guessed wrongly: {NAMES_FORM}"
    )
    group.add_argument(
        "--t-pose", type=int, metavar="FRAME", dest="t_pose",
        help="a frame of a .bvh, from 1, in which the person stands as a T or an A (default: the motion tells)",
    )  # fmt: skip


def reading_of(args: argparse.Namespace) -> Reading | None:
    """What the options say, None where they say nothing. Raises TaskError."""
    given = (args.up, args.unit, args.file_fps, args.joints, args.t_pose)
    if not any(value is not None for value in given):
        return None
    try:
        return Reading(
            args.up,
            read_unit(args.unit),
            args.file_fps,
            None if args.joints is None else read_names(args.joints),
            args.t_pose,
        )
    except (ValueError, OSError) as error:
        raise TaskError(str(error)) from None


def read_given(args: argparse.Namespace, path: Path) -> Motion:
    """The motion of a file; what had to be guessed is said on standard error.

    Raises FormatError, OSError or TaskError.
    """
    from motion_core.formats.motion_file import read_motion

    motion = read_motion(path, reading_of(args))
    if (said := motion.meta.get("read")) and not args.json:
        print(f"{path.name} is read as {said} (--up, --unit, --file-fps say otherwise)", file=sys.stderr)
    return motion
