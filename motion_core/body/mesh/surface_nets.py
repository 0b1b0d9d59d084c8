"""Surface nets: the zero surface of a field on a grid as quads, one vertex in each cell that the surface crosses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def _edge_crossings(
    field: np.ndarray, axes: Sequence[np.ndarray], along: int
) -> tuple[np.ndarray, np.ndarray]:
    """Grid edges along one axis that change sign: their lower grid points (E,3), where they cross zero (E,3)."""
    first = np.take(field, range(field.shape[along] - 1), axis=along)
    second = np.take(field, range(1, field.shape[along]), axis=along)
    index = np.argwhere((first < 0) != (second < 0))
    a, b = first[tuple(index.T)], second[tuple(index.T)]
    point = np.stack([axis[index[:, k]] for k, axis in enumerate(axes)], axis=1)
    grid = axes[along]
    length = grid[index[:, along] + 1] - grid[index[:, along]]
    point[:, along] += length * a / (a - b)
    return index, point


def _around(index: np.ndarray, along: int) -> np.ndarray:
    """The four cells (E,4,3) that share each edge, counterclockwise seen from the axis' positive end."""
    u, v = (along + 1) % 3, (along + 2) % 3
    cells = np.repeat(index[:, None], 4, axis=1)
    cells[:, (0, 3), u] -= 1
    cells[:, (0, 1), v] -= 1
    return cells


def surface_nets(field: np.ndarray, axes: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(vertices (V,3), quads (F,4)) of the surface field = 0, closed if the field is positive on the grid's border.

    field (X,Y,Z), negative inside; axes: its three coordinate arrays. Quads are counterclockwise from outside.
    """
    shape = np.array(field.shape) - 1  # of cells
    total, count = np.zeros((shape.prod(), 3)), np.zeros(shape.prod())
    quads = []
    for along in range(3):
        index, point = _edge_crossings(field, axes, along)
        cells = np.ravel_multi_index(np.moveaxis(_around(index, along), -1, 0), tuple(shape))  # (E,4)
        for corner in cells.T:
            np.add.at(total, corner, point)
            np.add.at(count, corner, 1)
        leaving = field[tuple(index.T)] < 0  # inside at the lower end: the surface faces along the axis
        quads.append(np.where(leaving[:, None], cells, cells[:, ::-1]))
    used = np.flatnonzero(count)
    number = np.full(len(count), -1)
    number[used] = np.arange(len(used))
    return total[used] / count[used, None], number[np.concatenate(quads)]
