"""Few keys in place of one a frame: a rig's action is reduced within a tolerance, as Blender shows it.

First each bone's channel is reduced by itself, in the bone's own rotation mode, by `motion_core.editing.reduce`. Then
Blender evaluates the rig with its constraints. Where errors add up to too much, more keys are kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINTS, PARENT_OF
from motion_core.editing.contacts import runs
from motion_core.editing.reduce import (
    LOCATION,
    TURNING,
    contact_changes,
    handles,
    interpolate,
    interpolate_linear,
    refine,
    turning_points,
)
from motion_core.retarget import BonePoses, RigError, bone_poses_to_motion
from motion_core.rig_maps import BoneMap

from ..actions.actions import LINEAR, active_curves
from ..actions.keys import read_keys, write_keys
from ..actions.read_poses import bone_path, curve_values
from ..actions.rotation_modes import rotation_path, values_to_quats
from ..rig.bone_map import bones_of
from ..rig.capture import capture_poses
from ..rig.fps import scene_fps
from ..rig.rig import read_rig
from .bake import check_writable

BEZIER = 2  # key interpolation, and the type of handles that stay in line when one is moved
ALIGNED = 3
ROUNDS = 16
AROUND = 40  # frames beside a bad one that are looked at again: so far a new key is felt, and further
CONTRIBUTES = 0.8  # of the largest own error of a channel in a frame: who has as much gets a key there
HAND = 0.1  # of a leg's length: what a joint without others below it still throws


@dataclass(frozen=True)
class Tolerance:
    """How far the reduced motion may be from the dense one, in the world."""

    millimetres: float = 5.0  # for every joint
    degrees: float = 1.0  # for the turn of every bone
    linear: bool = False  # straight lines between keys, instead of Bezier curves

    def __post_init__(self) -> None:
        for name in ("millimetres", "degrees"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise RigError(f"the tolerance is {value} {name}: give one above 0")


@dataclass(frozen=True, eq=False)
class Channels:
    """The curves of one property of one bone."""

    bone: bpy.types.PoseBone
    path: str
    curves: list[bpy.types.FCurve]
    values: np.ndarray  # (T,n) at whole frames, before the reduction
    lever: float  # metres that a radian (of a location: a unit) moves what hangs on the bone
    contact: np.ndarray  # (T,) bool: frames that keep a key

    @property
    def turns(self) -> bool:
        return not self.path.endswith("location")

    def error(self, values: np.ndarray, shown: np.ndarray) -> np.ndarray:
        """(T,) radians, or units of a location."""
        if self.turns:
            return quat.angle_between(values_to_quats(self.bone, values), values_to_quats(self.bone, shown))
        return np.linalg.norm(values - shown, axis=1)


@dataclass(frozen=True)
class Reduced:
    """What came of a reduction."""

    before: int  # keys
    after: int
    millimetres: float  # the largest error of a joint
    degrees: float  # the largest error of a bone's turn
    left_alone: tuple[str, ...]  # data paths that could not be reduced


def reduce_action(context: bpy.types.Context, rig: Any, tolerance: Tolerance) -> Reduced:
    """Reduces the keys of the rig's active action, of the bones that are joints. Every other curve stays as it is.

    Keys stay at the first and last frame and at extremes; on legs and pelvis also where contacts begin and end. Raises
    RigError, with nothing changed, for a rig or an action that cannot be reduced.
    """
    check_writable(rig)
    _check_action(rig)
    bone_map = bones_of(rig)
    curves, left_alone = _usable_curves(rig, bone_map)
    frames = _frames(rig, curves)
    dense = capture_poses(context, rig, frames)
    channels = list(_channels(context, rig, bone_map, (curves, frames, dense)))
    before = sum(len(curve.keyframe_points) for channel in channels for curve in channel.curves)
    kept = [(curve, read_keys(curve)) for channel in channels for curve in channel.curves]
    judge = _judge(context, rig, bone_map, (channels, frames, dense))
    try:
        errors = _reduce(channels, tolerance, frames, judge)
    except BaseException:
        for curve, table in kept:
            write_keys(curve, table)
        raise
    after = sum(len(curve.keyframe_points) for curve, _ in kept)
    worst = float(errors.metres.max()), float(errors.radians.max())
    return Reduced(before, after, worst[0] * 1000, float(np.degrees(worst[1])), tuple(left_alone))


def _check_action(rig: Any) -> None:
    data = rig.animation_data
    if data is None or data.action is None:
        raise RigError(f"{rig.name!r} has no active action: there are no keys to reduce")
    if data.action.library is not None:
        raise RigError(f"the action {data.action.name!r} is linked from another file: make it local first")


def _usable_curves(rig: Any, bone_map: BoneMap) -> tuple[dict[str, dict[int, Any]], list[str]]:
    """({data path: {component: curve}} of the bones that are joints, the paths that cannot be reduced).

    A path cannot be reduced when it is muted or locked, has modifiers, or is a rotation that lacks a component.
    """
    ours = {*bone_map.bones.values(), *([bone_map.carrier] if bone_map.carrier else [])}
    found: dict[str, dict[int, Any]] = {}
    for curve in active_curves(rig):
        place = bone_path(curve.data_path)
        if place is not None and place[0] in ours:
            bone = rig.pose.bones[place[0]]
            if curve.data_path in (rotation_path(bone), f"{bone.path_from_id()}.location"):
                found.setdefault(curve.data_path, {})[curve.array_index] = curve
    bad = []
    for path, parts in found.items():
        size = 4 if path.endswith(("quaternion", "axis_angle")) else 3
        odd = any(c.mute or c.lock or len(c.modifiers) or not len(c.keyframe_points) for c in parts.values())
        if odd or (not path.endswith("location") and len(parts) < size):
            bad.append(path)
    return {path: parts for path, parts in found.items() if path not in bad}, bad


def _frames(rig: Any, curves: dict[str, dict[int, Any]]) -> range:
    """The whole frames from the first to the last key."""
    name = rig.animation_data.action.name
    if not curves:
        raise RigError(f"the action {name!r} has no curves of the rig's joints that can be reduced")
    spans = [tuple(curve.range()) for parts in curves.values() for curve in parts.values()]
    first = int(np.ceil(min(low for low, _ in spans) - 1e-3))
    last = int(np.floor(max(high for _, high in spans) + 1e-3))
    if last - first < 2:
        raise RigError(f"the action {name!r} has {last - first + 1} frames: there is nothing to reduce")
    return range(first, last + 1)


def _channels(
    context: Any,
    rig: Any,
    bone_map: BoneMap,
    taken: tuple[dict[str, dict[int, Any]], range, BonePoses],
) -> Iterator[Channels]:
    curves, frames, dense = taken
    unit, levers = _unit(context, rig), _levers(rig, bone_map)
    motion = bone_poses_to_motion(dense, read_rig(rig), bone_map.read, scene_fps(context.scene))
    contacts = contact_changes(motion)
    joint_of = {bone: joint for joint, bone in bone_map.bones.items()}
    for path, parts in curves.items():
        name = bone_path(path)[0]  # type: ignore[index]
        bone, joint = rig.pose.bones[name], joint_of.get(name, "pelvis")
        ordered = [parts[index] for index in sorted(parts)]
        values = np.stack([curve_values(curve, frames) for curve in ordered], axis=1).astype(np.float64)
        if path.endswith("rotation_quaternion"):
            values = quat.continuous(values)
        moves = path.endswith("location")
        lever = unit if moves else unit * levers[joint]
        yield Channels(bone, path, ordered, values, lever, contacts[LOCATION if moves else joint])


def _unit(context: Any, rig: Any) -> float:
    """Metres of a unit of the armature."""
    return float(rig.matrix_world.median_scale) * float(context.scene.unit_settings.scale_length)


def _levers(rig: Any, bone_map: BoneMap) -> dict[str, float]:
    """How far it is, in armature units, from a joint to the farthest one that hangs on it."""
    heads = {joint: np.array(rig.data.bones[bone].head_local) for joint, bone in bone_map.bones.items()}
    least = HAND * float(np.linalg.norm(heads["left_hip"] - heads["left_ankle"]))
    below = {joint: [joint] for joint in JOINTS}
    for joint in reversed(JOINTS):
        if (parent := PARENT_OF[joint]) is not None:
            below[parent] += below[joint]
    return {
        joint: max([least, *(float(np.linalg.norm(heads[other] - head)) for other in below[joint] if other in heads)])
        for joint, head in heads.items()
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Errors:
    """How far the rig is from the dense motion."""

    rows: np.ndarray  # (T,) the frames that were compared, from the first on
    metres: np.ndarray  # (T,) of the worst joint
    radians: np.ndarray  # (T,) of the worst bone
    own: np.ndarray  # (channels,T) metres that each channel's own error moves what hangs on it

    def share(self, tolerance: Tolerance) -> np.ndarray:
        """(T,) of the tolerance that is used up; above 1 it does not hold."""
        return np.maximum(
            self.metres / (tolerance.millimetres / 1000), self.radians / np.radians(tolerance.degrees)
        )


def _judge(
    context: Any, rig: Any, bone_map: BoneMap, dense: tuple[Sequence[Channels], range, BonePoses]
) -> Callable[[np.ndarray], Errors]:
    """A function that lets Blender evaluate some frames (rows from the first on) as the rig is now, and compares."""
    channels, frames, given = dense
    unit, names = _unit(context, rig), list(bone_map.read.values())
    turns = np.array([channel.turns for channel in channels])
    levers = np.array([channel.lever for channel in channels])

    def judge(rows: np.ndarray) -> Errors:
        rig.update_tag()
        metres, own = [], []
        for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
            some = range(frames.start + int(run[0]), frames.start + int(run[-1]) + 1)
            shown = capture_poses(context, rig, some)
            off = [np.linalg.norm(shown.heads[name] - given.heads[name][run], axis=1) for name in names]
            metres.append(np.max(off, axis=0) * unit)
            now = (np.stack([curve_values(curve, some) for curve in c.curves], axis=1) for c in channels)
            own.append([c.error(c.values[run], values) for c, values in zip(channels, now)])
        errors = np.concatenate(own, axis=1)
        radians = errors[turns].max(axis=0) if turns.any() else np.zeros(len(rows))
        return Errors(rows, np.concatenate(metres), radians, errors * levers[:, None])

    return judge


def _reduce(
    channels: Sequence[Channels],
    tolerance: Tolerance,
    frames: range,
    judge: Callable[[np.ndarray], Errors],
) -> Errors:
    """Writes keys until the errors are within the tolerance.

    It starts with what each channel needs by itself. Where errors add up along a limb, the channels that contribute get
    keys at the worst frames, at last all channels. Only frames around bad ones are evaluated between two looks at all.
    """
    everywhere = np.arange(len(frames))
    looked, rows = everywhere, [_rows(channel, tolerance) for channel in channels]
    changed = [True] * len(rows)
    for number in itertools.count():
        _write(channels, rows, changed, (frames.start, tolerance.linear))
        errors = judge(looked)
        share = errors.share(tolerance)
        bad = errors.rows[share > 1]
        if len(bad) == 0 and len(looked) == len(everywhere):
            return errors
        if len(bad) == 0:
            looked, changed = everywhere, [False] * len(rows)
            continue
        if all(np.isin(bad, row).all() for row in rows):  # a frame with a key in every channel is as it was
            return errors
        more = _contributions(errors, share) if number < ROUNDS else [bad] * len(rows)
        former, rows = rows, [np.union1d(row, new).astype(int) for row, new in zip(rows, more)]
        changed = [len(new) > len(old) for new, old in zip(rows, former)]
        near = np.convolve(np.isin(everywhere, bad), np.ones(2 * AROUND + 1))[AROUND:][: len(frames)]
        looked = np.flatnonzero(near > 0.5)
    raise AssertionError


def _contributions(errors: Errors, share: np.ndarray) -> list[np.ndarray]:
    """The frames (K,) that get a key, for each channel: the worst frame of each bad stretch.

    A channel gets it only if its own error there is among the large ones.
    """
    worst = np.array([start + int(share[start:stop].argmax()) for start, stop in runs(share > 1)])
    large = errors.own[:, worst] > CONTRIBUTES * errors.own[:, worst].max(axis=0)
    return [errors.rows[worst[which]] for which in large]


def _rows(channel: Channels, tolerance: Tolerance) -> np.ndarray:
    """The frames (K,), counted from the first, that a channel keeps for its own sake."""
    allowed = tolerance.millimetres / 1000 / channel.lever
    allowed = min(np.radians(tolerance.degrees), allowed) if channel.turns else allowed / 2
    ends = np.array([0, len(channel.values) - 1])
    fixed = np.union1d(ends, np.flatnonzero(channel.contact))
    fixed = np.union1d(fixed, turning_points(channel.values, TURNING * allowed))
    between = interpolate_linear if tolerance.linear else interpolate
    return refine(channel.values, fixed.astype(int), allowed, between=between, error_of=channel.error)


def _write(
    channels: Sequence[Channels], rows: Sequence[np.ndarray], changed: Sequence[bool], how: tuple[int, bool]
) -> None:
    """Writes the keys of the channels that changed. how: the frame of row 0, and whether curves are straight between
    keys.
    """
    first, linear = how
    for channel, kept in itertools.compress(zip(channels, rows), changed):
        left, right = handles(channel.values, kept)
        for column, curve in enumerate(channel.curves):
            keys = {name: np.zeros((len(kept), 1), np.int32) for name in ("easing", "type")}
            keys["interpolation"] = np.full((len(kept), 1), LINEAR if linear else BEZIER, np.int32)
            keys["handle_left_type"] = keys["handle_right_type"] = np.full((len(kept), 1), ALIGNED, np.int32)
            values = channel.values[kept, column]
            keys["co"] = np.stack([first + kept, values], axis=1).astype(np.float32)
            for name, side in (("handle_left", left), ("handle_right", right)):
                keys[name] = (side[:, [0, 1 + column]] + [first, 0]).astype(np.float32)
            write_keys(curve, keys)
