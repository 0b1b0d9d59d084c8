"""What every metric of embeddings asks of its input: rows (N,D) of finite numbers; and the distances between them."""

from __future__ import annotations

import numpy as np

# Squared distances come out of norms and products with a rounding error of about this share of the squared norms:
# closer than that, two rows count as the same and two distances as equal.
ROUNDING = 1e-13


def check_rows(name: str, values: np.ndarray, least: int = 1) -> np.ndarray:
    """(N,D) float64. Raises ValueError for another shape, fewer than `least` rows or a value that is not finite."""
    rows = np.asarray(values, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(f"{name} has shape {rows.shape}: give one row of numbers for each motion, (N,D)")
    if len(rows) < least:
        raise ValueError(
            f"{name} has {len(rows)} rows: this measure needs at least {least}, give more motions"
        )
    bad = ~np.isfinite(rows).all(axis=1)
    if bad.any():
        raise ValueError(
            f"{name}: {int(bad.sum())} of {len(rows)} rows are not finite, the first is row {int(np.argmax(bad))}; "
            "leave those motions out and count them"
        )
    return rows


def check_pairs(text: np.ndarray, motion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows (N,D) of texts and motions that belong together, checked like `check_rows`."""
    text, motion = check_rows("text", text), check_rows("motion", motion)
    if text.shape != motion.shape:
        raise ValueError(
            f"text is {text.shape}, motion {motion.shape}: row i of one must belong to row i of the other"
        )
    return text, motion


def check_widths(name_a: str, a: np.ndarray, name_b: str, b: np.ndarray) -> None:
    """Raises ValueError where rows (N,D) and (M,E) come from different embeddings."""
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"{name_a} has {a.shape[1]} columns, {name_b} {b.shape[1]}: embed both with the same model"
        )


def squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances (N,M) of rows (N,D) and (M,D), never negative; equal rows are exactly 0 apart."""
    centre = b.mean(axis=0)  # distances do not change, and the norms that round them get small
    a, b = a - centre, b - centre
    norms = np.sum(a * a, axis=1)[:, None] + np.sum(b * b, axis=1)
    squares = norms - 2 * (a @ b.T)
    return np.where(squares <= ROUNDING * norms, 0.0, squares)
