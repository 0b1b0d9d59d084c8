"""Folders or archives of BVH plus a caption table -> one training set (docs/file-formats.md, "Training set").

    python training/prepare_mocap.py --data mocap --out data_prepared
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
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.body.motion import Motion
from motion_core.data.captures import (
    LICENCES,
    CaptureFile,
    Cut,
    bvh_files,
    caption_cuts,
    read_table,
    shared_files,
    without_leaks,
)
from motion_core.data.mocap import (
    FPS,
    body_key,
    calibrate_actor,
    clip_to_body,
    fit_errors,
    fit_to_motion,
    sole_heights,
    source_of,
    tears,
)
from motion_core.data.store import ClipRecord, write_store
from motion_core.formats.bvh_text import read_bvh
from motion_core.formats.calibration import evidence
from motion_core.formats.humanoid import fit_body

MAX_FRAMES = 400
MIN_FRAMES = 10
CHUNK = 8  # files handed to a process at a time
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
    fit = fit_body(body, turns)
    motion = fit_to_motion(*fit, body.fps)
    clips = [clip for cut in file.cuts if (clip := cut_clip(motion, cut, file)) is not None]
    sound = [clip for clip in clips if not tears(clip.motion)]
    lowest = sole_heights(motion).min(axis=1)
    return sound, {
        "frames": float(len(motion)),
        **fit_errors(body, *fit),
        "sole median (cm)": 100 * float(np.median(lowest)),
        "2 cm under floor (%)": 100 * float(np.mean(lowest < -0.02)),
        "torn": float(len(clips) - len(sound)),
    }


def cut_clip(motion: Motion, cut: Cut, file: CaptureFile) -> ClipRecord | None:
    """The cut's frames, both ends counted, moved to face front at the origin; None where hardly any is left."""
    start = round(cut.start * FPS)
    stop = len(motion) if cut.end is None else round(cut.end * FPS) + 1
    stop = min(stop, start + MAX_FRAMES, len(motion))
    if stop - start < MIN_FRAMES:
        return None
    piece = motion.slice(start, stop).facing_front()
    return ClipRecord(cut.id, file.source, cut.split, cut.action, cut.style, cut.captions, piece, file.free)


def prepare(
    files: list[CaptureFile], contents: dict[str, bytes], workers: int
) -> tuple[list[ClipRecord], dict[str, dict[str, float]]]:
    """All clips of all files, and the table of `summary`."""
    names = [file.name for file in files]
    with multiprocessing.Pool(workers) as pool:
        read = pool.imap(gather, [(name, contents[name]) for name in names], CHUNK)
        found = dict(zip(names, _progress(read, "joint axes", len(names))))
        for fault in (item for item in found.values() if isinstance(item, str)):
            console.print(f"[yellow]left out: {fault}")
        good = {name: item for name, item in found.items() if isinstance(item, Evidence)}
        turns = _calibrate(good.values())
        jobs = [(f, contents[f.name], turns[good[f.name].actor]) for f in files if f.name in good and f.cuts]
        results = list(_progress(pool.imap(convert, jobs, CHUNK), "clips", len(jobs)))
    figures: dict[str, list[tuple[list[ClipRecord], dict[str, float]]]] = defaultdict(list)
    for (file, _, _), result in zip(jobs, results):
        figures[file.source].append(result)
    return [clip for clips, _ in results for clip in clips], summary(figures)


def _progress(items: Iterable, title: str, total: int) -> Iterable:
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


def summary(
    figures: dict[str, list[tuple[list[ClipRecord], dict[str, float]]]],
) -> dict[str, dict[str, float]]:
    """Per source: files, clips, hours, torn clips, and the means of the figures of its files weighted by frames."""
    table = {}
    for source, rows in figures.items():
        weights = [numbers["frames"] for _, numbers in rows]
        clips = [clip for found, _ in rows for clip in found]
        counts = {
            "files": len(rows),
            "clips": len(clips),
            "torn": int(sum(numbers["torn"] for _, numbers in rows)),
            "hours": round(sum(clip.motion.seconds for clip in clips) / 3600, 3),
        }
        keys = [key for key in rows[0][1] if key not in ("frames", "torn")]
        means = {k: round(float(np.average([n[k] for _, n in rows], weights=weights)), 3) for k in keys}
        table[source] = counts | means
    return table


def print_summary(table: dict[str, dict[str, float]]) -> None:
    """Sources side by side, one line per figure."""
    view = Table(title="Prepared motion capture")
    view.add_column("")
    for source in table:
        view.add_column(source, justify="right")
    for figure in next(iter(table.values())):
        view.add_row(figure, *(f"{row[figure]:g}" for row in table.values()))
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
            CaptureFile(n, options.name, free, tuple(without_leaks(cuts[n])) or (Cut(n, 0.0, None, "train"),))
            for n in names
        ]
    return [f for f in files if f.name in contents], contents, licences


def main(argv: list[str] | None = None) -> int:
    options = _arguments(argv)
    began = time.perf_counter()
    try:
        files, contents, licences = _collect(options)
        clips, table = prepare(files, contents, options.workers)
        write_store(options.out, clips, licences)
    except (ValueError, OSError) as error:
        console.print(f"[red]{error}")
        return 1
    print_summary(table)
    (options.out / "report.json").write_text(json.dumps(table, indent=1), encoding="utf-8")
    captioned = sum(1 for clip in clips if clip.captions)
    print(f"{len(clips)} clips ({captioned} captioned) in {options.out}, {time.perf_counter() - began:.0f} s")
    print(
        "left out: clips on objects that are absent, training clips that share frames with validation, torn ones"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
