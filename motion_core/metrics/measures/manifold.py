"""Precision, recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020) of two sets of embeddings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from motion_core.metrics.measures.rows import check_rows, check_widths, squared_distances

CHUNK = 512  # rows whose distances to all others are held at a time: 40 MB beside 10,000


def prdc(real: np.ndarray, fake: np.ndarray, k: int = 3) -> dict[str, float]:
    """`precision`, `recall`, `density`, `coverage` of fake (M,D) against real (N,D), Euclidean.

    A row's ball reaches to its k-th nearest neighbour in its own set (the (k+1)-th smallest distance, its own 0
    included); a row lies in it when strictly nearer. precision: share of fake rows in some real ball. recall: share
    of real rows in some fake ball. density: real balls around a fake row over k, mean (may exceed 1). coverage: share
    of real balls with a fake row. Rows repeated more than k times have a ball of radius 0, in which nothing lies.
    Raises ValueError unless both sets have more than k rows.
    """
    if k < 1:
        raise ValueError(f"k is {k}: use the number of neighbours, 3 or 5")
    real, fake = check_rows("real", real, k + 1), check_rows("fake", fake, k + 1)
    check_widths("real", real, "fake", fake)
    real_radii, fake_radii = _squared_radii(real, k), _squared_radii(fake, k)
    around_fake = np.zeros(len(fake))  # real balls that hold each fake row
    recalled, covered = 0, 0
    for rows in _chunks(len(real)):
        squares = squared_distances(real[rows], fake)  # (n,M)
        held = squares < real_radii[rows, None]
        around_fake += held.sum(axis=0)
        covered += int(held.any(axis=1).sum())
        recalled += int((squares < fake_radii).any(axis=1).sum())
    return {
        "precision": float((around_fake > 0).mean()),
        "recall": recalled / len(real),
        "density": float(around_fake.mean() / k),
        "coverage": covered / len(real),
    }


def _chunks(count: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, count, CHUNK))


def _squared_radii(rows: np.ndarray, k: int) -> np.ndarray:
    """(N,) squared distances to the k-th nearest other row."""
    return np.concatenate(
        [np.partition(squared_distances(rows[part], rows), k, axis=1)[:, k] for part in _chunks(len(rows))]
    )
