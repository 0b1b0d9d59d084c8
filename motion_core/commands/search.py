"""Rank a folder of motions (.npz, .bvh, sub-folders too) by a sentence. Its index keeps itself up to date."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from motion_core.commands.console import answer, check_out, progress, write_result
from motion_core.commands.reading import add_reading_arguments, reading_of
from motion_core.tasks import Search

if TYPE_CHECKING:
    from motion_core.results import Hits

EXAMPLE = 'example:\n  laban search "someone limps" --library ~/motions --count 10'
SHOWN_BROKEN = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", help="what the person does, in a sentence")
    parser.add_argument("--library", type=Path, required=True, metavar="DIR", help="folder of motion files")
    parser.add_argument("--count", type=int, default=10, help="how many to list (default 10)")
    parser.add_argument(
        "--no-update", dest="update", action="store_false", help="rank what is indexed, look for nothing new"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the hits there; ends in .json")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default auto)")
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="other weights for the retrieval model"
    )
    add_reading_arguments(parser)


def run(args: argparse.Namespace) -> int:
    from motion_core.search import search
    from motion_core.search.folder import check_library

    task = Search(args.text, str(args.library), args.count)
    out = None if args.out is None else check_out(args.out, task.gives)
    reading = reading_of(args)
    check_library(args.library)  # before seconds are spent on loading torch

    from motion_core.embedding import load_embedder

    embedder = load_embedder(device=args.device, checkpoint=args.checkpoint)
    with progress(args, "indexing") as report:
        result = search(task, embedder, update=args.update, on_file=report, reading=reading)
    if out is not None:
        write_result(out, result)
    answer(args, result.to_json(), table(result))
    return 0


def table(result: Hits) -> list[str]:
    """The hits for people, then what could not be read."""
    lines = ["score  seconds  motion"]
    lines += [f"{hit.score:5.2f}  {hit.seconds:7.1f}  {result.library / hit.path}" for hit in result.hits]
    if result.broken:
        lines.append(
            f"not searched, because they cannot be read: {len(result.broken)} of {result.files} files"
        )
        lines += [f"  {broken.path}: {broken.error}" for broken in result.broken[:SHOWN_BROKEN]]
    if len(result.broken) > SHOWN_BROKEN:
        lines.append(f"  and {len(result.broken) - SHOWN_BROKEN} more (--json names up to fifty)")
    return [*lines, *([result.note] if result.note else [])]
