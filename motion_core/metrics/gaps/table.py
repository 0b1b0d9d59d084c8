"""The table of in-betweening, for people (markdown) and for machines (JSON)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from motion_core.metrics.benchmark.table import Column, cell, write_tables
from motion_core.metrics.gaps.completion import Completion, CompletionRow

COLUMNS = (
    Column("l2p", "L2P", "down", 3),
    Column("l2q", "L2Q", "down", 3),
    Column("npss", "NPSS", "down", 4),
    Column("centimetres", "cm", "down", 2),
    Column("sliding", "foot sliding cm/s", "down", 1),
    Column("down", "feet down %", "real", 0, 100.0),
    Column("glide", "lower foot cm/s", "real", 1),
    Column("pop", "pop cm", "real", 1),
)
QUOTIENTS = (
    Column("l2p", "L2P / best interpolation", "down", 2),
    Column("sliding", "sliding / best interpolation", "down", 2),
)


def completion_to_markdown(table: Completion) -> str:
    """A line that says what was measured, one table, and the notes."""
    titles = [column.title for column in (*COLUMNS, *QUOTIENTS)]
    lines = [
        f"{table.windows} windows of {table.clips} clips of the split {table.split!r} at {table.fps:g} fps, "
        f"{table.before} frames before each gap and {table.after} after it; mean ± half of the 95 % confidence "
        "interval over clips. Less is better. **Bold**: the best interpolation, to which the quotients are taken.",
        "",
        "| gap | | " + " | ".join([*titles, "s a window"]) + " |",
        "| --- " * (len(titles) + 3) + "|",
        *(_row(row) for row in table.rows),
    ]
    if table.notes:
        lines += ["", *(f"* {note}" for note in table.notes)]
    return "\n".join(lines) + "\n"


def _row(row: CompletionRow) -> str:
    name = f"**{row.name}**" if row.best else row.name if row.seconds is not None else f"*{row.name}*"
    cells = [*_cells(row.values, COLUMNS), *_cells(row.over_best, QUOTIENTS)]
    cells.append(cell((row.seconds, None), Column("seconds", "", "down", 3)))
    return f"| {row.gap} | {name} | " + " | ".join(cells) + " |"


def _cells(values: dict[str, Any], columns: Sequence[Column]) -> list[str]:
    return [cell(values.get(column.key, (None, None)), column) for column in columns]


def completion_to_json(table: Completion) -> dict[str, Any]:
    """All figures; what could not be measured is null."""
    return asdict(table)


def write_completion(table: Completion, folder: str | Path) -> tuple[Path, Path]:
    """`completion.md` and `completion.json` in `folder`."""
    return write_tables(folder, "completion", completion_to_markdown(table), completion_to_json(table))
