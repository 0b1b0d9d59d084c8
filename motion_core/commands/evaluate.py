"""How good is a model? Real motion, retrieval and random clips beside every model, on captions it has not seen; and
prompts whose outcome kinematics can decide. With --task complete: gaps filled, beside interpolations; with
--task continue: motions that go on, beside simple rules."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motion_core.catalog import DEFAULT_MODEL
from motion_core.commands.console import answer, progress
from motion_core.tasks import TaskError, check_integer

if TYPE_CHECKING:
    from motion_core.metrics.benchmark.contest import Contest

EXAMPLE = """examples:
  laban evaluate --models mdm dit-adaln --data data_prepared --out out/evaluation
  laban evaluate --models mdm@steps=4 mdm@steps=15,guidance=2 --data data_prepared --limit 64
  laban evaluate --models mdm --data data_prepared --prompts --seeds 8
  laban evaluate --models dit-adaln-fast --data data_prepared --wordings --seeds 2
  laban evaluate --task complete --models dit-adaln@steps=4 --data data_prepared
  laban evaluate --task continue --data data_prepared"""

BENCHMARK, COMPLETE, CONTINUE = "generate", "complete", "continue"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--models", "--model", nargs="+", default=[DEFAULT_MODEL], metavar="MODEL[@KEY=VALUE,...]",
        help=f"text models; settings: steps, guidance, checkpoint, raw, whole, again ... (default {DEFAULT_MODEL})",
    )  # fmt: skip
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a prepared training set")
    parser.add_argument(
        "--task", choices=(BENCHMARK, COMPLETE, CONTINUE), default=BENCHMARK,
        help="generate: motions from sentences; complete: gaps of 5, 15, 30 and 45 frames at 30 fps; continue: a "
        "second behind real motion (default generate)",
    )  # fmt: skip
    parser.add_argument(
        "--gaps", nargs="+", type=int, metavar="N", help="other lengths of the gaps, frames at 30 fps"
    )
    parser.add_argument(
        "--after", type=int, metavar="N", help="frames that are kept behind a gap (default 10; LAFAN1: 1)"
    )
    parser.add_argument("--split", default="val", help="val or train (default val)")
    parser.add_argument(
        "--sources", nargs="+", metavar="NAME",
        help="only clips of these sources of the split (default: all); training clips stay all of them",
    )  # fmt: skip
    parser.add_argument("--replications", type=int, default=20, help="of the benchmark (default 20)")
    parser.add_argument("--limit", type=int, metavar="N", help="a quick look at N clips")
    parser.add_argument(
        "--seeds", type=int, default=8, help="motions a prompt of the prompt tables (default 8)"
    )
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--prompts", action="store_true", help="the prompt table alone")
    only.add_argument(
        "--wordings", action="store_true",
        help="the same prompts and more, plain, paraphrased and as people type: a table of its own",
    )  # fmt: skip
    only.add_argument("--benchmark", action="store_true", help="the benchmark alone")
    parser.add_argument(
        "--evaluator", type=Path, metavar="FILE", help="other weights for the evaluator (tmr)"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default auto)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="also write the tables and page.html there")


def run(args: argparse.Namespace) -> int:
    return {COMPLETE: _complete, CONTINUE: _continue, BENCHMARK: _benchmark}[args.task](args)


def _complete(args: argparse.Namespace) -> int:
    if args.prompts or args.wordings or args.benchmark or args.evaluator:
        raise TaskError(
            "--prompts, --wordings, --benchmark and --evaluator belong to --task generate: leave them out"
        )

    from motion_core.data.store import ClipStore
    from motion_core.metrics.gaps import completion
    from motion_core.metrics.gaps import table as completion_table
    from motion_core.metrics.gaps import windows as gaps

    store = ClipStore.open(args.data)
    with progress(args, "gaps") as show:
        table = completion.run_completion(
            args.models, store, split=args.split, limit=args.limit, sources=args.sources, device=args.device,
            progress=show,
            gaps=gaps.GAPS if args.gaps is None else args.gaps,
            after=gaps.AFTER if args.after is None else args.after,
        )  # fmt: skip
    if args.out:
        completion_table.write_completion(table, args.out)
    answer(args, completion_table.completion_to_json(table), [completion_table.completion_to_markdown(table)])
    return 0


def _continue(args: argparse.Namespace) -> int:
    if args.prompts or args.benchmark or args.evaluator or args.gaps is not None or args.after is not None:
        raise TaskError("--task continue takes no --prompts, --benchmark, --evaluator, --gaps or --after")

    from motion_core.data.store import ClipStore
    from motion_core.metrics.gaps import continuing

    store = ClipStore.open(args.data)
    with progress(args, "going on") as show:
        table = continuing.run_continuing(
            args.models, store, split=args.split, limit=args.limit, sources=args.sources, device=args.device,
            progress=show,
        )  # fmt: skip
    if args.out:
        continuing.write_continuing(table, args.out)
    answer(args, continuing.continuing_to_json(table), [continuing.continuing_to_markdown(table)])
    return 0


def _benchmark(args: argparse.Namespace) -> int:
    if args.gaps is not None or args.after is not None:
        raise TaskError("--gaps and --after belong to --task complete: add it, or leave them out")
    seeds = check_integer("seeds", args.seeds, 1, 1000)
    replications = check_integer("replications", args.replications, 1, 1000)

    from motion_core.data.store import ClipStore
    from motion_core.metrics.benchmark import contest as contests
    from motion_core.metrics.benchmark import page as pages
    from motion_core.metrics.benchmark import table as tables
    from motion_core.metrics.prompts import report as reports

    store = ClipStore.open(args.data)
    contest = contests.open_contest(
        args.models, store, split=args.split, limit=args.limit, sources=args.sources, device=args.device,
        evaluator=args.evaluator,
    )  # fmt: skip
    if args.wordings:
        return _wordings(args, contest, seeds)
    facts: dict[str, Any] = {}
    lines: list[str] = []
    if not args.prompts:
        with progress(args, "benchmark") as show:
            benchmark = contests.benchmark(contest, replications, show)
        if args.out:
            tables.write_benchmark(benchmark, args.out)
        facts["benchmark"] = tables.benchmark_to_json(benchmark)
        lines.append(tables.benchmark_to_markdown(benchmark))
    if not args.benchmark:
        with progress(args, "prompts") as show:
            report = reports.evaluate_prompts(contest.models, contest.retrieval, seeds=seeds, progress=show)
        if args.out:
            reports.write_report(report, args.out)
        facts["prompts"] = asdict(report)
        lines.append(reports.report_to_markdown(report))
    if args.out:
        pages.write_page(pages.collect(contest), args.out)
        lines.append(f"{args.out / 'page.html'}: the same prompts side by side")
    answer(args, facts, lines)
    return 0


def _wordings(args: argparse.Namespace, contest: Contest, seeds: int) -> int:
    from motion_core.metrics.prompts import wording_report

    with progress(args, "wordings") as show:
        report = wording_report.evaluate_wordings(
            contest.models, contest.retrieval, seeds=seeds, progress=show
        )
    if args.out:
        wording_report.write_wordings(report, args.out)
    answer(args, {"wordings": asdict(report)}, [wording_report.wordings_to_markdown(report)])
    return 0
