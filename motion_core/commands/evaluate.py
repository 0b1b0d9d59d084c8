"""Does a model do what it is told? Prompts whose outcome kinematics can decide, beside real clips and retrieval."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from motion_core.commands.console import answer, progress
from motion_core.tasks import check_integer

EXAMPLE = "example:\n  laban evaluate --model mdm --data data_prepared --seeds 8 --out out/evaluation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="mdm", help="id of a text model (default mdm)")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a prepared training set")
    parser.add_argument("--seeds", type=int, default=8, help="motions a prompt (default 8)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default auto)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="also write MODEL.md and MODEL.json there")


def run(args: argparse.Namespace) -> int:
    seeds = check_integer("seeds", args.seeds, 1, 1000)

    from motion_core.data.store import ClipStore
    from motion_core.metrics import report as reports

    store = ClipStore.open(args.data)
    with progress(args, "evaluating") as show:
        report = reports.evaluate_instructions(
            args.model,
            store,
            seeds=seeds,
            device=args.device,
            progress=(lambda what, done, total: show(done, total)) if show else None,
        )
    if args.out:
        reports.write_report(report, args.out)
    answer(args, asdict(report), [reports.report_to_markdown(report)])
    return 0
