"""What the questions of `laban evaluate --wordings` are worth: real clips of the action that pass, and all others.

python training/measure_questions.py --data data_prepared

Clips of the action are those whose captions say it (motion_core/metrics/prompts/further.py). The others are the clips
with captions of which none says it. docs/measures.md has the table.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.data.store import ClipStore
from motion_core.metrics.benchmark.split import spread
from motion_core.metrics.prompts.further import KINDS, Kind
from motion_core.metrics.prompts.observed import Observed

SHORTEST = 16  # frames


def table(store: ClipStore, kinds: tuple[Kind, ...] = KINDS, most: int = 100_000) -> str:
    """One row a question, as markdown. most: how many other clips are looked at, evenly spread."""
    told = [k for k, e in enumerate(store.entries) if e["captions"] and e["frames"] >= SHORTEST]
    fitting = {kind: [k for k in told if kind.ask("", 1).fits(store.entries[k])] for kind in kinds}
    looked = {k for clips in fitting.values() for k in clips} | set(spread(told, most))
    seen: dict[int, dict[Kind, bool]] = {}
    for k in sorted(looked):
        observed = Observed(store.clip(k).motion)
        seen[k] = {kind: kind.check(observed) for kind in kinds}
    lines = [
        "| group | question | real clips that pass | of | other clips that pass | of |",
        "| --- " * 6 + "|",
    ]
    for kind in kinds:
        real = [seen[k][kind] for k in fitting[kind]]
        others = [seen[k][kind] for k in seen if not _said_at_all(kind, store.entries[k]["captions"])]
        lines.append(
            f"| {kind.group} | `{_name(kind)}` | {_share(real)} | {len(real)} | {_share(others)} | {len(others)} |"
        )
    return "\n".join(lines)


def _said_at_all(kind: Kind, captions: list[str]) -> bool:
    return any(re.search(kind.said, caption.lower()) for caption in captions)


def _share(passed: list[bool]) -> str:
    return f"{sum(passed) / len(passed):.0%}" if passed else "–"


def _name(kind: Kind) -> str:
    """Of the question: that of its function."""
    return kind.check.__qualname__.split(".")[0]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a prepared training set")
    parser.add_argument("--others", type=int, default=1000, help="other clips, evenly spread (default 1000)")
    args = parser.parse_args(argv)
    print(table(ClipStore.open(args.data), most=args.others))
    return 0


if __name__ == "__main__":
    sys.exit(main())
