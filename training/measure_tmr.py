"""How well a retrieval model finds: sentences against the validation motions of a pool, left and right included.

python training/measure_tmr.py runs/tmr/ema.safetensors --data data_prepared/pool
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch

from motion_core.body.motion import Motion
from motion_core.data.dataset import TrainingSet
from motion_core.data.mirrored_text import mentions_side, mirror_text
from motion_core.embedding import Embedder, load_embedder
from motion_core.metrics.measures.matching import gallery_scores, matching_scores
from motion_core.train.negatives import FalseNegatives

BATCHES = (32, 64)
REPEATS = 20
RANKS = (1, 3)


def unit(points: np.ndarray) -> np.ndarray:
    return points / np.linalg.norm(points, axis=-1, keepdims=True)


def val_clips(data: TrainingSet) -> tuple[list[Motion], list[list[str]]]:
    """Every validation motion and its sentences."""
    table, motions, captions = data.table, [], []
    for row in data.val_rows.tolist():
        motions.append(data.kind.decode(data.stats.denormalize(data.clip(row)), data.fps))
        first, last = table["caption_offsets"][row : row + 2]
        captions.append([data.captions[i] for i in table["caption_ids"][first:last]])
    return motions, captions


def forgiving_recall(
    similarity: np.ndarray, alike: np.ndarray, batch: int, rng: np.random.Generator
) -> dict[str, float]:
    """Recall in random batches where a motion that the sentence is true of too counts as found."""
    hits: dict[int, list[float]] = {k: [] for k in RANKS}
    for _ in range(REPEATS):
        order = rng.permutation(len(similarity))
        for start in range(0, len(order) - batch + 1, batch):
            part = np.ix_(order[start : start + batch], order[start : start + batch])
            best = np.argsort(-similarity[part], axis=1)
            true = np.take_along_axis(alike[part], best, axis=1)
            for k in RANKS:
                hits[k].append(float(true[:, :k].any(1).mean()))
    return {f"r{k}": float(np.mean(values)) for k, values in hits.items()}


def side_scores(embedder: Embedder, points: np.ndarray, captions: list[list[str]]) -> dict[str, float]:
    """How often a sentence that names a side is nearer to its motion than the sentence of the mirror image is."""
    told = [(row, c) for row, sentences in enumerate(captions) for c in sentences if mentions_side(c)]
    if not told:
        raise ValueError("no validation sentence names a side: nothing to compare")
    motion = unit(points)[[row for row, _ in told]]
    true = unit(embedder.texts([c for _, c in told]))
    false = unit(embedder.texts([mirror_text(c) for _, c in told]))
    margin = np.sum(motion * (true - false), axis=1)
    return {"sentences": len(told), "right": float(np.mean(margin > 0)), "margin": float(np.mean(margin))}


def measure(embedder: Embedder, data: TrainingSet) -> dict[str, object]:
    """All scores, JSON-able. One sentence a motion, drawn with a fixed seed."""
    motions, captions = val_clips(data)
    rng = np.random.default_rng(0)
    chosen = [sentences[int(rng.integers(len(sentences)))] for sentences in captions]
    text, motion = embedder.texts(chosen), embedder.motions(motions)
    similarity = unit(text) @ unit(motion).T
    pooled = embedder.encoder.encode(chosen).pooled
    alike = FalseNegatives.fit(data, 0).alike(pooled, tuple(chosen)).numpy()
    scores: dict[str, object] = {"motions": len(motions), "side": side_scores(embedder, motion, captions)}
    for batch in BATCHES:
        scores[f"batch {batch}"] = matching_scores(unit(text), unit(motion), batch, np.random.default_rng(1))
        forgiving = forgiving_recall(similarity, alike, batch, np.random.default_rng(1))
        scores[f"batch {batch}, equal meaning counts"] = forgiving
    scores["gallery"] = gallery_scores(unit(text), unit(motion))
    scores["cosine of pairs"] = float(np.mean(np.diag(similarity)))
    scores["cosine of others"] = float(np.mean(similarity[~alike]))
    return scores


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoint", type=Path, help="for example runs/tmr/ema.safetensors")
    parser.add_argument("--data", type=Path, required=True, help="pool made by training/prepare_dataset.py")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:0 or mps")
    options = parser.parse_args(arguments)
    try:
        embedder = load_embedder(checkpoint=options.checkpoint, device=options.device)
        scores = measure(embedder, TrainingSet.open(options.data))
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(scores, indent=1))
    return 0


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    sys.exit(main())
