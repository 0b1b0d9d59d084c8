"""How near the held-out clips of a training set lie to its training clips: does a split reward remembering?

    python training/measure_split.py data_prepared
    python training/measure_split.py data_prepared --official --described

Nearest: the smallest mean joint distance, metres, to any training window or its mirror image, moved over the floor
and turned to fit best (`metrics/measures/copies.py`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.data.library import official_split
from motion_core.data.store import ClipStore
from motion_core.metrics.measures.copies import NEAR, CopyIndex

WINDOW = 196  # frames of a held-out clip that are looked for at most


def chosen(store: ClipStore, split: str, described: bool) -> list[int]:
    """Numbers of a split's clips, those that people described alone if so wished."""
    return [
        number
        for number, entry in enumerate(store.entries)
        if entry["split"] == split and (not described or (entry["captions"] and not entry.get("weak", False)))
    ]


def nearest_distances(store: ClipStore, numbers: Sequence[int]) -> np.ndarray:
    """Metres (N,) from each of the clips to the nearest training window."""
    index = CopyIndex.build(store.clip(number).motion for number in chosen(store, "train", False))
    clips = (store.clip(number).motion.slice(0, WINDOW) for number in numbers)
    shown = track(clips, "held-out clips", total=len(numbers), console=Console(stderr=True))
    return np.array([index.nearest(clip).distance for clip in shown])


def spread(distances: np.ndarray) -> dict[str, Any]:
    """Share within NEAR and quantiles in centimetres, of metres (N,)."""
    quantiles = {
        f"{q} % (cm)": round(100 * float(np.quantile(distances, q / 100)), 2) for q in (10, 25, 50, 75)
    }
    return {
        "clips": len(distances),
        f"within {100 * NEAR:g} cm (%)": round(100 * float(np.mean(distances <= NEAR)), 1),
        **quantiles,
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("store", type=Path, help="folder made by training/prepare_*.py")
    parser.add_argument("--official", action="store_true", help="HumanML3D's split instead of the own one")
    parser.add_argument("--described", action="store_true", help="only clips that people described")
    parser.add_argument("--limit", type=int, help="at most so many held-out clips, evenly chosen")
    options = parser.parse_args(argv)
    try:
        store = ClipStore.open(options.store)
        store = official_split(store) if options.official else store
        numbers = chosen(store, "val", options.described)
        if not numbers:
            raise ValueError(f"{options.store} has no such clip in its validation split")
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.limit and options.limit < len(numbers):
        numbers = [numbers[i] for i in np.linspace(0, len(numbers) - 1, options.limit).astype(int)]
    distances = nearest_distances(store, numbers)
    by_source = {
        source: spread(part)
        for source in store.sources
        if len(part := distances[[store.entries[n]["source"] == source for n in numbers]])
    }
    print(json.dumps({"all": spread(distances), **by_source}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
