"""Do motions match their texts? Retrieval inside batches and in a whole gallery, distance, and TMR-Score."""

from __future__ import annotations

import numpy as np

from motion_core.metrics.measures.rows import ROUNDING, check_pairs, squared_distances

BATCH_PLACES = (1, 2, 3)
GALLERY_PLACES = (1, 2, 3, 5, 10)


def matching_scores(
    text: np.ndarray, motion: np.ndarray, batch: int, rng: np.random.Generator
) -> dict[str, float]:
    """R-precision and matching distance of text and motion (N,D), row i belonging to row i.

    The pairs are shuffled and cut into batches; what does not fill one is left out. `r1`, `r2`, `r3`: share of texts
    whose motion is among the 1, 2, 3 nearest (Euclidean) of its batch. `distance`: mean distance of a text and its
    motion, over the same pairs. Motions at equal distance share their places as if drawn by lot, so embeddings that
    are all alike score chance, k / batch. Raises ValueError for fewer pairs than one batch.
    """
    text, motion = check_pairs(text, motion)
    if batch < 1:
        raise ValueError(f"batch is {batch}: use 32 (HumanML3D's protocol) or 64")
    if len(text) < batch:
        raise ValueError(
            f"{len(text)} pairs do not fill a batch of {batch}: give more pairs or a smaller batch"
        )
    order = rng.permutation(len(text))[: len(text) // batch * batch]
    found, own = [], []
    for rows in order.reshape(-1, batch):
        squares = squared_distances(text[rows], motion[rows])
        found.append(_found(squares, BATCH_PLACES, _slack(text[rows], motion[rows])))
        own.append(np.sqrt(np.diagonal(squares)))
    shares = np.concatenate(found).mean(axis=0)
    return {**_named(BATCH_PLACES, shares), "distance": float(np.mean(own))}


def gallery_scores(text: np.ndarray, motion: np.ndarray) -> dict[str, float]:
    """Text to motion retrieval among all N motions by cosine: `r1`, `r2`, `r3`, `r5`, `r10` and `median_rank`.

    TMR's protocol "all": the one right answer is the text's own motion, whose rank counts from 1. Equal similarities
    share their places (`matching_scores`); places beyond the gallery are certain, so r10 of 5 motions is 1.
    """
    text, motion = check_pairs(text, motion)
    distances = 1 - _directions("text", text) @ _directions("motion", motion).T
    slack = np.full(len(text), 4 * ROUNDING)
    before, level = _places(distances, slack)
    shares = _found(distances, GALLERY_PLACES, slack).mean(axis=0)
    return {**_named(GALLERY_PLACES, shares), "median_rank": float(np.median(before + (level + 1) / 2))}


def tmr_score(text: np.ndarray, motion: np.ndarray) -> float:
    """The mean cosine of a text and its motion (N,D), not below 0."""
    text, motion = check_pairs(text, motion)
    cosines = np.sum(_directions("text", text) * _directions("motion", motion), axis=1)
    return float(np.clip(cosines.mean(), 0.0, 1.0))


def _named(places: tuple[int, ...], shares: np.ndarray) -> dict[str, float]:
    return {f"r{place}": float(share) for place, share in zip(places, shares)}


def _directions(name: str, rows: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    if not length.all():
        raise ValueError(
            f"{name}: row {int(np.argmin(length))} is zero and has no direction; leave that pair out"
        )
    return rows / length


def _slack(text: np.ndarray, motion: np.ndarray) -> np.ndarray:
    """How far squared distances (B,) of a text may differ by rounding alone."""
    centre = motion.mean(axis=0)
    return (
        4 * ROUNDING * (np.sum((text - centre) ** 2, axis=1) + np.sum((motion - centre) ** 2, axis=1).max())
    )


def _places(distances: np.ndarray, slack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row of (N,N): how many are nearer than the one on the diagonal, and how many as near, it included."""
    beyond = distances - np.diagonal(distances)[:, None]
    nearer = np.sum(beyond < -slack[:, None], axis=1)
    return nearer, np.sum(np.abs(beyond) <= slack[:, None], axis=1)


def _found(distances: np.ndarray, places: tuple[int, ...], slack: np.ndarray) -> np.ndarray:
    """(N, places): the chance that the diagonal's one is among the first k when equal ones are ordered by lot."""
    nearer, level = _places(distances, slack)
    return np.clip((np.array(places) - nearer[:, None]) / level[:, None], 0.0, 1.0)
