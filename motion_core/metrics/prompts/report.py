"""The prompt table: does a model do what it is told? Real clips and retrieval stand beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from motion_core.body.motion import Motion
from motion_core.data.library import Library
from motion_core.metrics.benchmark.lineup import ModelRow
from motion_core.metrics.benchmark.retrieval import Retrieval
from motion_core.metrics.benchmark.split import Prompt, spread
from motion_core.metrics.benchmark.table import write_tables
from motion_core.metrics.prompts.instructions import INSTRUCTIONS, STANDING, Instruction
from motion_core.metrics.prompts.observed import Observed

MAX_REAL = 60  # real clips a row at most: enough for a share to within a few percent
RESAMPLES = 4000  # of the bootstrap

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class InstructionRow:
    """Shares in [0, 1] of motions that do what the prompt says; `real` is None where no real clip fits it.

    ours: {model: share}.
    """

    prompt: str
    group: str
    ours: dict[str, float]
    real: float | None
    real_clips: int
    retrieval: float


@dataclass(frozen=True)
class Margin:
    """Mean over prompts of a model's share minus retrieval's, and its 95 % interval (prompts drawn anew)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class PromptReport:
    """margins: {model: over all prompts}; known_margins: over those whose action the data contains."""

    models: tuple[str, ...]
    seeds: int
    rows: tuple[InstructionRow, ...]
    margins: dict[str, Margin]
    known_margins: dict[str, Margin]


def evaluate_prompts(
    models: Sequence[ModelRow],
    retrieval: Retrieval,
    *,
    seeds: int = 8,
    progress: Progress | None = None,
) -> PromptReport:
    """Every prompt of INSTRUCTIONS with seeds 0..seeds-1 by every model. Raises ValueError for fewer than one seed."""
    if seeds < 1:
        raise ValueError(f"seeds is {seeds}: at least 1 is needed")
    rows = []
    for done, row in enumerate(INSTRUCTIONS):
        rows.append(_row(row, models, retrieval, seeds))
        if progress:
            progress(done + 1, len(INSTRUCTIONS))
    names = tuple(model.name for model in models)
    known = [row for row in rows if row.real is not None]
    return PromptReport(
        names,
        seeds,
        tuple(rows),
        {name: margin(rows, name) for name in names},
        {name: margin(known, name) for name in names if known},
    )


def _row(row: Instruction, models: Sequence[ModelRow], retrieval: Retrieval, seeds: int) -> InstructionRow:
    prompts = [Prompt(row.prompt, row.seconds, -1, split=True)] * seeds  # -1: no clip's caption
    ours = {model.name: share(row, model.draw(prompts, range(seeds)).motions) for model in models}
    real = real_motions(row, retrieval.library)
    near = retrieval.motions(row.prompt, seeds)
    return InstructionRow(
        row.prompt, row.group, ours, share(row, real) if real else None, len(real), share(row, near)
    )


def real_motions(row: Instruction, library: Library, most: int = MAX_REAL) -> list[Motion]:
    """Clips of both splits that such a prompt describes, evenly spread.

    Hardly a recording is of somebody who does nothing: what shows standing are the stretches between gestures.
    """
    if row.actions == STANDING:
        return [library.motion(stand) for stand in spread(library.stands, most)]
    fitting = [number for number, entry in enumerate(library.store.entries) if row.fits(entry)]
    return [library.store.clip(number).motion for number in spread(fitting, most)]


def share(row: Instruction, motions: Sequence[Motion]) -> float:
    """Of the motions that do what the prompt says."""
    return float(np.mean([row.check(Observed(motion)) for motion in motions]))


def margin(rows: Sequence[InstructionRow], model: str, seed: int = 0) -> Margin:
    """How far a model is above retrieval."""
    return bootstrap([row.ours[model] - row.retrieval for row in rows], seed)


def bootstrap(values: Sequence[float], seed: int = 0) -> Margin:
    """The mean of one value a prompt: percentile bootstrap over the prompts."""
    known = np.array(values)
    picks = np.random.default_rng(seed).integers(len(known), size=(RESAMPLES, len(known)))
    low, high = np.percentile(known[picks].mean(axis=1), [2.5, 97.5])
    return Margin(float(known.mean()), float(low), float(high))


def mean_share(rows: Sequence[InstructionRow], column: str) -> float:
    """Mean over the rows that have the column: `real`, `retrieval` or a model's name."""
    values = [row.ours[column] if column in row.ours else getattr(row, column) for row in rows]
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else float("nan")


def report_to_markdown(report: PromptReport) -> str:
    """Prompt by prompt, group by group, and how far each model is above retrieval."""
    known = [row for row in report.rows if row.real is not None]
    columns = ("real", "retrieval", *report.models)
    lines = [
        f"{len(report.rows)} prompts x {report.seeds} seeds; share of motions that pass. *real*: real clips with such "
        "labels; *retrieval*: the clips of the nearest training captions.",
        "",
        "| prompt | group | *real* (clips) | *retrieval* | " + " | ".join(report.models) + " |",
        "| --- " * (len(columns) + 2) + "|",
    ]
    lines += [_markdown_row(row, report.models) for row in report.rows]
    for label, rows in (("**all**", report.rows), ("**actions the data contains**", known)):
        values = [f"**{mean_share(rows, column):.0%}**" for column in columns]
        lines.append(f"| {label} | {len(rows)} prompts | " + " | ".join(values) + " |")
    return "\n".join([*lines, "", *_groups(report), "", *_margins(report)]) + "\n"


def _markdown_row(row: InstructionRow, models: Sequence[str]) -> str:
    real = "–" if row.real is None else f"{row.real:.0%} ({row.real_clips})"
    ours = " | ".join(f"{row.ours[model]:.0%}" for model in models)
    return f"| {row.prompt} | {row.group} | {real} | {row.retrieval:.0%} | {ours} |"


def _groups(report: PromptReport) -> list[str]:
    names = dict.fromkeys(row.group for row in report.rows)
    groups = {name: [row for row in report.rows if row.group == name] for name in names}
    return [
        f"{model}: "
        + ", ".join(f"{name} {mean_share(rows, model):.0%}" for name, rows in groups.items())
        + "."
        for model in ("retrieval", *report.models)
    ]


def _margins(report: PromptReport) -> list[str]:
    lines = ["Above retrieval, in percentage points, with the 95 % interval over prompts:", ""]
    for label, margins in (("all", report.margins), ("actions the data contains", report.known_margins)):
        for model, found in margins.items():
            low, mean, high = (100 * value for value in (found.low, found.mean, found.high))
            lines.append(f"* {model}, {label}: {mean:+.1f} ({low:+.1f} to {high:+.1f})")
    return lines


def write_report(report: PromptReport, folder: str | Path) -> tuple[Path, Path]:
    """`prompts.md` and `prompts.json` in `folder`."""
    return write_tables(folder, "prompts", report_to_markdown(report), asdict(report))
