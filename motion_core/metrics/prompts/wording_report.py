"""The wordings table: does it matter how one says it? Plain, paraphrased and typed prompts, by the same questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from motion_core.body.motion import Motion
from motion_core.metrics.benchmark.lineup import ModelRow
from motion_core.metrics.benchmark.retrieval import Retrieval
from motion_core.metrics.benchmark.split import Prompt
from motion_core.metrics.benchmark.table import write_tables
from motion_core.metrics.prompts.instructions import Instruction
from motion_core.metrics.prompts.observed import Observed
from motion_core.metrics.prompts.report import Margin, bootstrap, real_motions
from motion_core.metrics.prompts.wordings import KINDS, PLAIN, Worded, load_wordings

MAX_REAL = 20  # real clips a question at most; the prompt table looks at more
RETRIEVAL = "retrieval"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class WordedRow:
    """Shares in [0, 1] of motions that do what the prompt says.

    real: None where no real clip fits it. shares: {column: {wording: share}}; columns are retrieval and the models.
    sides: {column: {wording: [done on the side that is said, done on either side]}}, numbers of motions; empty
    where the prompt says no side.
    """

    prompt: str
    group: str
    wordings: dict[str, str]
    real: float | None
    real_clips: int
    shares: dict[str, dict[str, float]]
    sides: dict[str, dict[str, tuple[int, int]]]


@dataclass(frozen=True)
class WordingReport:
    """changes: {column: {wording: its share minus the plain one's}}, means over prompts with their 95 % interval."""

    models: tuple[str, ...]
    seeds: int
    rows: tuple[WordedRow, ...]
    changes: dict[str, dict[str, Margin]]

    @property
    def columns(self) -> tuple[str, ...]:
        return (RETRIEVAL, *self.models)


@dataclass
class _Judge:
    """Looks at motions; those of recorded clips once."""

    retrieval: Retrieval
    real: dict[tuple[object, ...], list[Observed]] = field(default_factory=dict)
    clips: dict[int, Observed] = field(default_factory=dict)

    def real_share(self, row: Instruction) -> tuple[float | None, int]:
        """(share of real clips that pass, how many clips)."""
        key = (row.actions, row.styles, row.sources, row.said, row.unsaid)
        if key not in self.real:
            self.real[key] = [
                Observed(motion) for motion in real_motions(row, self.retrieval.library, MAX_REAL)
            ]
        seen = self.real[key]
        return (float(np.mean([row.check(o) for o in seen])) if seen else None), len(seen)

    def nearest(self, sentence: str, count: int) -> list[Observed]:
        """The clips of the nearest training captions."""
        found = self.retrieval.nearest(sentence, count)
        for clip in found:
            if clip.index not in self.clips:
                self.clips[clip.index] = Observed(self.retrieval.library.motion(clip))
        return [self.clips[clip.index] for clip in found]


def evaluate_wordings(
    models: Sequence[ModelRow],
    retrieval: Retrieval,
    *,
    seeds: int = 8,
    progress: Progress | None = None,
    worded: Sequence[Worded] | None = None,
) -> WordingReport:
    """Every prompt in every wording with seeds 0..seeds-1 by every model; worded: others than those of wordings.toml.

    Raises ValueError for fewer than one seed.
    """
    if seeds < 1:
        raise ValueError(f"seeds is {seeds}: at least 1 is needed")
    prompts = load_wordings() if worded is None else tuple(worded)
    judge = _Judge(retrieval)
    made = _made(models, prompts, seeds, progress)
    rows = tuple(_row(place, prompt, judge, made, seeds) for place, prompt in enumerate(prompts))
    names = tuple(model.name for model in models)
    changes = {
        column: {
            kind: bootstrap([row.shares[column][kind] - row.shares[column][PLAIN] for row in rows])
            for kind in KINDS
            if kind != PLAIN
        }
        for column in (RETRIEVAL, *names)
    }
    return WordingReport(names, seeds, rows, changes)


Made = dict[tuple[str, str], list[Motion]]


def _made(
    models: Sequence[ModelRow], prompts: Sequence[Worded], seeds: int, progress: Progress | None
) -> Made:
    """{(model, wording): motions}, `seeds` a prompt one after another; a wording goes through a model at once."""
    made: Made = {}
    total = len(models) * len(KINDS)
    for model in models:
        for kind in KINDS:
            asked = [
                Prompt(prompt.wordings[kind], prompt.instruction.seconds, -1, split=True)
                for prompt in prompts
                for _ in range(seeds)
            ]
            made[model.name, kind] = model.draw(asked, list(range(seeds)) * len(prompts)).motions
            if progress:
                progress(len(made), total)
    return made


def _row(place: int, prompt: Worded, judge: _Judge, made: Made, seeds: int) -> WordedRow:
    seen = {
        RETRIEVAL: {kind: judge.nearest(prompt.wordings[kind], seeds) for kind in KINDS},
        **{name: {} for name, _ in made},
    }
    for (name, kind), motions in made.items():
        seen[name][kind] = [Observed(motion) for motion in motions[place * seeds : (place + 1) * seeds]]
    row = prompt.instruction
    real, clips = judge.real_share(row)
    shares = {
        column: {kind: float(np.mean([row.check(o) for o in of[kind]])) for kind in KINDS}
        for column, of in seen.items()
    }
    sides = {
        column: {kind: sides_of(row, of[kind]) for kind in KINDS if prompt.sided}
        for column, of in seen.items()
    }
    return WordedRow(row.prompt, row.group, prompt.wordings, real, clips, shares, sides)


def sides_of(row: Instruction, seen: Sequence[Observed]) -> tuple[int, int]:
    """(motions that do it on the side that is said, motions that do it on either side).

    A motion does it on the other side if its mirror image passes.
    """
    right = sum(bool(row.check(o)) for o in seen)
    wrong = sum(not row.check(o) and bool(row.check(Observed(o.motion.mirror()))) for o in seen)
    return right, right + wrong


def mean_share(rows: Sequence[WordedRow], column: str, kind: str) -> float:
    return float(np.mean([row.shares[column][kind] for row in rows]))


def wordings_to_markdown(report: WordingReport) -> str:
    """By group and in all, sides, what another wording costs, and prompt by prompt."""
    groups = dict.fromkeys(row.group for row in report.rows)
    by_group = {name: [row for row in report.rows if row.group == name] for name in groups}
    lines = [
        f"{len(report.rows)} prompts x {report.seeds} seeds in three wordings; share of motions that pass. "
        "*real*: real clips with such labels or captions; *retrieval*: the clips of the nearest training captions.",
        "",
        _head(report, "group"),
        *(_summary(report, name, rows) for name, rows in by_group.items()),
        _summary(report, "**all**", report.rows),
        "",
        *_sides(report),
        "",
        *_changes(report),
        "",
        _head(report, "prompt"),
        *(_summary(report, row.prompt, [row]) for row in report.rows),
    ]
    return "\n".join(lines) + "\n"


def _head(report: WordingReport, first: str) -> str:
    titles = [f"{column}, {kind}" for column in report.columns for kind in KINDS]
    return (
        f"| {first} | prompts | *real* | " + " | ".join(titles) + " |\n" + "| --- " * (len(titles) + 3) + "|"
    )


def _summary(report: WordingReport, title: str, rows: Sequence[WordedRow]) -> str:
    known = [row.real for row in rows if row.real is not None]
    real = f"{np.mean(known):.0%}" if known else "–"
    cells = [f"{mean_share(rows, column, kind):.0%}" for column in report.columns for kind in KINDS]
    return f"| {title} | {len(rows)} | {real} | " + " | ".join(cells) + " |"


def _sides(report: WordingReport) -> list[str]:
    """Of the motions that do it on either side, the share on the side that is said."""
    sided = [row for row in report.rows if any(row.sides.values())]
    lines = [
        f"Sides: {len(sided)} prompts say left or right. Of the motions that do it on either side, these are right:",
        "",
    ]
    for column in report.columns:
        told = []
        for kind in KINDS:
            right, either = np.sum([row.sides[column][kind] for row in sided] or [(0, 0)], axis=0)
            told.append(f"{kind} {right / either:.0%} of {either}" if either else f"{kind} –")
        lines.append(f"* {column}: {', '.join(told)}")
    return lines


def _changes(report: WordingReport) -> list[str]:
    lines = ["Against the plain wording, in percentage points, with the 95 % interval over prompts:", ""]
    for column in report.columns:
        told = [
            f"{kind} {100 * m.mean:+.1f} ({100 * m.low:+.1f} to {100 * m.high:+.1f})"
            for kind, m in report.changes[column].items()
        ]
        lines.append(f"* {column}: {', '.join(told)}")
    return lines


def write_wordings(report: WordingReport, folder: str | Path) -> tuple[Path, Path]:
    """`wordings.md` and `wordings.json` in `folder`."""
    return write_tables(folder, "wordings", wordings_to_markdown(report), asdict(report))
