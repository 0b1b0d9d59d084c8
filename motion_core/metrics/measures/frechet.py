"""The Fréchet distance of two sets of embeddings, taken as Gaussians (FID, FD_TMR)."""

from __future__ import annotations

import numpy as np

from motion_core.metrics.measures.rows import check_rows, check_widths


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """|mean_a - mean_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)) of rows (N,D) and (M,D); unbiased covariances.

    The last trace is the sum of the roots of the eigenvalues of C_a C_b. With C_a = A'A and C_b = B'B those are the
    singular values of A B'. No matrix root is needed. Singular covariances (fewer rows than columns, identical rows)
    are as exact as any others. Raises ValueError for fewer than two rows.
    """
    a, b = check_rows("the first set", a, 2), check_rows("the second set", b, 2)
    check_widths("the first set", a, "the second set", b)
    factor_a, factor_b = _factor(a), _factor(b)
    shared = np.linalg.svd(factor_a @ factor_b.T, compute_uv=False).sum()
    apart = a.mean(axis=0) - b.mean(axis=0)
    distance = apart @ apart + np.sum(factor_a**2) + np.sum(factor_b**2) - 2 * shared
    return float(max(distance, 0.0))  # rounding alone may go below


def _factor(rows: np.ndarray) -> np.ndarray:
    """A, at most (D,D), with A'A the covariance of rows (N,D)."""
    centred = (rows - rows.mean(axis=0)) / np.sqrt(len(rows) - 1)
    return np.linalg.qr(centred)[1] if len(rows) > rows.shape[1] else centred
