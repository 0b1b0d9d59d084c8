"""New keys in some frames of a copy of an action. Outside of these frames the curves keep their shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import bpy
import numpy as np

from .actions import LINEAR
from .keys import read_keys, write_keys

CONSTANT, BEZIER = 0, 2  # interpolations, as foreach_set wants them
FREE, AUTO, VECTOR, ALIGNED, AUTO_CLAMPED = range(5)  # handle types
JITTER = 3  # type of key: "a filler or baked keyframe", which does not count as an artist's own
Keys = dict[str, np.ndarray]  # of `read_keys`


@dataclass(frozen=True, eq=False)
class Run:
    """Values for frames one after the other."""

    start: int  # the first frame
    values: np.ndarray  # (n,k), one row a frame
    jump: bool = (
        False  # the last value is held up to what follows, which means the same in other numbers (-q for q)
    )
    hold: bool = False  # the value before is held up to the first one

    @property
    def stop(self) -> int:
        """The last frame."""
        return self.start + len(self.values) - 1


@dataclass(frozen=True, eq=False)
class Track:
    """New values of one property of a bone."""

    bone: str
    path: str
    runs: tuple[Run, ...]
    rest: np.ndarray  # (k,) its values outside the runs, where it has no keys
    steps: bool = False  # the values are held from key to key


def merge(
    curves: Any,
    word: str,
    tracks: Sequence[Track],
    span: tuple[int, int],
    around: tuple[bool, bool],
) -> None:
    """Writes tracks into an action.

    curves, word: those of the action, as `actions.curves_of` gives them. span: first and last frame that may change.
    around: whether the action has keys before and behind it.
    """
    found = {(curve.data_path, curve.array_index): curve for curve in curves}
    for track in tracks:
        borders = _borders(track.runs, span, around)
        for index, rest in enumerate(track.rest.tolist()):
            curve = found.get((track.path, index))
            if curve is None:
                curve = curves.new(track.path, index=index, **{word: track.bone})
            if curve.mute:  # its keys are not what is seen
                curve.keyframe_points.clear()
                curve.mute = False
            keys = with_borders(curve, borders, rest)
            write_keys(curve, _with_runs(keys, track.runs, index, track.steps))


def _borders(runs: Sequence[Run], span: tuple[int, int], around: tuple[bool, bool]) -> list[int]:
    """The frames beside the runs whose values must stay."""
    found = set()
    for run in runs:
        if run.start - 1 >= span[0] or around[0]:
            found.add(run.start - 1)
        if run.stop + 1 <= span[1] or around[1]:
            found.add(run.stop + 1)
    inside = {frame for run in runs for frame in range(run.start, run.stop + 1)}
    return sorted(found - inside)


def with_borders(curve: bpy.types.FCurve, borders: Sequence[int], rest: float) -> Keys:
    """The curve's keys, with one at each border, whose shape no neighbour will change any more."""
    keys = read_keys(curve)
    if len(keys["co"]) == 0:
        keys = _fresh(keys, borders, rest)
        keys["interpolation"][:] = LINEAR
        return keys
    for side in ("handle_left_type", "handle_right_type"):
        types = keys[side]
        types[(types == AUTO) | (types == AUTO_CLAMPED)] = ALIGNED
        types[types == VECTOR] = FREE
    for frame in borders:
        if np.abs(keys["co"][:, 0] - frame).min(initial=np.inf) > 1e-3:
            keys = _split(keys, frame, curve.evaluate(frame))
    return keys


def _split(keys: Keys, frame: int, value: float) -> Keys:
    """The keys with one more where the curve has this value; it goes its way as before."""
    row = int(np.searchsorted(keys["co"][:, 0], frame))
    new = _fresh(keys, [frame], value)
    inside = 0 < row < len(keys["co"])
    way = int(keys["interpolation"][row - 1, 0]) if inside else LINEAR
    new["interpolation"][0] = way if way in (CONSTANT, LINEAR, BEZIER) else LINEAR
    if inside and way == BEZIER:
        _split_bezier(keys, row, new, frame)
    return {name: np.concatenate([keys[name][:row], new[name], keys[name][row:]]) for name in keys}


def _split_bezier(keys: Keys, row: int, new: Keys, frame: int) -> None:
    """De Casteljau between the keys row - 1 and row; Blender shortens handles that overlap in time before."""
    p0, p3 = keys["co"][row - 1].astype(float), keys["co"][row].astype(float)
    h0, h1 = keys["handle_right"][row - 1] - p0, p3 - keys["handle_left"][row]
    reach, length = abs(h0[0]) + abs(h1[0]), p3[0] - p0[0]
    if reach > length:
        h0, h1 = h0 * length / reach, h1 * length / reach
    points = [p0, p0 + h0, p3 - h1, p3]
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if _casteljau(points, middle)[-1][0][0] < frame:
            low = middle
        else:
            high = middle
    first, second, third = _casteljau(points, (low + high) / 2)
    keys["handle_right"][row - 1], keys["handle_left"][row] = first[0], first[-1]
    new["handle_left"][0], new["handle_right"][0], new["co"][0, 1] = second[0], second[-1], third[0][1]


def _casteljau(points: list[np.ndarray], t: float) -> list[list[np.ndarray]]:
    """The three rows of points between points."""
    rows = [points]
    while len(rows[-1]) > 1:
        last = rows[-1]
        rows.append([a + (b - a) * t for a, b in pairwise(last)])
    return rows[1:]


def _with_runs(keys: Keys, runs: Sequence[Run], index: int, steps: bool) -> Keys:
    """The keys with those of the runs, which follow each other, in place of what was between their borders."""
    at = keys["co"][:, 0]
    inside = [(at > run.start - 0.999) & (at < run.stop + 0.999) for run in runs]
    old = {name: column[~np.any(inside, axis=0)] for name, column in keys.items()}
    before = np.searchsorted(old["co"][:, 0], [run.start for run in runs]) - 1
    for row, run in zip(before.tolist(), runs):
        if row >= 0:
            old["interpolation"][row] = CONSTANT if steps or run.hold else LINEAR
    new = [_keys_of(run, index, steps, keys) for run in runs]
    both = {name: np.concatenate([old[name], *(some[name] for some in new)]) for name in keys}
    order = np.argsort(both["co"][:, 0], kind="stable")
    return {name: column[order] for name, column in both.items()}


def _keys_of(run: Run, index: int, steps: bool, like: Keys) -> Keys:
    """A run's keys; of steps those that change something."""
    values = run.values[:, index]
    rows = np.flatnonzero(np.diff(values, prepend=np.nan) != 0) if steps else np.arange(len(values))
    new = _fresh(like, run.start + rows, values[rows])
    new["interpolation"][:] = CONSTANT if steps else LINEAR
    new["type"][:] = JITTER
    if run.jump:
        new["interpolation"][-1] = CONSTANT
    new["handle_left_type"][:] = new["handle_right_type"][:] = AUTO_CLAMPED
    return new


def _fresh(like: Keys, frames: Any, values: Any) -> Keys:
    """Keys at the frames (K,), of the columns of others, with flat handles."""
    new = {name: np.zeros((len(frames), column.shape[1]), column.dtype) for name, column in like.items()}
    new["co"][:, 0], new["co"][:, 1] = frames, values
    new["handle_left"][:], new["handle_right"][:] = new["co"] - [1 / 3, 0], new["co"] + [1 / 3, 0]
    return new
