"""Mix two motions side by side (--weight), or lead one into the other (--fade). No model is needed."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from motion_core.commands.console import answer, check_out, write_result
from motion_core.commands.making import add_out_argument
from motion_core.commands.reading import FILE_KINDS, add_reading_arguments, read_given
from motion_core.tasks import check_number

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

EXAMPLE = """examples:
  laban blend walk.npz run.npz --weight 0.5 --out jog.npz
  laban blend walk.npz sit.npz --fade 0.5 --out both.npz        walk, then sit, half a second of both between"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", type=Path, help=f"a motion, {FILE_KINDS}; its frame rate is the result's")
    parser.add_argument("second", type=Path, help="another")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--weight",
        type=float,
        help="0 gives the first, 1 the second (default 0.5); lengths are mixed as well",
    )
    how.add_argument("--fade", type=float, metavar="SECONDS", help="the first, then the second")
    add_out_argument(parser)
    add_reading_arguments(parser)


def run(args: argparse.Namespace) -> int:
    from motion_core.editing.blend import blend_stretched, crossfade

    out = check_out(args.out)
    weight = check_number("weight", 0.5 if args.weight is None else args.weight, 0, 1)
    first, second = read_given(args, args.first), read_given(args, args.second)
    if args.fade is not None:
        second = second.resample(first.fps)
        longest = min(len(first), len(second)) / first.fps
        fade = check_number("fade", args.fade, 1 / first.fps, longest)
        motion = crossfade(first, second, max(1, round(fade * first.fps)))
    else:
        motion = blend_stretched(first, second, weight)
    facts = _facts(first, second, {"fade": args.fade} if args.fade is not None else {"weight": weight})
    write_result(out, replace(motion, meta=facts))
    told = {"files": [str(out)], "motions": [facts | {"frames": len(motion), "fps": motion.fps}]}
    answer(args, told, [str(out), f"{motion.seconds:.2f} s, {len(motion)} frames at {motion.fps:g} fps"])
    return 0


def _facts(first: Motion, second: Motion, how: dict[str, float]) -> dict[str, object]:
    """What the result says about itself: the texts and licences of both."""
    from motion_core.body.motion import all_said

    facts: dict[str, object] = {"task": "blend", **how}
    for key in ("text", "licence"):
        if said := all_said(first.meta.get(key), second.meta.get(key)):
            facts[key] = said
    return facts
