"""A few keys that an animator can edit, in place of one per frame.

Between keys the curves are Blender's Bezier with aligned handles, one third of the way to the neighbouring keys. The
tangents at the keys bring the curve nearest to the dense one (least squares). Such a segment is exactly Hermite's
cubic,

    v(t) = (2u^3 - 3u^2 + 1) v_a + (u^3 - 2u^2 + u) h s_a + (3u^2 - 2u^3) v_b + (u^3 - u^2) h s_b,   u = (t - a) / h

with h = b - a frames and s the slopes per frame. It holds for each channel by itself. A quaternion has four, continuous
in sign, as Blender interpolates them; the result is scaled to length 1. `handles` gives what to write into the keys.

The first keys of a track are its ends, turning points and contact changes. One more is set where an interval errs most,
until all tolerances hold.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, OFFSETS, PARENTS, PARTS, REST_PELVIS
from motion_core.editing.contacts import SIDES, find_contacts
from motion_core.editing.pose import Pose

LOCATION = "location"  # the pelvis' place among the tracks; all others are rotations of joints
TURNING = 2.0  # tolerances a curve must turn by for a turning point to be kept
ROUNDS = 8
MARGIN = 0.8
ANCHOR = 1e-3

Keys = dict[str, np.ndarray]  # joint or LOCATION -> frames (K,) of its keys, rising


def reduce_keys(motion: Motion, millimetres: float, degrees: float, keep: np.ndarray | None = None) -> Keys:
    """Frames per joint (and LOCATION) whose keys give the motion back within the tolerances, everywhere.

    millimetres: of every joint in the world. degrees: of every rotation in its parent. keep (T,) bool: frames in which
    every track keeps a key. First and last frames, turning points, and for legs and pelvis the first and last frames
    of contacts are always kept.
    """
    for name, value in (("millimetres", millimetres), ("degrees", degrees)):
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"{name} is {value}: give a tolerance above 0")
    tracks, levers = _tracks(motion), _levers()
    fixed = np.zeros(len(motion), dtype=bool) if keep is None else np.array(keep, dtype=bool)
    if fixed.shape != (len(motion),):
        raise ValueError(f"keep has shape {fixed.shape}: the motion has {len(motion)} frames, give one each")
    fixed[[0, -1]] = True
    contact = contact_changes(motion)
    given = Pose.of(motion).positions
    metres, keys = millimetres / 1000, {name: np.flatnonzero(fixed | contact[name]) for name in tracks}
    part = 1.0  # of the tolerance that one track may use up: errors add up along a limb
    for _ in range(ROUNDS):
        for name, values in tracks.items():
            tolerance = (
                part * metres / 2
                if name == LOCATION
                else min(np.radians(degrees), part * metres / levers[name])
            )
            if part == 1.0:
                keys[name] = np.union1d(keys[name], turning_points(values, TURNING * tolerance))
            keys[name] = refine(values, keys[name], tolerance)
        error = np.linalg.norm(Pose.of(apply_keys(motion, keys)).positions - given, axis=-1).max()
        if error <= metres:
            break
        part *= max(0.3, MARGIN * metres / error)
    return keys


def apply_keys(motion: Motion, keys: Keys) -> Motion:
    """What a rig shows that has only these keys, with `handles`; tracks without an entry stay dense."""
    tracks = {
        name: interpolate(values, keys[name]) for name, values in _tracks(motion).items() if name in keys
    }
    trans = tracks[LOCATION] - REST_PELVIS if LOCATION in tracks else motion.trans
    rotations = motion.rotations.astype(np.float64)
    for name, values in tracks.items():
        if name != LOCATION:
            rotations[:, JOINT[name]] = quat.normalize(values)
    return replace(motion, trans=trans, rotations=rotations)


def tangents(values: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Slopes (K,D) per frame at the keys `frames` (K,) of a dense curve (T,D).

    The cubics above are linear in the slopes s: v = c + A s, two of them in each frame. So |A s + c - v|^2 is least
    where A'A s = A'(v - c), a system of three diagonals. Where that tells nothing (keys without frames between) the
    slope is the dense curve's: s is held to its central differences a little, by ANCHOR.
    """
    dense = np.gradient(values, axis=0) if len(values) > 1 else np.zeros_like(values)
    if len(frames) < 2:
        return dense[frames]
    k, h, basis = _cubics(len(values), frames)
    left, right = basis[1] * h, basis[3] * h  # (T,1) the two entries of A in each row
    rest = values - basis[0] * values[frames[k]] - basis[2] * values[frames[k + 1]]
    inside = (np.arange(len(values)) >= frames[0]) & (np.arange(len(values)) <= frames[-1])
    left, right = left * inside[:, None], right * inside[:, None]
    count = len(frames)
    middle = ANCHOR + _summed(left**2, k, count) + _summed(right**2, k + 1, count)
    beside = _summed(left * right, k, count)[:-1]
    goal = ANCHOR * dense[frames] + _summed(left * rest, k, count) + _summed(right * rest, k + 1, count)
    return _solve_three_diagonals(middle, beside, goal)


def _summed(rows: np.ndarray, at: np.ndarray, count: int) -> np.ndarray:
    """(count,D) sums of the rows (T,D) that belong to each key."""
    return np.stack([np.bincount(at, column, minlength=count) for column in rows.T], axis=1)


def _solve_three_diagonals(middle: np.ndarray, beside: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """x (K,D) of a symmetric system with diagonal `middle` (K,1) and `beside` (K-1,1), by elimination."""
    middle, goal = middle.copy(), goal.copy()
    for row in range(1, len(middle)):
        share = beside[row - 1] / middle[row - 1]
        middle[row] -= share * beside[row - 1]
        goal[row] -= share * goal[row - 1]
    for row in range(len(middle) - 1, -1, -1):
        if row + 1 < len(middle):
            goal[row] -= beside[row] * goal[row + 1]
        goal[row] /= middle[row]
    return goal


def _cubics(count: int, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """For each of `count` frames: the key k before it (T,), the length h (T,1) of its interval, and Hermite's four
    polynomials (T,1) there.
    """
    times = np.clip(np.arange(count), frames[0], frames[-1])
    k = np.clip(np.searchsorted(frames, times, side="right") - 1, 0, len(frames) - 2)
    h = (frames[k + 1] - frames[k])[:, None].astype(np.float64)
    u = (times - frames[k])[:, None] / h
    basis = [2 * u**3 - 3 * u**2 + 1, u**3 - 2 * u**2 + u, 3 * u**2 - 2 * u**3, u**3 - u**2]
    return k, h, basis


def handles(values: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bezier handles of the keys at `frames` (K,) of a dense curve (T,D): (left, right), each (K,1+D).

    A row is the handle's frame and its values. Where there is no neighbour, the handle is as long as on the other side.
    """
    gaps = np.diff(frames).astype(np.float64)
    before = np.concatenate([gaps[:1], gaps])[: len(frames)] if len(gaps) else np.ones(len(frames))
    after = np.concatenate([gaps, gaps[-1:]])[: len(frames)] if len(gaps) else np.ones(len(frames))
    at, tangent = values[frames], tangents(values, frames)
    left, right = -before[:, None] / 3, after[:, None] / 3
    place = frames[:, None].astype(np.float64)
    return (
        np.concatenate([place + left, at + left * tangent], axis=1),
        np.concatenate([place + right, at + right * tangent], axis=1),
    )


def interpolate(values: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """The curve (T,D) through the keys at `frames` (K,) of a dense one, by the cubics above; constant outside."""
    if len(frames) == 1:
        return np.repeat(values[frames], len(values), axis=0)
    k, h, basis = _cubics(len(values), frames)
    slope = tangents(values, frames)
    return (
        basis[0] * values[frames[k]]
        + basis[1] * h * slope[k]
        + basis[2] * values[frames[k + 1]]
        + basis[3] * h * slope[k + 1]
    )


def turning_points(values: np.ndarray, least: float) -> np.ndarray:
    """Frames (K,) where a curve (T,D) turns back by more than `least`, along the direction it varies most in."""
    centred = values - values.mean(axis=0)
    if len(values) < 3 or np.abs(centred).max() < least / 2:
        return np.zeros(0, dtype=int)
    curve = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    steps = np.sign(np.diff(curve))
    candidates = [0, *(np.flatnonzero(steps[1:] * steps[:-1] < 0) + 1), len(curve) - 1]
    found, last, rising = [], 0, 0
    for frame in candidates[1:]:  # `last` is the highest (or lowest) point since the last turn
        change = curve[frame] - curve[last]
        if rising == 0 or change * rising > 0:
            if rising == 0 and abs(change) <= least:
                continue
            last, rising = frame, int(np.sign(change))
        elif abs(change) > least:
            found.append(last)
            last, rising = frame, -rising
    return np.array(found, dtype=int)


def _tracks(motion: Motion) -> dict[str, np.ndarray]:
    rotations = quat.continuous(motion.rotations.astype(np.float64))
    pelvis = motion.trans.astype(np.float64) + REST_PELVIS
    return {LOCATION: pelvis, **{name: rotations[:, JOINT[name]] for name in JOINTS}}


def _levers() -> dict[str, float]:
    """How far a joint's turn throws what hangs on it, metres: to the farthest joint below, at least a hand's length."""
    length = np.full(len(JOINTS), 0.1)
    for joint in reversed(range(len(JOINTS))):
        if PARENTS[joint] >= 0:
            bone = float(np.linalg.norm(OFFSETS[joint]))
            below = length[joint] if length[joint] > 0.1 else 0.0
            length[PARENTS[joint]] = max(length[PARENTS[joint]], bone + below)
    return {name: float(length[JOINT[name]]) for name in JOINTS}


def contact_changes(motion: Motion) -> dict[str, np.ndarray]:
    """(T,) bool per track: first and last frames of the contacts it takes part in."""
    none = np.zeros(len(motion), dtype=bool)
    changes = dict.fromkeys((LOCATION, *JOINTS), none)
    contacts = find_contacts(Pose.of(motion), motion.fps)
    for side in SIDES:
        stands = np.concatenate([[False], contacts[side].ball, [False]])
        edge = contacts[side].ball & ~(stands[:-2] & stands[2:])
        for name in (*PARTS[f"{side}_leg"], "pelvis", LOCATION):
            changes[name] = changes[name] | edge
    return changes


def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(T,) between two tracks: radians for quaternions (T,4), which need not be unit, else what the values are in."""
    if a.shape[1] == 4:
        return quat.angle_between(quat.normalize(a), quat.normalize(b))
    return np.linalg.norm(a - b, axis=1)


def refine(
    values: np.ndarray,
    frames: np.ndarray,
    tolerance: float,
    *,
    between: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
    error_of: Callable[[np.ndarray, np.ndarray], np.ndarray] = distance,
) -> np.ndarray:
    """More keys where intervals err, the worst frame of each, until none does (at the latest when all are keys).

    between(values, frames): the curve through the keys, `interpolate` by default. error_of(values, curve) -> (T,).
    """
    while True:
        error = error_of(values, (between or interpolate)(values, frames))
        error[frames] = 0
        if error.max() <= tolerance:
            return frames
        worst = [a + int(error[a:b].argmax()) for a, b in itertools.pairwise(frames)]
        frames = np.union1d(frames, [frame for frame in worst if error[frame] > tolerance])


def interpolate_linear(values: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """The curve (T,D) through the keys at `frames` (K,) of a dense one, by straight lines; constant outside."""
    times = np.arange(len(values))
    return np.stack([np.interp(times, frames, column) for column in values[frames].T], axis=1)
