"""Everything about an f-curve's keys as arrays: read, replaced in some frames, written."""

from __future__ import annotations

import bpy
import numpy as np

from .actions import LINEAR, fill

AUTO_CLAMPED = 4  # handle type, as foreach_set wants it: Blender sets such handles itself
_PER_KEY = {
    "co": (2, np.float32), "handle_left": (2, np.float32), "handle_right": (2, np.float32),
    "interpolation": (1, np.int32), "easing": (1, np.int32), "type": (1, np.int32),
    "handle_left_type": (1, np.int32), "handle_right_type": (1, np.int32),
}  # fmt: skip


def key_places(curve: bpy.types.FCurve) -> np.ndarray:
    """(K,2) float32 frames and values of a curve's keys."""
    places = np.empty(len(curve.keyframe_points) * 2, dtype=np.float32)
    curve.keyframe_points.foreach_get("co", places)
    return places.reshape(-1, 2)


def are_linear(curve: bpy.types.FCurve, rows: np.ndarray) -> bool:
    """Whether the curve goes straight on from each of these keys. Meant for few keys of many."""
    points = curve.keyframe_points
    return all(points[row].interpolation == "LINEAR" for row in rows.tolist())


def replace_keys(curve: bpy.types.FCurve, frames: np.ndarray, values: np.ndarray) -> None:
    """frames (K,), rising, with values (K,): linear keys in place of those there; [] values delete only."""
    places = key_places(curve)
    if not len(places) and len(values):
        fill(curve, np.stack([frames, values], axis=1).astype(np.float32))
        return
    inside = np.isin(np.round(places[:, 0]), frames)
    rows = np.flatnonzero(inside)
    if np.array_equal(places[rows, 0], frames) and len(values) and are_linear(curve, rows):
        places[rows, 1] = values
        curve.keyframe_points.foreach_set("co", places.ravel())
        curve.update()
        return
    old = {name: column[~inside] for name, column in read_keys(curve).items()}
    if len(values):
        new = {name: np.zeros((len(frames), column.shape[1]), column.dtype) for name, column in old.items()}
        new["co"][:] = np.stack([frames, values], axis=1)
        new["handle_left"][:], new["handle_right"][:] = new["co"] - [1 / 3, 0], new["co"] + [1 / 3, 0]
        new["interpolation"][:] = LINEAR
        new["handle_left_type"][:] = new["handle_right_type"][:] = AUTO_CLAMPED
        both = {name: np.concatenate([old[name], new[name]]) for name in old}
        order = np.argsort(both["co"][:, 0], kind="stable")
        old = {name: column[order] for name, column in both.items()}
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
