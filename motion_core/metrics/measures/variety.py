"""How different motions are: over all of them (diversity) and for one text (multimodality)."""

from __future__ import annotations

import numpy as np

from motion_core.metrics.measures.rows import check_rows


def diversity(motion: np.ndarray, pairs: int, rng: np.random.Generator) -> float:
    """Mean Euclidean distance of `pairs` random pairs of rows (N,D); HumanML3D's protocol takes 300.

    Two draws without replacement, independent of each other, as the published numbers were made: a row may meet
    itself. Raises ValueError for fewer rows than pairs.
    """
    motion = check_rows("motion", motion)
    first, second = _pairs(len(motion), pairs, rng)
    return float(np.linalg.norm(motion[first] - motion[second], axis=1).mean())


def multimodality(motion: np.ndarray, pairs: int, rng: np.random.Generator) -> float:
    """Mean distance of motions made for the same text: (P,S,D), P texts with S motions each.

    The same `pairs` random pairs of 0..S-1 are compared for every text; HumanML3D's protocol takes 10 of 30 motions
    for 100 texts. Raises ValueError for fewer motions of a text than pairs.
    """
    motion = np.asarray(motion, dtype=np.float64)
    if motion.ndim != 3:
        raise ValueError(f"motion has shape {motion.shape}: give (texts, motions of each, D)")
    texts, repeats, width = motion.shape
    motion = check_rows("motion", motion.reshape(texts * repeats, width)).reshape(motion.shape)
    first, second = _pairs(repeats, pairs, rng)
    return float(np.linalg.norm(motion[:, first] - motion[:, second], axis=2).mean())


def _pairs(count: int, pairs: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    if not 1 <= pairs <= count:
        raise ValueError(
            f"{pairs} pairs of {count} motions: use from 1 to {count} pairs, or give more motions"
        )
    return rng.choice(count, pairs, replace=False), rng.choice(count, pairs, replace=False)
