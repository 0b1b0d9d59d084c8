"""What a training set holds, source by source: recordings, hours, clips, captions, and how much of it is held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from motion_core.data.store import ClipStore

TOTAL = "all"


@dataclass
class Holdings:
    """Counts of one source; hours of all its clips. described: clips with captions that people wrote for them."""

    source: str
    recordings: int = 0
    hours: float = 0.0
    clips: int = 0
    described: int = 0
    captions: int = 0
    titled: int = 0  # clips with a title or one-line description alone
    labelled: int = 0  # clips with an action's label alone
    held_out: int = 0
    held_out_captions: int = 0
    official_held_out: int = 0


HEADINGS = {
    "source": "source", "recordings": "recordings", "hours": "hours", "clips": "clips",
    "described": "described by people", "captions": "captions", "titled": "with a title", "labelled": "with a label",
    "held_out": "held out", "held_out_captions": "captions held out", "official_held_out": "official val clips",
}  # fmt: skip


def holdings(store: ClipStore) -> list[Holdings]:
    """One row for each source, then one for all together."""
    rows = [
        _counted(source, [e for e in store.entries if e["source"] == source], store.fps)
        for source in store.sources
    ]
    return [*rows, _counted(TOTAL, store.entries, store.fps)]


def _counted(source: str, entries: Sequence[dict[str, Any]], fps: float) -> Holdings:
    row = Holdings(source, len({e.get("recording") or e["id"] for e in entries}))
    for entry in entries:
        held, weak = entry["split"] == "val", entry.get("weak", False)
        captions = 0 if weak else len(entry["captions"])
        row.hours += entry["frames"] / fps / 3600
        row.clips += 1
        row.described += captions > 0
        row.captions += captions
        row.titled += weak and len(entry["captions"]) > 0
        row.labelled += not entry["captions"] and entry["action"] is not None
        row.held_out += held
        row.held_out_captions += captions * held
        row.official_held_out += entry.get("official") == "val"
    return row


def markdown(rows: Sequence[Holdings]) -> str:
    """The rows as a table of a document."""
    names = [f.name for f in fields(Holdings)]
    lines = [[HEADINGS[name] for name in names], ["---", *["---:"] * (len(names) - 1)]]
    lines += [[_cell(getattr(row, name)) for name in names] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: float | str) -> str:
    return f"{value:.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value
