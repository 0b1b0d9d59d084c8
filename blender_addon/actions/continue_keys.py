"""Dense keys put into an action that has others. The old keys of these frames go, their neighbours keep their shape.

At the borders the new values go on from the old ones. A quaternion and its negative are the same turn, and so are Euler
angles a full turn apart, but Blender blends their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .actions import Channel
from .keys import are_linear, key_places, read_keys, replace_keys, write_keys
from .merge import with_borders


def put_keys(curves: Any, channels: Sequence[Channel], first: int, frames: np.ndarray, owner: str) -> None:
    """Writes one linear key for each of the frames (K,), which rise.

    channels: values (T,n) from the frame `first` on. curves, owner: those of an action, as `actions.curves_of` gives
    them.
    """
    found = {(curve.data_path, curve.array_index): curve for curve in curves}
    for channel in channels:
        own = []
        for index in range(channel.values.shape[1]):
            curve = found.get((channel.path, index))
            own.append(curve or curves.new(channel.path, index=index, **{owner: channel.bone}))
        for run in runs_of(frames):
            for curve in own:
                _hold_borders(curve, run)
            values = _continued(channel, own, first, run)
            for curve, column in zip(own, values.T):
                replace_keys(curve, run, column[run - first])


def take_keys(curves: Sequence[Any], frames: np.ndarray) -> None:
    """Deletes the keys of the frames (K,), rising; beside them the curves keep their shape."""
    for curve in curves:
        for run in runs_of(frames):
            _hold_borders(curve, run)
            replace_keys(curve, run, np.zeros(0))


def runs_of(frames: np.ndarray) -> Iterator[np.ndarray]:
    """Frames that follow each other."""
    yield from np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1)


def _hold_borders(curve: Any, run: np.ndarray) -> None:
    """Keys right beside a run, where the curve goes on there, so that what is beyond them stays as it is."""
    if not len(curve.keyframe_points):
        return
    low, high = curve.range()
    borders = [int(frame) for frame in (run[0] - 1, run[-1] + 1) if low <= frame <= high]
    at = key_places(curve)[:, 0]
    rows = np.flatnonzero(np.isin(at, borders))
    if len(rows) < len(borders) or not are_linear(curve, np.union1d(rows, np.maximum(rows - 1, 0))):
        write_keys(curve, with_borders(curve, borders, 0.0))


def _continued(channel: Channel, curves: Sequence[Any], first: int, run: np.ndarray) -> np.ndarray:
    """The channel's values in the signs and turns of the keys before a run; those behind are brought to follow."""
    values = channel.values.astype(np.float64)
    if any(len(curve.keyframe_points) == 0 for curve in curves):
        return values
    start, stop = int(run[0]), int(run[-1])
    if start > first:
        here = np.array([curve.evaluate(start - 1) for curve in curves])
        factor, offset = _change(channel.path, values[start - 1 - first], here)
        values = values * factor + offset
    if stop + 1 - first < len(values):
        here = np.array([curve.evaluate(stop + 1) for curve in curves])
        _shift_later(curves, stop, _change(channel.path, here, values[stop + 1 - first]))
    return values


def _change(path: str, ours: np.ndarray, theirs: np.ndarray) -> tuple[float, np.ndarray]:
    """(factor, offset) that bring `ours` (n,) near to `theirs` and turn nothing."""
    if path.endswith("rotation_quaternion"):
        return (-1.0 if ours @ theirs < 0 else 1.0), np.zeros(len(ours))
    if path.endswith("rotation_euler"):
        return 1.0, np.round((theirs - ours) / (2 * np.pi)) * 2 * np.pi
    return 1.0, np.zeros(len(ours))


def _shift_later(curves: Sequence[Any], stop: int, change: tuple[float, np.ndarray]) -> None:
    """Changes the keys behind the frame `stop`."""
    factor, offset = change
    if factor == 1.0 and not offset.any():
        return
    for curve, more in zip(curves, offset):
        table = read_keys(curve)
        later = table["co"][:, 0] > stop + 0.5
        for name in ("co", "handle_left", "handle_right"):
            table[name][later, 1] = table[name][later, 1] * factor + more
        write_keys(curve, table)
