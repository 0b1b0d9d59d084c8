r"""Captions -> the corpus of a text head: sentences that say the same, told otherwise, and what only looks like them.

    python training/prepare_sentences.py --captions captions.csv --store data_prepared --pool data_prepared/pool \
        --out corpus

CSV: columns clip_id, caption and (optionally) split; captions of one clip say the same. The motion is not needed.
Clips that the prepared set holds out are left out; the table's own validation clips measure the head.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.data.dataset import TrainingSet
from motion_core.data.mirrored_text import mentions_side, mirror_text
from motion_core.data.sentences import build_corpus
from motion_core.data.store import ClipStore
from motion_core.text import load_text_encoder

console = Console(stderr=True)
Group = tuple[tuple[str, ...], str]


def table_groups(path: Path, held_out: set[str]) -> Iterator[Group]:
    """Captions of each clip that is not held out, and mirrored where they name a side."""
    clips: dict[str, list[str]] = defaultdict(list)
    splits: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            clips[row["clip_id"]].append(" ".join(row["caption"].lower().split()))
            splits[row["clip_id"]] = "val" if row.get("split") == "val" else "train"
    for clip, captions in clips.items():
        if clip in held_out:
            continue
        yield tuple(captions), splits[clip]
        if splits[clip] == "train" and any(map(mentions_side, captions)):
            yield tuple(map(mirror_text, captions)), "train"


def pool_groups(folder: Path, most: int, seed: int = 0) -> Iterator[Group]:
    """Sentences of training samples that have two or more, `most` groups at most."""
    pool = TrainingSet.open(folder)
    offsets, ids = pool.table["caption_offsets"], pool.table["caption_ids"]
    groups = {tuple(sorted(set(ids[offsets[row] : offsets[row + 1]].tolist()))) for row in pool.train_rows}
    several = sorted(group for group in groups if len(group) > 1)
    chosen = np.random.default_rng(seed).permutation(len(several))[:most]
    for number in chosen:
        yield tuple(pool.captions[i].lower() for i in several[number]), "train"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--captions", type=Path, required=True, help="table of captions")
    parser.add_argument("--store", type=Path, help="prepared set whose held-out clips stay unread")
    parser.add_argument("--pool", type=Path, help="pool whose sentences are in, too")
    parser.add_argument("--most", type=int, default=2000, help="groups of the pool (default: 2000)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the corpus")
    options = parser.parse_args(argv)
    try:
        held_out = set()
        if options.store:
            entries = ClipStore.open(options.store).entries
            held_out = {entry["id"] for entry in entries if entry["split"] == "val"}
        groups = list(table_groups(options.captions, held_out))
        if options.pool:
            groups += pool_groups(options.pool, options.most)
        encoder = load_text_encoder()
        encoder.network.bfloat16()  # three times as fast; states differ by a hundredth, which training does not feel
        about = build_corpus(groups, encoder, options.out, report=console.log)
    except (ValueError, KeyError, OSError) as error:
        console.print(f"[red]error:[/red] {error}", highlight=False)
        return 1
    console.log(f"{options.out}: {about['groups']} groups, {about['sentences']} sentences")
    return 0


if __name__ == "__main__":
    sys.exit(main())
