"""Folders or archives of BVH plus a caption table -> one training set (docs/architecture.md, "Training set").

    python training/prepare_mocap.py --data ../shared/data --out data_prepared
    python training/prepare_mocap.py --bvh my_clips/ --captions my_clips.csv --licence "our own" --out prepared

Caption table: CSV with a heading line; one row per caption; columns file (name without .bvh) and caption, and, as
wished, clip_id, start, end (seconds), split (train or val), action, style. Rows with the same file, start and end are
one clip.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.data.captures import (
    LICENCES,
    CaptureFile,
    bvh_files,
    caption_cuts,
    read_table,
    shared_files,
    without_leaks,
)
from motion_core.data.mocap import (
    FPS,
    body_key,
    body_to_motion,
    calibrate_actor,
    clip_to_body,
    fit_errors,
    sole_heights,
    source_of,
)
from motion_core.data.store import ClipRecord, write_store
from motion_core.formats.bvh import read_bvh
from motion_core.formats.humanoid import evidence
from motion_core.motion import Motion

MAX_FRAMES = 400
MIN_FRAMES = 10
SHARED_ARCHIVES = ("cmu_bvh.tar.xz", "accad_bvh.tar.xz", "bandai/bandai_bvh.tar.xz")
console = Console(stderr=True)


@dataclass(frozen=True)
class Evidence:
    """What one file says about its skeleton's axes."""

    skeleton: str
    actor: str
    matrices: np.ndarray


def gather(content: tuple[str, bytes]) -> Evidence | str:
    """First pass over a file; its fault as text where it cannot be read."""
    name, data = content
    try:
        clip = read_bvh(data, name)
        source = source_of(clip)
        matrices = evidence(clip_to_body(clip, source))
    except ValueError as error:
        return f"{name}: {error}"
    return Evidence(source.id, body_key(clip, source), matrices)


def convert(job: tuple[CaptureFile, bytes, np.ndarray]) -> tuple[list[ClipRecord], dict[str, float]]:
    """Second pass: the cuts of one file as clips, and figures about the fit of the whole file."""
    file, data, turns = job
    body = clip_to_body(read_bvh(data, file.name))
    motion = body_to_motion(body, turns)
    figures = {"frames": float(len(motion)), **fit_errors(body, turns), **_feet(motion)}
    clips = []
    for cut in file.cuts:
        stop = len(motion) if cut.end is None else round(cut.end * FPS) + 1
        part = motion.trans[round(cut.start * FPS) : stop]
        if len(part) >= MIN_FRAMES:
            start = round(cut.start * FPS)
            piece = motion.slice(start, min(stop, start + MAX_FRAMES)).facing_front()
            clips.append(
                ClipRecord(
                    cut.id, file.source, cut.split, cut.action, cut.style, cut.captions, piece, file.free
                )
            )
    return clips, figures


def _feet(motion: Motion) -> dict[str, float]:
    lowest = sole_heights(motion).min(axis=1)
    return {
        "sole median (cm)": 100 * float(np.median(lowest)),
        "under floor (% > 2 cm)": 100 * float(np.mean(lowest < -0.02)),
    }


def prepare(
    files: list[CaptureFile], contents: dict[str, bytes], workers: int
) -> tuple[list[ClipRecord], dict]:
    """All clips of all files, and per source the mean figures weighted by frames."""
    with multiprocessing.Pool(workers) as pool:
        names = [file.name for file in files]
        found = dict(
            zip(
                names, _progress(pool.imap(gather, [(n, contents[n]) for n in names], 16), "axes", len(names))
            )
        )
        for fault in (f for f in found.values() if isinstance(f, str)):
            console.print(f"[yellow]left out: {fault}")
        good = {name: item for name, item in found.items() if isinstance(item, Evidence)}
        turns = _calibrate(good.values())
        jobs = [(f, contents[f.name], turns[good[f.name].actor]) for f in files if f.name in good and f.cuts]
        results = list(_progress(pool.imap(convert, jobs, 8), "clips", len(jobs)))
    figures: dict[str, list] = defaultdict(list)
    for (file, _, _), (clips, numbers) in zip(jobs, results):
        figures[file.source].append((len(clips), sum(len(c.motion) for c in clips), numbers))
    return [clip for clips, _ in results for clip in clips], figures


def _progress(items: Iterable, title: str, total: int) -> Iterator:
    return track(items, description=title, total=total, console=console, disable=not console.is_terminal)


def _calibrate(found: Iterable[Evidence]) -> dict[str, np.ndarray]:
    """Constant turns per actor."""
    actors, skeletons = defaultdict(list), defaultdict(list)
    kin = {}
    for item in found:
        actors[item.actor].append(item.matrices)
        skeletons[item.skeleton].append(item.matrices)
        kin[item.actor] = item.skeleton
    # a guessed skeleton ("any") shares nothing with another
    return {
        a: calibrate_actor(own, skeletons[kin[a]] if kin[a] != "any" else ()) for a, own in actors.items()
    }


def summary(figures: dict[str, list]) -> dict[str, dict[str, float]]:
    """Per source: clips, hours, and the means of the figures of its files weighted by their frames."""
    table = {}
    for source, rows in figures.items():
        weights = np.array([row[2]["frames"] for row in rows])
        means = {
            key: round(float(np.average([row[2][key] for row in rows], weights=weights)), 3)
            for key in rows[0][2]
            if key != "frames"
        }
        frames = sum(row[1] for row in rows)
        table[source] = {
            "files": len(rows),
            "clips": sum(row[0] for row in rows),
            "hours": round(frames / FPS / 3600, 3),
        } | means
    return table


def print_summary(table: dict[str, dict[str, float]]) -> None:
    view = Table(title="Prepared motion capture")
    columns = list(next(iter(table.values())))
    for column in ("source", *columns):
        view.add_column(column, justify="left" if column == "source" else "right")
    for source, row in table.items():
        view.add_row(source, *(f"{row[column]:g}" for column in columns))
    Console().print(view)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--data", type=Path, help="the project's data folder (clips.csv, trials.csv, *_bvh.tar.xz, bandai/)"
    )
    what.add_argument("--bvh", type=Path, help="any folder or tar archive of BVH files")
    parser.add_argument(
        "--captions", type=Path, help="CSV table for --bvh; without it every file is one clip without words"
    )
    parser.add_argument("--name", default="bvh", help="name of the source for --bvh (default: bvh)")
    parser.add_argument(
        "--licence", help="licence of the files of --bvh, kept in the set; required with --bvh"
    )
    parser.add_argument(
        "--non-commercial", action="store_true", help="the files of --bvh may not be used commercially"
    )
    parser.add_argument(
        "--free-only", action="store_true", help="leave out non-commercial sources (Bandai-Namco)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder of the training set, made or replaced"
    )
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)"
    )
    options = parser.parse_args(argv)
    if options.bvh and not options.licence:
        parser.error("--bvh needs --licence: say under what terms the motion may be used")
    return options


def _collect(options: argparse.Namespace) -> tuple[list[CaptureFile], dict[str, bytes], dict[str, str]]:
    """Files with their cuts, their contents, and the licences."""
    if options.data:
        files = [f for f in shared_files(options.data) if f.free or not options.free_only]
        places = [options.data / place for place in SHARED_ARCHIVES if (options.data / place).exists()]
        licences = {name: text for name, text in LICENCES.items() if any(f.source == name for f in files)}
    else:
        rows = read_table(options.captions, ("file", "caption")) if options.captions else []
        cuts, places, licences = caption_cuts(rows), [options.bvh], {options.name: options.licence}
    wanted = {f.name for f in files} if options.data else None
    contents = {n: c for place in places for n, c in bvh_files(place) if wanted is None or n in wanted}
    if not options.data:
        for name in sorted(set(cuts) - set(contents)):
            console.print(f"[yellow]the caption table names {name}, which is not among the files")
        names = [name for name in contents if not options.captions or name in cuts]
        free = not options.non_commercial
        files = [
            CaptureFile(n, options.name, free, tuple(without_leaks(cuts[n])) or (_whole(n),)) for n in names
        ]
    return [f for f in files if f.name in contents], contents, licences


def _whole(name: str) -> Any:
    from motion_core.data.captures import Cut

    return Cut(name, 0.0, None, "train")


def main(argv: list[str] | None = None) -> int:
    options = _arguments(argv)
    began = time.perf_counter()
    try:
        files, contents, licences = _collect(options)
        clips, figures = prepare(files, contents, options.workers)
        write_store(options.out, clips, licences)
    except (ValueError, OSError) as error:
        console.print(f"[red]{error}")
        return 1
    table = summary(figures)
    print_summary(table)
    (options.out / "report.json").write_text(json.dumps(table, indent=1), encoding="utf-8")
    captioned = sum(1 for clip in clips if clip.captions)
    print(f"{len(clips)} clips ({captioned} captioned) in {options.out}, {time.perf_counter() - began:.0f} s")
    print(
        "left out: clips that climb, sit or lean on something absent; training clips sharing frames with validation"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
