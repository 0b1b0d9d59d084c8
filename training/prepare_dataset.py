"""A training set (clips and captions) -> the training pool: augmented samples, features, sentence embeddings.

    python training/prepare_dataset.py --store data_prepared --out data_prepared/pool
    python training/prepare_dataset.py --store data_prepared --out pool-open --free-only --size 8000

With the full HumanML3D give --size 1: every clip and its mirror image, and nothing made up.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import fields
from pathlib import Path

from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

console = Console(stderr=True)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--store", type=Path, help="folder made by training/prepare_*.py")
    source.add_argument(
        "--pool", type=Path, help="a pool that is there already: only its sentences are summed up anew"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the pool")
    parser.add_argument("--size", type=int, default=24_000, help="train samples (default: 24000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--features", default="smpl205", help="how motions are written (default: smpl205)")
    parser.add_argument("--min-frames", type=int, default=16, help="shorter clips are left out (default: 16)")
    parser.add_argument(
        "--max-frames", type=int, default=196, help="longest sample of a batch (default: 196)"
    )
    parser.add_argument("--phrases", type=int, default=6, help="sentences per label-only sample (default: 6)")
    parser.add_argument(
        "--mix", metavar="NAME=SHARE", nargs="*", default=[],
        help="shares of the made samples: scaled, composed, chained, rested, stood, real, real_joined",
    )  # fmt: skip
    parser.add_argument(
        "--no-seen", action="store_true", help="no parts of captured clips in which a single deed is seen"
    )
    parser.add_argument(
        "--like", type=Path, metavar="POOL",
        help="features are normalised as in that pool, so that a model trained on it can go on",
    )  # fmt: skip
    parser.add_argument("--sources", nargs="*", help="only clips of these sources (default: all)")
    parser.add_argument(
        "--free-only", action="store_true", help="leave out clips with a non-commercial licence"
    )
    parser.add_argument(
        "--official", action="store_true", help="HumanML3D's split instead of the one by recording"
    )
    parser.add_argument(
        "--no-captions", action="store_true", help="no sentences; clips of which nothing is known are in, too"
    )
    parser.add_argument("--text-encoder", default="minilm")
    parser.add_argument("--text-encoder-folder", type=Path, help="where the encoder lies, if not installed")
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 8))
    parser.add_argument("--json", action="store_true", help="print what was made as JSON")
    return parser.parse_args(argv)


def _shares(pairs: list[str]) -> dict[str, float]:
    from motion_core.data.samples import Mix

    shares, known = {}, [f.name for f in fields(Mix)]
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name not in known:
            raise ValueError(f"--mix {pair}: unknown share {name!r}; use one of {', '.join(known)}")
        try:
            shares[name] = float(value)
        except ValueError:
            raise ValueError(f"--mix {pair}: {value!r} is not a number; write {name}=0.3") from None
    return shares


def main(argv: list[str] | None = None) -> int:
    options = _arguments(argv)
    os.environ.setdefault(
        "OMP_NUM_THREADS", "1"
    )  # several processes share the cores; set before torch is loaded
    from motion_core.data.library import official_split, selected
    from motion_core.data.pool import DatasetConfig, build_training_set, stats_of, told_anew
    from motion_core.data.samples import Mix
    from motion_core.data.store import ClipStore
    from motion_core.text import load_text_encoder

    started = time.monotonic()
    try:
        config = DatasetConfig(
            seed=options.seed,
            size=options.size,
            min_frames=options.min_frames,
            max_frames=options.max_frames,
            phrases=options.phrases,
            mix=Mix(**_shares(options.mix)),
            features=options.features,
            seen=not options.no_seen,
        )
        if options.pool:
            encoder = load_text_encoder(options.text_encoder, options.text_encoder_folder)
            about = told_anew(options.pool, encoder, options.out)
            console.log(f"{options.out}: the sentences of {options.pool} by {about['text_encoder']}")
            return 0
        store = ClipStore.open(options.store)
        store = selected(
            official_split(store) if options.official else store, options.sources, options.free_only
        )
        encoder = (
            None
            if options.no_captions
            else load_text_encoder(options.text_encoder, options.text_encoder_folder)
        )
        about = build_training_set(
            store,
            encoder,
            config,
            options.out,
            workers=options.workers,
            report=console.log,
            stats=stats_of(options.like, options.features) if options.like else None,
        )
    except (ValueError, OSError) as error:
        console.print(f"[red]error:[/red] {error}", highlight=False)
        return 1
    if options.json:
        print(json.dumps(about))
    hours = about["frames"] / about["fps"] / 3600
    console.log(f"{options.out}: {about['samples']}, {hours:.1f} h, {about['sentences']} sentences")
    console.log(f"groups {dict(about['groups'])}; {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
