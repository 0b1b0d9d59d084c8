"""A few keys that an animator can edit, in place of one per frame.

Between keys the curves are Blender's Bezier with free handles: at each key the tangent of the dense curve, handles one
third of the way to the neighbouring keys. Such a segment is exactly the cubic of Hermite,

    v(t) = (2u^3 - 3u^2 + 1) v_a + (u^3 - 2u^2 + u) h s_a + (3u^2 - 2u^3) v_b + (u^3 - u^2) h s_b,   u = (t - a) / h

with h = b - a frames and s the slopes per frame, on each channel by itself (four of a quaternion, continuous in sign,
as Blender interpolates them; then scaled to length 1). `handles` gives what to write into the keys. A track's keys
start with its ends, turning points and contact changes; where an interval errs most, one more is set, until all hold.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from motion_core import quaternions as quat
from motion_core.editing.contacts import SIDES, find_contacts
from motion_core.editing.pose import Pose
from motion_core.motion import Motion
from motion_core.skeleton import JOINT, JOINTS, OFFSETS, PARENTS, PARTS, REST_PELVIS

LOCATION = "location"  # the pelvis' place among the tracks; all others are rotations of joints
TURNING = 2.0  # tolerances a curve must turn by for a turning point to be kept
ROUNDS = 8
MARGIN = 0.8

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
    contact = _contact_changes(motion)
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
            keys[name] = _refined(values, keys[name], tolerance)
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


def slopes(values: np.ndarray) -> np.ndarray:
    """Tangents (T,D) of a dense curve per frame: central differences, one-sided at the ends."""
    return np.gradient(values, axis=0) if len(values) > 1 else np.zeros_like(values)


def handles(values: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bezier handles of the keys at `frames` (K,) of a dense curve (T,D): (left, right), each (K,1+D).

    A row is the handle's frame and its values. Where there is no neighbour, the handle is as long as on the other side.
    """
    gaps = np.diff(frames).astype(np.float64)
    before = np.concatenate([gaps[:1], gaps])[: len(frames)] if len(gaps) else np.ones(len(frames))
    after = np.concatenate([gaps, gaps[-1:]])[: len(frames)] if len(gaps) else np.ones(len(frames))
    at, tangent = values[frames], slopes(values)[frames]
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
    times = np.clip(np.arange(len(values)), frames[0], frames[-1])
    k = np.clip(np.searchsorted(frames, times, side="right") - 1, 0, len(frames) - 2)
    a, b = frames[k], frames[k + 1]
    h = (b - a)[:, None].astype(np.float64)
    u = (times - a)[:, None] / h
    tangent = slopes(values)
    return (
        (2 * u**3 - 3 * u**2 + 1) * values[a]
        + (u**3 - 2 * u**2 + u) * h * tangent[a]
        + (3 * u**2 - 2 * u**3) * values[b]
        + (u**3 - u**2) * h * tangent[b]
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


def _contact_changes(motion: Motion) -> dict[str, np.ndarray]:
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


def _refined(values: np.ndarray, frames: np.ndarray, tolerance: float) -> np.ndarray:
    """More keys where intervals err, the worst frame of each, until none does (at the latest when all are keys)."""
    while True:
        curve = interpolate(values, frames)
        if values.shape[1] == 4:
            error = quat.angle_between(values, quat.normalize(curve))
        else:
            error = np.linalg.norm(values - curve, axis=1)
        error[frames] = 0
        if error.max() <= tolerance:
            return frames
        worst = [a + int(error[a:b].argmax()) for a, b in itertools.pairwise(frames)]
        frames = np.union1d(frames, [frame for frame in worst if error[frame] > tolerance])
