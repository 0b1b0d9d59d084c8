"""Going on measured: models and simple rules continue real motion for a second, and how far off they are.

One stretch of each recording, from the middle of its clip: PAST seconds are shown, NEXT seconds are asked for, without
words. `run_continuing` is all that `laban evaluate --task continue` prints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.data.library import numbers_of
from motion_core.data.store import SPLITS, ClipStore
from motion_core.editing.carry_on import carry_on
from motion_core.metrics.benchmark.contenders import Contender
from motion_core.metrics.benchmark.split import source_notes, spread
from motion_core.metrics.benchmark.table import Column, cell, write_tables
from motion_core.metrics.measures.estimate import Estimate, Interval
from motion_core.metrics.measures.physical import physical_scores
from motion_core.tasks import Complete, Generate, TaskError, check_integer

PAST, NEXT = 3.0, 1.0  # seconds
Progress = Callable[[int, int], None]
COLUMNS = (
    Column("second", "cm, mean of the second", "down", 1),
    Column("end", "cm, at its end", "down", 1),
    Column("sliding", "foot sliding cm/s", "down", 1),
    Column("jerk", "jerk m/s³", "real", 1),
)


@dataclass(frozen=True, eq=False)
class Ending:
    """A stretch of a clip: what is shown, and all of it."""

    past: Motion
    whole: Motion


@dataclass(frozen=True)
class ContinuingRow:
    """values: {figure: (mean, half width)} over recordings."""

    name: str
    values: dict[str, Interval]


@dataclass(frozen=True)
class Continuing:
    """One table."""

    split: str
    recordings: int
    rows: tuple[ContinuingRow, ...]
    notes: tuple[str, ...] = ()


def zero_velocity(past: Motion, frames: int) -> Motion:
    """The last pose, held."""
    return past.at_frames(np.arange(len(past) + frames))


def constant_velocity(past: Motion, frames: int) -> Motion:
    """The last pose, carried over the floor by the last step."""
    held = zero_velocity(past, frames)
    trans = held.trans.copy()
    trans[len(past) :, :2] += np.arange(1, frames + 1)[:, None] * (past.trans[-1] - past.trans[-2])[:2]
    return replace(held, trans=trans)


RULES: dict[str, Callable[[Motion, int], Motion]] = {
    "zero velocity": zero_velocity,
    "constant velocity": constant_velocity,
    "its own cycle, or straight on": carry_on,
}


def load_endings(
    store: ClipStore, name: str = "val", limit: int | None = None, sources: Sequence[str] | None = None
) -> list[Ending]:
    """A stretch of every recording of a split that is long enough, of at most `limit` of them, evenly spread.

    Raises TaskError for an unknown split or limit, ValueError for an unknown source and where none is long enough.
    """
    if name not in SPLITS:
        raise TaskError(f"the split is {name!r}: use {' or '.join(SPLITS)}")
    past, frames = round(PAST * store.fps), round((PAST + NEXT) * store.fps)
    first: dict[str, int] = {}
    for k in numbers_of(store, name, sources):
        entry = store.entries[k]
        if entry["frames"] >= frames:
            first.setdefault(entry.get("recording") or entry["id"], k)
    if not first:
        raise ValueError(f"no clip of the split {name!r} has {PAST + NEXT:g} seconds")
    found = []
    for k in spread(list(first.values()), check_integer("--limit", limit, 1, 10**9) if limit else len(first)):
        motion = store.clip(k).motion
        start = (len(motion) - frames) // 2
        found.append(Ending(motion.slice(start, start + past), motion.slice(start, start + frames)))
    return found


def score(endings: Sequence[Ending], made: Sequence[Motion]) -> dict[str, Interval]:
    """The figures of continuations, one for each ending."""
    rows: dict[str, list[float]] = {column.key: [] for column in COLUMNS}
    for ending, motion in zip(endings, made, strict=True):
        new = len(ending.past)
        apart = 100 * np.linalg.norm((motion.joints() - ending.whole.joints())[new:], axis=-1).mean(1)
        looks = physical_scores(motion.slice(new - 1))
        values = {"second": apart.mean(), "end": apart[-1], "sliding": looks.sliding, "jerk": looks.jerk}
        for key, value in values.items():
            rows[key].append(float(value))
    return {key: _interval(np.array(values)) for key, values in rows.items()}


def _interval(values: np.ndarray) -> Interval:
    known = values[np.isfinite(values)]
    return Estimate.of_sums(known, np.ones(len(known))).interval()


def run_continuing(
    names: Sequence[str],
    store: ClipStore,
    *,
    split: str = "val",
    limit: int | None = None,
    sources: Sequence[str] | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> Continuing:
    """Real motion, simple rules and models. Raises what `load_endings` and `Contender.load` raise."""
    endings = load_endings(store, split, limit, sources)
    count = round(NEXT * store.fps)
    rows = [ContinuingRow("real", score(endings, [ending.whole for ending in endings]))]
    rows += [
        ContinuingRow(name, score(endings, [rule(ending.past, count) for ending in endings]))
        for name, rule in RULES.items()
    ]
    for contender in map(Contender.parse, names):
        generator = contender.load(device)
        if Complete.name not in generator.card.tasks:
            raise TaskError(f"model {contender.model!r} cannot complete: it can {Generate.name}")
        jobs = [
            (Complete(e.past, ((0, len(e.past)),), seconds=PAST + NEXT), contender.sampling(seed))
            for seed, e in enumerate(endings)
        ]
        rows.append(ContinuingRow(contender.name, score(endings, generator.run_batch(jobs, progress))))
    return Continuing(split, len(endings), tuple(rows), tuple(source_notes(sources)))


def continuing_to_markdown(table: Continuing) -> str:
    """A line that says what was measured, one table, and the notes."""
    lines = [
        f"{table.recordings} recordings of the split {table.split!r}: {PAST:g} s are shown, {NEXT:g} s made, without "
        "words; mean ± half of the 95 % confidence interval.",
        "",
        "| | " + " | ".join(column.title for column in COLUMNS) + " |",
        "| --- " * (len(COLUMNS) + 1) + "|",
        *(
            f"| {row.name} | " + " | ".join(cell(row.values[column.key], column) for column in COLUMNS) + " |"
            for row in table.rows
        ),
        *(f"\n* {note}" for note in table.notes),
    ]
    return "\n".join(lines) + "\n"


def continuing_to_json(table: Continuing) -> dict[str, Any]:
    """All figures; what could not be measured is null."""
    return asdict(table)


def write_continuing(table: Continuing, folder: str | Path) -> tuple[Path, Path]:
    """`continuing.md` and `continuing.json` in `folder`."""
    return write_tables(folder, "continuing", continuing_to_markdown(table), continuing_to_json(table))
