"""Folders or archives of BVH plus a caption table -> one training set (docs/file-formats.md, "Training set").

    python training/prepare_mocap.py --data mocap --out data_prepared
    python training/prepare_mocap.py --bvh my_clips/ --captions my_clips.csv --licence "our own" --out prepared
    python training/prepare_mocap.py --report data_prepared

Caption table: CSV with a heading line; one row per caption; columns file (name without .bvh) and caption, and, as
wished, clip_id, start, end (seconds), split (train or val), action, style, object (1: on something that is not in the
data). Rows with the same file, start and end are one clip. A file with validation clips trains nothing.
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
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.body.motion import Motion
from motion_core.data.captures import (
    CaptureFile,
    Cut,
    bvh_files,
    by_recording,
    caption_cuts,
    outside,
    read_table,
    usable_rows,
    with_heading,
)
from motion_core.data.holdings import holdings, markdown
from motion_core.data.mocap import (
    FPS,
    body_key,
    calibrate_actor,
    clip_to_body,
    downstairs,
    fit_errors,
    fit_to_motion,
    sole_heights,
    source_of,
    tears,
)
from motion_core.data.shared_sets import ARCHIVES, LICENCES, shared_files
from motion_core.data.sparse import sparse_weight
from motion_core.data.store import ClipRecord, ClipStore, write_store
from motion_core.data.things import carried_by_measure
from motion_core.data.trimming import trimmed
from motion_core.formats.bvh_text import read_bvh
from motion_core.formats.calibration import evidence
from motion_core.formats.humanoid import fit_body

MAX_FRAMES = 400
MIN_FRAMES = 10
CHUNK = 8  # files handed to a process at a time
NAMED_FAULTS = 12  # of each kind on the screen; all are in report.json
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


@dataclass
class Converted:
    """The clips of one file, figures about the fit of all of it, and what was left out: (why, which)."""

    clips: list[ClipRecord] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    trimmed: float = 0.0  # seconds


def convert(job: tuple[CaptureFile, bytes, np.ndarray]) -> Converted:
    """Second pass over a file."""
    file, data, turns = job
    body = clip_to_body(read_bvh(data, file.name))
    fit = fit_body(body, turns)
    motion = fit_to_motion(*fit, body.fps)
    lowest = sole_heights(motion).min(axis=1)
    done = Converted()
    for cut in file.cuts:
        _add_clip(done, motion, cut, file)
    done.figures = {
        "frames": float(len(motion)),
        **fit_errors(body, *fit),
        "sole median (cm)": 100 * float(np.median(lowest)),
        "2 cm under floor (%)": 100 * float(np.mean(lowest < -0.02)),
    }
    return done


def _add_clip(done: Converted, motion: Motion, cut: Cut, file: CaptureFile) -> None:
    if fault := outside(cut, motion.seconds):
        done.faults.append(("outside its file", fault))
        return
    whole = cut_motion(motion, cut)
    if whole is None:
        done.faults.append(("too short", cut.id))
        return
    piece = downstairs(trimmed(whole, cut.captions))
    if tears(piece):
        done.faults.append(("torn", cut.id))
    elif cut.thing and carried_by_measure(piece):
        done.faults.append(("carried by a thing that is absent", cut.id))
    else:
        done.trimmed += whole.seconds - piece.seconds
        done.clips.append(_record(piece.facing_front(), cut, file))


def _record(motion: Motion, cut: Cut, file: CaptureFile) -> ClipRecord:
    return ClipRecord(
        cut.id, file.source, cut.split, cut.action, cut.style, cut.captions, motion, file.free,
        weak=cut.weak, recording=file.name, group=file.group, official=cut.official,
        weight=sparse_weight(motion) if file.sparse else 1.0,
    )  # fmt: skip


def cut_motion(motion: Motion, cut: Cut) -> Motion | None:
    """The cut's frames, both ends counted; None where hardly any is left."""
    start = round(cut.start * FPS)
    stop = len(motion) if cut.end is None else round(cut.end * FPS) + 1
    stop = min(stop, start + MAX_FRAMES, len(motion))
    return None if stop - start < MIN_FRAMES else motion.slice(start, stop)


def prepare(
    files: list[CaptureFile], contents: dict[str, bytes], workers: int
) -> tuple[list[ClipRecord], dict[str, dict[str, float]], list[tuple[str, str]]]:
    """All clips of all files, the table of `summary`, and what was left out: (why, which)."""
    names = [file.name for file in files]
    with multiprocessing.Pool(workers) as pool:
        read = pool.imap(gather, [(name, contents[name]) for name in names], CHUNK)
        found = dict(zip(names, _progress(read, "joint axes", len(names))))
        good = {name: item for name, item in found.items() if isinstance(item, Evidence)}
        turns = _calibrate(good.values())
        jobs = [(f, contents[f.name], turns[good[f.name].actor]) for f in files if f.name in good and f.cuts]
        results = list(_progress(pool.imap(convert, jobs, CHUNK), "clips", len(jobs)))
    faults = [("unreadable", item) for item in found.values() if isinstance(item, str)]
    figures: dict[str, list[Converted]] = defaultdict(list)
    for (file, _, _), result in zip(jobs, results):
        figures[file.source].append(result)
        faults += result.faults
    return [clip for result in results for clip in result.clips], summary(figures), faults


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


def summary(figures: dict[str, list[Converted]]) -> dict[str, dict[str, float]]:
    """Per source: files, clips, hours, and the means of the figures of its files weighted by frames."""
    table = {}
    for source, rows in figures.items():
        weights = [row.figures["frames"] for row in rows]
        counts = {
            "files": len(rows),
            "clips": sum(len(row.clips) for row in rows),
            "hours": round(sum(clip.motion.seconds for row in rows for clip in row.clips) / 3600, 3),
            "left out": sum(len(row.faults) for row in rows),
            "trimmed (min)": round(sum(row.trimmed for row in rows) / 60, 1),
        }
        keys = [key for key in rows[0].figures if key != "frames"]
        means = {k: round(float(np.average([r.figures[k] for r in rows], weights=weights)), 3) for k in keys}
        table[source] = counts | means
    return table


def print_faults(faults: list[tuple[str, str]]) -> None:
    """Each kind with its number, and the first ones by name."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for why, which in faults:
        kinds[why].append(which)
    for why, names in kinds.items():
        more = f" ... and {len(names) - NAMED_FAULTS} more (report.json)" if len(names) > NAMED_FAULTS else ""
        text = f"left out, {why} ({len(names)}): {'; '.join(names[:NAMED_FAULTS])}{more}"
        console.print(text, style="yellow", markup=False)


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
    what.add_argument(
        "--report", type=Path, metavar="SET", help="only say what a prepared set holds, source by source"
    )
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
        "--free-only", action="store_true", help="leave out sources that are not free (Bandai-Namco, HDM05)"
    )
    parser.add_argument(
        "--hdm05", action="store_true", help="take HDM05 too: share-alike, so never for free weights"
    )
    parser.add_argument("--out", type=Path, help="folder of the training set, made or replaced")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes (default: all cores)"
    )
    options = parser.parse_args(argv)
    if options.bvh and not options.licence:
        parser.error("--bvh needs --licence: say under what terms the motion may be used")
    if not (options.report or options.out):
        parser.error("--out is missing: the folder of the training set")
    return options


@dataclass(frozen=True)
class Job:
    """What is to be prepared: files with their cuts, their contents by name, the licences of their sources."""

    files: list[CaptureFile]
    contents: dict[str, bytes]
    licences: dict[str, str]


def _shared_job(options: argparse.Namespace, faults: list[str]) -> Job:
    shared = shared_files(options.data, faults, share_alike=options.hdm05)
    files = [file for file in shared if file.free or not options.free_only]
    wanted = {file.name for file in files if file.cuts}
    places = [options.data / place for place in ARCHIVES if (options.data / place).exists()]
    found = (pair for place in places for pair in bvh_files(place) if pair[0] in wanted)
    contents = {name: with_heading(data) for name, data in found}
    sources = {file.source for file in files}
    licences = {name: text for name, text in LICENCES.items() if name in sources}
    return Job([file for file in files if file.name in contents], contents, licences)


def _own_job(options: argparse.Namespace, faults: list[str]) -> Job:
    rows = read_table(options.captions, ("file", "caption")) if options.captions else []
    cuts = caption_cuts(usable_rows(rows, str(options.captions), faults))
    contents = dict(bvh_files(options.bvh))
    for name in sorted(set(cuts) - set(contents)):
        faults.append(f"the caption table names {name}, which is not among the files")
    names = [name for name in contents if not options.captions or name in cuts]
    files = [_own_file(name, cuts.get(name, []), options) for name in names]
    return Job(files, contents, {options.name: options.licence})


def _own_file(name: str, cuts: list[Cut], options: argparse.Namespace) -> CaptureFile:
    kept = tuple(by_recording(cuts)) or (Cut(name, 0.0, None, "train", official="train"),)
    return CaptureFile(name, options.name, not options.non_commercial, kept)


def _write(options: argparse.Namespace) -> None:
    began = time.perf_counter()
    faults: list[str] = []
    job = _own_job(options, faults) if options.bvh else _shared_job(options, faults)
    clips, table, left_out = prepare(job.files, job.contents, options.workers)
    left_out = [("in the tables", fault) for fault in faults] + left_out
    print_faults(left_out)
    write_store(options.out, clips, job.licences)
    print_summary(table)
    rows = holdings(ClipStore.open(options.out))
    report = {"fit": table, "holdings": [asdict(row) for row in rows], "left out": left_out}
    (options.out / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    print(markdown(rows))
    print(f"{len(clips)} clips in {options.out}, {time.perf_counter() - began:.0f} s")


def main(argv: list[str] | None = None) -> int:
    options = _arguments(argv)
    try:
        if options.report:
            print(markdown(holdings(ClipStore.open(options.report))))
        else:
            _write(options)
    except (ValueError, OSError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
