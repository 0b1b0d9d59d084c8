"""HumanML3D's tables and your AMASS files -> a training set (docs/file-formats.md, "Training set").

    python training/prepare_humanml3d.py --humanml3d HumanML3D/ --amass AMASS/ --out data_humanml3d

--humanml3d: a checkout of the HumanML3D repository: index.csv, and beside it or in its folder HumanML3D/ the split
lists train.txt and val.txt and the folder texts/ (texts.zip, unpacked). --amass: the folder with CMU/, KIT/, BMLrub/
as downloaded from amass.is.tue.mpg.de (SMPL-H or SMPL-X, .npz). Clips whose file is missing are counted and left out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.data.humanml3d import (
    LICENCE,
    NOT_AMASS,
    SOURCE,
    Caption,
    Row,
    clips_of_row,
    find_amass,
    read_captions,
    read_index,
    read_splits,
)
from motion_core.data.store import ClipRecord, write_store
from motion_core.formats.npz import read_npz

console = Console(stderr=True)


@dataclass(frozen=True)
class Job:
    """One AMASS file and the clips cut from it: rows with their captions and splits."""

    path: Path
    clips: tuple[tuple[Row, tuple[Caption, ...], str], ...]


def table_folder(humanml3d: Path) -> Path:
    """Where texts/ and the split lists are."""
    for folder in (humanml3d, humanml3d / "HumanML3D"):
        if (folder / "texts").is_dir():
            return folder
    raise FileNotFoundError(f"{humanml3d} has no folder texts: unpack HumanML3D/texts.zip of the repository")


def plan(humanml3d: Path, amass: Path, splits: tuple[str, ...]) -> tuple[list[Job], Counter[str]]:
    """What to cut, and how many clips are left out for which reason."""
    folder = table_folder(humanml3d)
    split_of = read_splits(folder, splits)
    jobs: dict[Path, list] = defaultdict(list)
    left_out: Counter[str] = Counter()
    for row in read_index(humanml3d / "index.csv"):
        if row.name not in split_of:
            left_out["in no wanted split"] += 1
        elif row.collection in NOT_AMASS:
            left_out["not from AMASS"] += 1
        elif not (folder / "texts" / f"{row.name}.txt").is_file():
            left_out["no caption file"] += 1
        elif (path := find_amass(amass, row.source)) is None:
            left_out["AMASS file missing"] += 1
        else:
            captions = tuple(read_captions(folder / "texts" / f"{row.name}.txt"))
            jobs[path].append((row, captions, split_of[row.name]))
    return [Job(path, tuple(clips)) for path, clips in sorted(jobs.items())], left_out


def convert(job: Job) -> tuple[list[ClipRecord], list[str]]:
    """The clips of one file, and what went wrong."""
    try:
        motion = read_npz(job.path)
    except (ValueError, OSError) as error:
        return [], [str(error)] * len(job.clips)
    clips: list[ClipRecord] = []
    faults: list[str] = []
    for row, captions, split in job.clips:
        try:
            clips += clips_of_row(motion, row, list(captions), split)
        except ValueError as error:
            faults.append(str(error))
    return clips, faults


def converted(jobs: list[Job], workers: int, left_out: Counter[str]) -> Iterator[ClipRecord]:
    with multiprocessing.Pool(workers) as processes:
        results = processes.imap(convert, jobs, chunksize=4)
        for clips, faults in track(
            results, total=len(jobs), console=console, disable=not console.is_terminal
        ):
            for fault in faults:
                left_out["unreadable or outside its file"] += 1
                console.print(f"[yellow]left out:[/yellow] {fault}", highlight=False)
            yield from clips


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--humanml3d", type=Path, required=True, help="checkout of the HumanML3D repository")
    parser.add_argument("--amass", type=Path, required=True, help="folder of AMASS collections")
    parser.add_argument("--out", type=Path, required=True, help="folder of the training set")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(argv)
    started = time.monotonic()
    try:
        jobs, left_out = plan(options.humanml3d, options.amass, ("train", "val"))
        if not jobs:
            reasons = ", ".join(f"{count} {why}" for why, count in left_out.items())
            raise ValueError(
                f"no clip of {options.humanml3d} has its AMASS file in {options.amass} ({reasons})"
            )
        frames = write_store(options.out, converted(jobs, options.workers, left_out), {SOURCE: LICENCE})
    except (ValueError, OSError) as error:
        console.print(f"[red]error:[/red] {error}", highlight=False)
        return 1
    for why, count in left_out.most_common():
        console.print(f"left out: {count} clips, {why}")
    hours = frames / 20 / 3600
    console.print(
        f"{options.out}: {hours:.2f} h from {len(jobs)} files in {time.monotonic() - started:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
