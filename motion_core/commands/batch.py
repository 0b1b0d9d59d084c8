"""Carry out a file of tasks, one JSON object a line; what is done already is skipped, a bad line is reported.

A line: {"id": "a1", "task": "generate", "text": "a person waves", "seconds": 6.0, "seed": 0, "model": "mdm"}
writes DIR/a1.npz; with "count": 3 it writes DIR/a1_000.npz to a1_002.npz.
"""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from motion_core.commands.console import add_model_arguments, answer, progress, write_result
from motion_core.commands.jobs import Fault, Job, read_jobs
from motion_core.commands.reading import add_reading_arguments, reading_of
from motion_core.formats.files import told
from motion_core.formats.motion_file import MOTION_ENDINGS
from motion_core.tasks import TaskError

if TYPE_CHECKING:
    from motion_core.commands.console import Report
    from motion_core.engines import Engine
    from motion_core.results import Result

EXAMPLE = "example:\n  laban batch jobs.jsonl --out results"
TOGETHER = 16  # motions between two writes: a stopped batch loses no more than these
Piece = tuple[Job, int]  # a job and which of its samples


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("jobs", type=Path, help="a file of tasks, one JSON object a line")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the results")
    parser.add_argument(
        "--format",
        choices=[ending[1:] for ending in MOTION_ENDINGS],
        default="npz",
        help="of motions (default npz); hits of a search are .json",
    )
    add_model_arguments(parser)
    add_reading_arguments(parser)


def run(args: argparse.Namespace) -> int:
    if args.out.exists() and not args.out.is_dir():
        raise TaskError(f"--out is {str(args.out)!r}: that is a file, name a folder")
    jobs, faults = read_jobs(args.jobs, args.out, f".{args.format}", reading_of(args))
    for fault in faults:
        _complain(args, fault)
    pieces = [(job, k) for job in jobs for k, path in enumerate(job.paths) if not path.exists()]
    skipped = sum(len(job.paths) for job in jobs) - len(pieces)
    done: list[Path] = []
    with progress(args, "batch") as report:
        for model, group in groupby(sorted(pieces, key=_order), key=lambda piece: piece[0].request.model):
            carrier = _Carrier(args, report, len(pieces), done)
            faults += carrier.carry_out(model, list(group))
    facts = {
        "done": [str(path) for path in done],
        "skipped": skipped,
        "failed": [fault.as_json() for fault in sorted(faults, key=lambda fault: fault.line)],
    }
    answer(args, facts, [f"{len(done)} done, {skipped} were there already, {len(faults)} failed"])
    return 1 if faults else 0


def _order(piece: Piece) -> tuple[str, str, float, int]:
    """Equal models first, then what can share a pass through the network, then the file's order."""
    job, _ = piece
    request = job.request
    return request.model, repr(request.sampling.key), request.task.length or 0.0, job.line


def _complain(args: argparse.Namespace, fault: Fault) -> None:
    print(f"{args.jobs}:{fault.line}: {fault.error}", file=sys.stderr)


class _Carrier:
    """Carries out the pieces of one model. A job that fails, in whatever way, is reported, and the rest goes on."""

    def __init__(self, args: argparse.Namespace, report: Report | None, total: int, done: list[Path]) -> None:
        self.args, self.report, self.total, self.done = args, report, total, done
        self.faults: dict[int, Fault] = {}  # by line: a job with many samples fails once

    def carry_out(self, model: str, pieces: list[Piece]) -> list[Fault]:
        from motion_core.engines import load_engine

        args = self.args
        try:
            engine = load_engine(model, device=args.device, checkpoint=args.checkpoint, raw=args.raw)
        except Exception as error:
            for piece in pieces:
                self._fail(piece, error)
            return list(self.faults.values())
        fitting = [piece for piece in pieces if self._fits(engine, piece)]
        for start in range(0, len(fitting), TOGETHER):
            self._make(engine, fitting[start : start + TOGETHER])
        return list(self.faults.values())

    def _fits(self, engine: Engine, piece: Piece) -> bool:
        try:
            engine.check(piece[0].request.task, piece[0].request.sampling)
        except Exception as error:
            self._fail(piece, error)
            return False
        return True

    def _make(self, engine: Engine, pieces: list[Piece]) -> None:
        try:
            results = engine.run_batch([(job.request.task, job.samplings[k]) for job, k in pieces])
        except Exception as error:
            if len(pieces) == 1:
                self._fail(pieces[0], error)
                return
            for piece in pieces:  # one of them spoils it for all: find out which
                self._make(engine, [piece])
            return
        for piece, result in zip(pieces, results):
            self._write(piece, result)

    def _write(self, piece: Piece, result: Result) -> None:
        job, k = piece
        try:
            write_result(job.paths[k], result)
        except Exception as error:
            self._fail(piece, error)
            return
        self.done.append(job.paths[k])
        if self.report:
            self.report(len(self.done), self.total)

    def _fail(self, piece: Piece, error: Exception) -> None:
        job, _ = piece
        if job.line not in self.faults:
            self.faults[job.line] = Fault(job.line, job.id, told(error))
            _complain(self.args, self.faults[job.line])
