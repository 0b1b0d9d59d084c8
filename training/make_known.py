"""Makes what `laban knows` compares a sentence with, from a training set and the plain list `hearing/known.toml`.

python training/make_known.py --data data_prepared
Captions are kept as quantised vectors alone. The threshold is set on captions of the held-out half.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.data.phrases import phrases_for
from motion_core.data.store import ClipStore
from motion_core.hearing.known import KNOWN, Known, Thing, read_known, read_plain, save_known
from motion_core.hearing.languages import foreign_vectors, installed
from motion_core.hearing.spelling import spell
from motion_core.text import shared_encoder

TOGETHER = 256  # sentences that are encoded together
WIDTH = 128  # of the basis that training sentences are kept in
SENTENCES = 6  # made for a label
SHOWS = 0.66  # cosine of a clip's sentence and a thing that it shows
LEAST_CLIPS = 3  # that show a thing which is known
MISSED = 0.025  # share of held-out captions that may be called far


def vectors(texts: list[str]) -> np.ndarray:
    """(N,D) float32, length 1."""
    encoder = shared_encoder("minilm")
    parts = [texts[n : n + TOGETHER] for n in range(0, len(texts), TOGETHER)]
    return np.concatenate([encoder.encode(part).pooled.numpy() for part in parts])


def sentences_of(entry: dict[str, Any], made: dict[tuple[str, str], tuple[str, ...]]) -> tuple[str, ...]:
    """What a clip is trained with: its captions, or sentences made of its label."""
    if entry["captions"] or not entry["action"]:
        return tuple(spell(text).text.lower() for text in entry["captions"])
    label = (entry["action"], entry["style"] or "normal")
    if label not in made:
        made[label] = tuple(phrases_for(*label, np.random.default_rng(0), SENTENCES))
    return made[label]


def sentences_by_clip(data: Path, split: str) -> list[tuple[str, ...]]:
    """The sentences of each clip of one half."""
    made: dict[tuple[str, str], tuple[str, ...]] = {}
    entries = ClipStore.open(data).entries
    return [sentences_of(entry, made) for entry in entries if entry["split"] == split]


def held_out_captions(data: Path, learnt: set[str]) -> list[str]:
    """Captions that people wrote for clips of the held-out half, and that no clip of the other half has."""
    entries = ClipStore.open(data).entries
    found = {t for e in entries if e["split"] == "val" and not e["weak"] for t in e["captions"]}
    return sorted(text for text in found if spell(text).text.lower() not in learnt)


def clips_showing(plain: np.ndarray, rows: dict[str, np.ndarray], clips: list[tuple[str, ...]]) -> np.ndarray:
    """How many clips have a sentence near each thing (M,). plain (M,D)."""
    count = np.zeros(len(plain), dtype=int)
    for sentences in clips:
        if sentences:
            near = np.stack([rows[text] for text in sentences]) @ plain.T  # (K,M)
            count += near.max(axis=0) >= SHOWS
    return count


def make_known(data: Path, things: tuple[Thing, ...]) -> Known:
    """All but the threshold, which is still 0."""
    clips = sentences_by_clip(data, "train")
    texts = sorted({text for sentences in clips for text in sentences})
    learnt = vectors(texts)
    plain = vectors([thing.sentence for thing in things])
    counts = clips_showing(plain, dict(zip(texts, learnt)), clips)
    kept = np.flatnonzero(counts >= LEAST_CLIPS)
    for n in np.flatnonzero(counts < LEAST_CLIPS):
        print(f"not known, {counts[n]} clips: {things[n].text}", file=sys.stderr)
    shown = tuple(Thing(things[n].text, things[n].group, int(counts[n])) for n in kept)
    _, _, axes = np.linalg.svd(learnt, full_matrices=False)  # (D,D)
    basis = axes[:WIDTH].T
    foreign = foreign_vectors([t.sentence for t in shown]) if installed() else np.zeros((len(shown), 0))
    return Known(shown, plain[kept], basis, learnt @ basis, 0.0, foreign)


def threshold(known: Known, captions: list[str]) -> float:
    """The closeness that all but the MISSED farthest of the captions reach."""
    if not captions:
        raise ValueError("there are no held-out captions to set the threshold on: give it with --far")
    closeness = [known.closeness(row) for row in vectors([spell(text).text for text in captions])]
    return round(float(np.quantile(closeness, MISSED)), 3)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="a prepared training set")
    parser.add_argument("--far", type=float, help="the threshold, instead of one set on held-out captions")
    parser.add_argument("--out", type=Path, default=KNOWN, help="default: where the library reads it")
    options = parser.parse_args(arguments)
    try:
        known = make_known(options.data, read_plain())
        learnt = {text for sentences in sentences_by_clip(options.data, "train") for text in sentences}
        captions = held_out_captions(options.data, learnt)
        far = options.far or threshold(known, captions[::2])  # the others are for `measure_knowing.py`
        save_known(options.out, Known(**{**vars(known), "far": far}))
        known = read_known(options.out)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(
        f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB, {len(known.things)} things, "
        f"{len(known.learnt)} training sentences, far below {known.far:g}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
