"""Keys of some frames put into an action that has others: the old ones of these frames go, all others stay.

At the borders the new keys go on from the old ones: a quaternion and its negative turn alike, and so do Euler angles
with a full turn more, but Blender blends their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import bpy
import numpy as np

from .actions import LINEAR, Channel

FREE = 0  # handle type, as foreach_set wants it
_PER_KEY = {
    "co": (2, np.float32), "handle_left": (2, np.float32), "handle_right": (2, np.float32),
    "interpolation": (1, np.int32), "easing": (1, np.int32), "type": (1, np.int32),
    "handle_left_type": (1, np.int32), "handle_right_type": (1, np.int32),
}  # fmt: skip


def put_keys(curves: Any, channels: Sequence[Channel], first: int, frames: np.ndarray, owner: str) -> None:
    """Writes one linear key for each of the frames (K,), rising. channels: values (T,n) from the frame `first` on.

    curves: of an action; owner: their word for the group (`actions.curves_of`).
    """
    found = {(curve.data_path, curve.array_index): curve for curve in curves}
    for channel in channels:
        own = [found.get((channel.path, index)) for index in range(channel.values.shape[1])]
        values = _continued(channel, own, first, frames)
        for index, (curve, column) in enumerate(zip(own, values.T)):
            if curve is None:
                curve = curves.new(channel.path, index=index, **{owner: channel.bone})
            replace_keys(curve, frames, column[frames - first])


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


def _continued(channel: Channel, curves: Iterable[Any], first: int, frames: np.ndarray) -> np.ndarray:
    """The channel's values in the signs and turns of the keys before `frames`; those behind are brought to follow."""
    values, curves = channel.values.astype(np.float64), list(curves)
    if any(curve is None or len(curve.keyframe_points) == 0 for curve in curves):
        return values
    start, stop = int(frames[0]), int(frames[-1])
    if start > first:
        here = np.array([curve.evaluate(start - 1) for curve in curves])
        values = _alike(channel.path, values, values[start - 1 - first], here)
    if stop + 1 - first < len(values):
        here = np.array([curve.evaluate(stop + 1) for curve in curves])
        _shift_later(channel.path, curves, stop, here, values[stop + 1 - first])
    return values


def _alike(path: str, values: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """All values (T,n) changed by what brings `ours` (n,), one of them, near to `theirs` and turns nothing."""
    factor, offset = _change(path, ours, theirs)
    return values * factor + offset


def _change(path: str, ours: np.ndarray, theirs: np.ndarray) -> tuple[float, np.ndarray]:
    if path.endswith("rotation_quaternion"):
        return (-1.0 if ours @ theirs < 0 else 1.0), np.zeros(len(ours))
    if path.endswith("rotation_euler"):
        return 1.0, np.round((theirs - ours) / (2 * np.pi)) * 2 * np.pi
    return 1.0, np.zeros(len(ours))


def _shift_later(path: str, curves: Sequence[Any], stop: int, theirs: np.ndarray, ours: np.ndarray) -> None:
    """Keys behind the frame `stop` changed by what brings `theirs` (n,) near to `ours` and turns nothing."""
    factor, offset = _change(path, theirs, ours)
    if factor == 1.0 and not offset.any():
        return
    for curve, more in zip(curves, offset):
        table = read_keys(curve)
        later = table["co"][:, 0] > stop + 0.5
        for name in ("co", "handle_left", "handle_right"):
            table[name][later, 1] = table[name][later, 1] * factor + more
        write_keys(curve, table)
