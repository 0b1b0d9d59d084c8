"""The table of the evaluation, for people (markdown) and for machines (JSON)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from motion_core.formats.files import atomic_write
from motion_core.metrics.benchmark.benchmark import Benchmark, Interval, RowResult


@dataclass(frozen=True)
class Column:
    """key: of `RowResult.values`. better: up, down, or real (the nearer to the real row the better)."""

    key: str
    title: str
    better: str
    digits: int = 2
    factor: float = 1.0


COLUMNS = (
    Column("fd", "FD_TMR", "down", 3),
    Column("tmr_score", "TMR-Score", "up", 3),
    Column("r1_32", "R@1", "up", 3),
    Column("r2_32", "R@2", "up", 3),
    Column("r3_32", "R@3", "up", 3),
    Column("distance", "matching distance", "down", 3),
    Column("precision", "precision", "up", 3),
    Column("recall", "recall", "up", 3),
    Column("density", "density", "up", 3),
    Column("coverage", "coverage", "up", 3),
    Column("diversity", "diversity", "real", 3),
    Column("multimodality", "multimodality", "real", 3),
    Column("sliding", "foot sliding cm/s", "down", 1),
    Column("penetration", "penetration cm", "down", 2),
    Column("floating", "floating cm", "down", 2),
    Column("jerk", "jerk m/s³", "real", 1),
    Column("near_copies", "near copies %", "down", 1, 100.0),
)
ARROWS = {"up": " ↑", "down": " ↓", "real": " →"}
MISSING = "–"


def benchmark_to_markdown(benchmark: Benchmark) -> str:
    """A line that says what was measured, one table, and the notes."""
    columns = [c for c in COLUMNS if any(c.key in row.values for row in benchmark.rows)]
    titles = [c.title + ARROWS[c.better] for c in columns]
    lines = [
        f"{benchmark.clips} clips of the split {benchmark.split!r}, {benchmark.replications} replications; mean ± half "
        "of the 95 % confidence interval. ↑ more is better, ↓ less is better, → like *real* is better.",
        "",
        "| | " + " | ".join([*titles, "s a motion, alone (batched)", "memory MB"]) + " |",
        "| --- " * (len(columns) + 3) + "|",
    ]
    lines += [_row(row, columns) for row in benchmark.rows]
    if benchmark.notes:
        lines += ["", *(f"* {note}" for note in benchmark.notes)]
    return "\n".join(lines) + "\n"


def _row(row: RowResult, columns: Sequence[Column]) -> str:
    name = row.name if row.cost or row.seconds else f"*{row.name}*"
    cells = [cell(row.values.get(column.key, (None, None)), column) for column in columns]
    return f"| {name} | " + " | ".join([*cells, _seconds(row), _memory(row)]) + " |"


def cell(value: Interval, column: Column) -> str:
    """(mean, half width) as text; what could not be measured is a dash."""
    mean, half = value
    if mean is None:
        return MISSING
    text = f"{mean * column.factor:.{column.digits}f}"
    return text if half is None else f"{text} ± {half * column.factor:.{column.digits}f}"


def _seconds(row: RowResult) -> str:
    alone = f"{row.cost.seconds:.3f}" if row.cost else MISSING
    return MISSING if row.seconds is None else f"{alone} ({row.seconds:.3f})"


def _memory(row: RowResult) -> str:
    return MISSING if row.cost is None or row.cost.memory is None else f"{row.cost.memory:.0f}"


def benchmark_to_json(benchmark: Benchmark) -> dict[str, Any]:
    """All figures, also those the table has no room for; what could not be measured is null."""
    return asdict(benchmark)


def write_benchmark(benchmark: Benchmark, folder: str | Path) -> tuple[Path, Path]:
    """`benchmark.md` and `benchmark.json` in `folder`."""
    return write_tables(folder, "benchmark", benchmark_to_markdown(benchmark), benchmark_to_json(benchmark))


def write_tables(folder: str | Path, stem: str, markdown: str, data: Any) -> tuple[Path, Path]:
    """A table for people and for machines: the files STEM.md and STEM.json in `folder`."""
    figures = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    paths = Path(folder) / f"{stem}.md", Path(folder) / f"{stem}.json"
    for path, content in zip(paths, (markdown, figures)):
        with atomic_write(path, "w") as file:
            file.write(content)
    return paths
