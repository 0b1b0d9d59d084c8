"""What the commands share: where results go, how progress and answers are shown, common arguments."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motion_core.body.motion import Motion
from motion_core.formats.files import atomic_write
from motion_core.results import RESULTS
from motion_core.tasks import TaskError

if TYPE_CHECKING:
    from motion_core.results import Result

Report = Callable[[int, int], None]


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Which device runs which weights: --device, --checkpoint, --raw."""
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default auto)")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="other weights for the model")
    parser.add_argument("--raw", action="store_true", help="no clean-up (lifting feet out of the floor)")


def result_paths(out: Path, count: int) -> list[Path]:
    """The files of `count` results: the path itself, or wave_000.npz, wave_001.npz, ... beside it."""
    if count == 1:
        return [out]
    return [out.with_name(f"{out.stem}_{number:03d}{out.suffix}") for number in range(count)]


def check_out(out: Path, gives: str = "motion") -> Path:
    """A path that a result of this kind can be written to. Raises TaskError otherwise, before any work is done."""
    endings = RESULTS[gives].endings
    if out.suffix.lower() not in endings:
        what = "" if gives == "motion" else f" to hold {gives}"
        raise TaskError(f"--out is {str(out)!r}: it must end in {' or '.join(endings)}{what}")
    if out.is_dir():
        raise TaskError(f"--out is {str(out)!r}: that is a folder, name a file")
    return out


def write_result(path: Path, result: Result) -> None:
    """Write beside and rename: a motion as .bvh where the path ends so, anything else as its bytes."""
    if isinstance(result, Motion) and path.suffix.lower() == ".bvh":
        from motion_core.formats.bvh import write_bvh

        write_bvh(path, result)
        return
    content = result.to_bytes()
    with atomic_write(path) as file:
        file.write(content)


def answer(args: argparse.Namespace, facts: dict[str, Any], lines: list[str]) -> None:
    """The result on standard output: `facts` as JSON for machines, `lines` for people."""
    print(json.dumps(facts, ensure_ascii=False) if args.json else "\n".join(lines))


@contextmanager
def progress(args: argparse.Namespace, title: str) -> Iterator[Report | None]:
    """A bar on the terminal's standard error; None where nobody watches. Gives a function (done, total)."""
    if args.json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
