"""A trained checkpoint as it is bundled: float16 (half the size) or int8 rows (a quarter); what it changes is printed.

    python training/pack_weights.py runs/mdm/ema.safetensors --out motion_core/weights/mdm.safetensors
    python training/pack_weights.py runs/dit/ema.safetensors --storage int8 --sentences POOL --out dit.safetensors

With `--sentences`, the pool's sentences are packed, too: other wordings are drawn to them (`nn/learnt_sentences.py`).
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from motion_core.checkpoint import STORAGES, load_checkpoint, save_checkpoint
from motion_core.data.dataset import TrainingSet
from motion_core.nn.learnt_sentences import LearntSentences
from motion_core.wording.sides import sides_said

POINTS = 3000  # that stand for all sentences: 0.8 MB
ROUNDS = 4  # of k-means


def pack(source: Path, out: Path, storage: str = "float16", sentences: Path | None = None) -> float:
    """Write `out`; returns the largest change of a weight, relative to the largest weight of its tensor."""
    tensors, info = load_checkpoint(source)
    if sentences is not None:
        tensors |= learnt_from(TrainingSet.open(sentences), info.text_encoder).tensors()
    save_checkpoint(out, tensors, info, storage)
    packed, _ = load_checkpoint(out, family=info.family)
    return max(
        float((packed[n] - t).abs().max() / t.abs().max().clamp(min=1e-12))
        for n, t in tensors.items()
        if t.is_floating_point()
    )


def learnt_from(pool: TrainingSet, encoder: str | None, points: int = POINTS) -> LearntSentences:
    """Means of a pool's sentences, by the sides that they say.

    Raises ValueError where the pool's sentences were read by another encoder than the model's.
    """
    if pool.about["text_encoder"] != encoder:
        raise ValueError(
            f"{pool.folder} has sentences of {pool.about['text_encoder']}, the model reads {encoder}: name its own pool"
        )
    assert pool.pooled is not None
    vectors = np.asarray(pool.pooled, dtype=np.float32)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    sides = np.array([sides_said(caption) for caption in pool.captions])
    means, said = [], []
    for side in np.unique(sides):
        own = vectors[sides == side]
        found = _means(own, min(len(own), max(1, round(points * len(own) / len(vectors)))))
        means.append(found)
        said += [int(side)] * len(found)
    return LearntSentences(torch.from_numpy(np.concatenate(means)), torch.tensor(said))


def _means(vectors: np.ndarray, count: int) -> np.ndarray:
    """(K,D) of rows (N,D), K at most `count`: those of groups that got no row are left out."""
    from scipy.cluster.vq import kmeans2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of groups without a row
        means, group = kmeans2(vectors, count, iter=ROUNDS, minit="points", seed=0, missing="warn")
    return np.asarray(means[np.bincount(group, minlength=count) > 0], dtype=np.float32)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoint", type=Path, help="for example runs/mdm/ema.safetensors")
    parser.add_argument("--out", type=Path, required=True, help="the packed file")
    parser.add_argument("--storage", choices=STORAGES, default="float16", help="default float16")
    parser.add_argument(
        "--sentences", type=Path, metavar="POOL", help="the pool that the model was trained on"
    )
    options = parser.parse_args(arguments)
    try:
        change = pack(options.checkpoint, options.out, options.storage, options.sentences)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    size = options.out.stat().st_size / 1e6
    print(f"{options.out}: {size:.1f} MB, weights changed by at most {change:.1e} of their tensor's largest")
    return 0


if __name__ == "__main__":
    sys.exit(main())
