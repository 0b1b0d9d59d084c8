"""Everything about an f-curve's keys as arrays: read, replaced in some frames, written."""

from __future__ import annotations

import bpy
import numpy as np

from .actions import LINEAR

FREE = 0  # handle type, as foreach_set wants it
_PER_KEY = {
    "co": (2, np.float32), "handle_left": (2, np.float32), "handle_right": (2, np.float32),
    "interpolation": (1, np.int32), "easing": (1, np.int32), "type": (1, np.int32),
    "handle_left_type": (1, np.int32), "handle_right_type": (1, np.int32),
}  # fmt: skip


def replace_keys(curve: bpy.types.FCurve, frames: np.ndarray, values: np.ndarray) -> None:
    """frames (K,), rising, with values (K,): linear keys in place of those there; [] values delete only."""
    table = read_keys(curve)
    at = table["co"][:, 0]
    stays = ~np.isin(np.round(at), frames)
    old = {name: rows[stays] for name, rows in table.items()}
    if len(values):
        new = {name: np.zeros((len(frames), old[name].shape[1]), old[name].dtype) for name in old}
        new["co"][:] = np.stack([frames, values], axis=1)
        for handle, side in (("handle_left", -1 / 3), ("handle_right", 1 / 3)):
            new[handle][:] = new["co"] + [side, 0]
        new["interpolation"][:] = LINEAR
        new["handle_left_type"][:] = new["handle_right_type"][:] = FREE
        joined = {name: np.concatenate([old[name], new[name]]) for name in old}
        order = np.argsort(joined["co"][:, 0], kind="stable")
        old = {name: rows[order] for name, rows in joined.items()}
    write_keys(curve, old)


def read_keys(curve: bpy.types.FCurve) -> dict[str, np.ndarray]:
    """Everything about a curve's keys, (K,n) each."""
    points = curve.keyframe_points
    table: dict[str, np.ndarray] = {}
    for name, (width, kind) in _PER_KEY.items():
        flat = np.empty(len(points) * width, dtype=kind)
        points.foreach_get(name, flat)
        table[name] = flat.reshape(-1, width)
    return table


def write_keys(curve: bpy.types.FCurve, table: dict[str, np.ndarray]) -> None:
    """The inverse of `read_keys`; the curve's former keys are gone."""
    points = curve.keyframe_points
    points.clear()
    points.add(len(table["co"]))
    for name in ("interpolation", "easing", "type", "handle_left_type", "handle_right_type", "co"):
        points.foreach_set(name, table[name].ravel())
    for name in ("handle_left", "handle_right"):
        points.foreach_set(name, table[name].ravel())
    curve.update()
