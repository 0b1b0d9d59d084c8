"""A motion onto some frames and some bones of an animated rig, into a copy of its action; all else stays as it is.

Rigs whose bones only their channels move are posed against what the bones between do (`motion_onto_poses`), and keep
their own keys at kept frames. On control rigs, which pass on poses through constraints, all frames are keyed, the
limbs are switched to FK, and other controls that would turn the body meanwhile are brought to rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from motion_core import quaternions as quat
from motion_core.motion import Motion
from motion_core.retarget import BonePoses, RigError, motion_to_bone_curves, pose_bones
from motion_core.retarget.onto import motion_onto_poses, poses_to_channels
from motion_core.rig_maps import BoneMap, switch_joints

from .action_curves import bone_path, moved_by_action_alone
from .actions import action_name, active_curves, curves_of, put_action, sign
from .bake import check_writable, write_meta
from .capture import capture_poses, chain_of
from .channels import rotation_path, rotation_property, rotation_values
from .controls import constrained, read_controls, set_switches, usable_switches
from .influences import other_controls
from .key_merge import Run, Track, merge
from .mapping import bones_of
from .rig import read_rig

REST: dict[str, Any] = {
    "location": 0.0, "rotation_quaternion": (1, 0, 0, 0), "rotation_euler": 0.0, "rotation_axis_angle": (0, 0, 1, 0),
}  # fmt: skip


PROBES = 5  # kept frames that are looked at
NEAR, NEAR_DEGREES = 0.01, 1.0  # metres of the world


@dataclass(frozen=True, eq=False)
class Change:
    """motion: at the scene's rate, its first frame at `first`. kept (T,) bool: frames whose pose stays. joints: whose
    bones are keyed."""

    first: int
    motion: Motion
    kept: np.ndarray
    joints: frozenset[str]

    @property
    def last(self) -> int:
        return self.first + len(self.motion) - 1

    @property
    def frames(self) -> range:
        return range(self.first, self.last + 1)


def is_control_rig(armature: bpy.types.Object, bone_map: BoneMap) -> bool:
    """Whether what is keyed is not what shows the pose."""
    return bool(bone_map.shown or bone_map.carrier or bone_map.switches) or constrained(armature, bone_map)


def change_fault(armature: bpy.types.Object, joints: frozenset[str]) -> str:
    """Why the keys of these joints cannot be changed, "" when they can. Cheap enough for a panel."""
    data: Any = armature.animation_data
    if data is None:
        return ""
    if any(track.is_solo for track in data.nla_tracks):
        return "an NLA track plays solo: end that, so that the rig's action is seen"
    if data.action is not None and (data.action_influence != 1 or data.action_blend_type != "REPLACE"):
        return "the action is blended with the NLA: set it to Replace with influence 1, or bake it first"
    bone_map = bones_of(armature)
    names = {bone_map.bones[joint] for joint in joints if joint in bone_map.bones}
    for driver in data.drivers:
        if (place := bone_path(driver.data_path)) is not None and place[0] in names and place[1] != "scale":
            return (
                f"bone {place[0]!r} is moved by a driver: remove or mute it first" if not driver.mute else ""
            )
    for curve in active_curves(armature):
        place = bone_path(curve.data_path)
        if place is None or place[0] not in names:
            continue
        kinds = [modifier.type.replace("_", " ").title() for modifier in curve.modifiers if not modifier.mute]
        if kinds:
            return f"the curves of bone {place[0]!r} have the modifier {kinds[0]}: remove it, or bake the action first"
    return ""


def put_change(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    change: Change,
    title: str | None,
    extend_range: bool = False,
) -> tuple[bpy.types.Action, str]:
    """The rig plays the change as its active action: a copy of the one before, or a new one. Returns it, and a note
    when kept frames are not what they were. Raises RigError, and changes nothing, when the rig cannot take it.
    """
    check_writable(armature)
    if fault := change_fault(armature, change.joints):
        raise RigError(fault)
    bone_map = bones_of(armature)
    control = is_control_rig(armature, bone_map)
    were = _probes(context, armature, change)
    tracks = (
        _control_tracks(context, armature, change) if control else _bone_tracks(context, armature, change)
    )
    action, slot = _copied(armature, title)
    curves, word = curves_of(action, slot)
    merge(curves, word, tracks, (change.first, change.last), _around(armature, change))
    write_meta(action, change.motion.meta)
    if action.use_frame_range:
        action.frame_start, action.frame_end = (
            min(action.frame_start, change.first), max(action.frame_end, change.last),
        )  # fmt: skip
    _hold_nothing_over_tracks(armature)
    put_action(armature, action, slot)
    sign(action)
    if control:
        set_switches(armature, _switches(bone_map, change.joints))
    scene: Any = context.scene
    if extend_range:
        scene.frame_end = max(scene.frame_end, change.last)
    scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)
    return action, _miss_note(were, _probes(context, armature, change), armature, change.joints)


def _copied(armature: bpy.types.Object, title: str | None) -> tuple[bpy.types.Action, Any]:
    """A copy of the active action and the rig's slot in it, or a new one."""
    data: Any = armature.animation_data
    before = data.action if data is not None else None
    action = bpy.data.actions.new(action_name(title)) if before is None else before.copy()
    action.use_fake_user = False
    if not hasattr(action, "slots"):
        return action, None
    slot = None
    if before is not None and data.action_slot is not None:
        slot = action.slots[data.action_slot.identifier]
    if slot is None:
        slot = action.slots.new(id_type="OBJECT", name=armature.name)
    if not len(action.layers):
        action.layers.new("Layer").strips.new(type="KEYFRAME")
    return action, slot


def _around(armature: bpy.types.Object, change: Change) -> tuple[bool, bool]:
    """Whether the action has keys before and behind the change."""
    spans = [curve.range() for curve in active_curves(armature) if len(curve.keyframe_points)]
    if not spans:
        return False, False
    return min(s[0] for s in spans) < change.first, max(s[1] for s in spans) > change.last


def _hold_nothing_over_tracks(armature: bpy.types.Object) -> None:
    """A first action over NLA tracks plays in its own frames only; else its ends would cover the tracks."""
    data: Any = armature.animation_data
    if data is not None and data.action is None and any(len(track.strips) for track in data.nla_tracks):
        data.action_extrapolation = "NOTHING"


# --- rigs whose bones their channels move -----------------------------------------------------------------------------


def _bone_tracks(context: bpy.types.Context, armature: bpy.types.Object, change: Change) -> list[Track]:
    mapping = bones_of(armature).bones
    poses = capture_poses(context, armature, change.frames)
    bones = [bone for bone in read_rig(armature) if bone.name in poses.heads]
    channels, _ = motion_onto_poses(change.motion, poses, bones, mapping, change.joints)
    were = poses_to_channels(poses, bones)
    alone = moved_by_action_alone(armature, set(poses.heads), travelling=False)
    tracks = []
    for name, quats in channels.rotations.items():
        quats = np.where(change.kept[:, None], were.rotations[name], quats)
        tracks.append(_turning(armature, name, quat.continuous(quats), change, alone))
    for name, places in channels.locations.items():
        places = np.where(change.kept[:, None], were.locations[name], places)
        tracks.append(_moving(armature, name, places, change, alone))
    return tracks


def _own_curves(armature: bpy.types.Object, path: str, width: int) -> list[bpy.types.FCurve] | None:
    """The curves of all components of a property, in order; None when some are missing or off."""
    own = {c.array_index: c for c in active_curves(armature) if c.data_path == path and not c.mute}
    whole = all(index in own and len(own[index].keyframe_points) for index in range(width))
    return [own[index] for index in range(width)] if whole else None


def _stretches(kept: np.ndarray) -> Iterator[tuple[int, int]]:
    """Rows start:stop of the frames that do not stay."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], kept, [True]]).astype(int)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist())


def _turning(armature: bpy.types.Object, name: str, quats: np.ndarray, change: Change, alone: bool) -> Track:
    """quats (T,4) as a track of the bone's own rotation mode; where its curves show kept frames, those keep theirs."""
    bone = armature.pose.bones[name]
    path, rest = rotation_path(bone), np.array(getattr(bone, rotation_property(bone)), dtype=np.float64)
    own = _own_curves(armature, path, len(rest))
    stretches = list(_stretches(change.kept)) if alone and own else [(0, len(quats))]
    runs = []
    for start, stop in stretches:
        before, after = (_values_at(own, change.first + frame) for frame in (start - 1, stop))
        values = rotation_values(bone, quats[start:stop], before)
        jump = after is not None and bone.rotation_mode != "AXIS_ANGLE" and _jumps(values[-1], after)
        runs.append(Run(change.first + start, values, jump))
    return Track(name, path, tuple(runs), rest)


def _values_at(own: list[bpy.types.FCurve] | None, frame: int) -> np.ndarray | None:
    return None if own is None else np.array([curve.evaluate(frame) for curve in own])


def _jumps(last: np.ndarray, after: np.ndarray) -> bool:
    """Whether two neighbours are alike in other numbers: a quaternion and its negative, angles a full turn apart."""
    return bool(last @ after < 0) if len(last) == 4 else bool(np.abs(last - after).max() > np.pi)


def _moving(armature: bpy.types.Object, name: str, places: np.ndarray, change: Change, alone: bool) -> Track:
    """places (T,3) as a track of the bone's location."""
    bone = armature.pose.bones[name]
    path = f"{bone.path_from_id()}.location"
    own = _own_curves(armature, path, 3)
    stretches = list(_stretches(change.kept)) if alone and own else [(0, len(places))]
    runs = tuple(Run(change.first + start, places[start:stop]) for start, stop in stretches)
    return Track(name, path, runs, np.array(bone.location, dtype=np.float64))


# --- rigs of controls -------------------------------------------------------------------------------------------------


def _control_tracks(context: bpy.types.Context, armature: bpy.types.Object, change: Change) -> list[Track]:
    bone_map = bones_of(armature)
    bones = read_controls(context, armature, bone_map)
    curves = motion_to_bone_curves(change.motion, bones, bone_map.bones, carrier=bone_map.carrier)
    names = {bone_map.bones[joint] for joint in change.joints if joint in bone_map.bones}
    whole = "pelvis" in change.joints
    if whole and bone_map.carrier:
        names.add(bone_map.carrier)
    tracks = [
        _turning(armature, name, quats, change, False)
        for name, quats in curves.rotations.items()
        if name in names
    ]
    if whole:
        tracks.append(_moving(armature, curves.root, curves.locations, change, False))
    keyed = {track.path for track in tracks}
    tracks += [track for track in _resting(context, armature, change, names) if track.path not in keyed]
    return tracks + _switch_tracks(armature, bone_map, change)


def _resting(
    context: bpy.types.Context, armature: bpy.types.Object, change: Change, keyed: set[str]
) -> Iterator[Track]:
    """Other channels that would move what is keyed, at rest from the first frame to the last."""
    for name, prop in other_controls(context, armature, bones_of(armature), change.joints, keyed):
        bone = armature.pose.bones[name]
        now = np.array(getattr(bone, prop), dtype=np.float64)
        rest = np.broadcast_to(REST[prop], now.shape).astype(np.float64)
        values = np.tile(rest, (len(change.motion), 1))
        yield Track(name, f"{bone.path_from_id()}.{prop}", (Run(change.first, values),), now)


def _switches(bone_map: BoneMap, joints: frozenset[str]) -> tuple[Any, ...]:
    return tuple(switch for switch in bone_map.switches if switch_joints(switch) & joints)


def _switch_tracks(armature: bpy.types.Object, bone_map: BoneMap, change: Change) -> list[Track]:
    """The limbs that are keyed go over to FK at the first frame and back behind the last."""
    tracks = []
    for switch in usable_switches(armature, _switches(bone_map, change.joints)):
        bone: Any = armature.pose.bones[switch.bone]
        path = f'{bone.path_from_id()}["{bpy.utils.escape_identifier(switch.property)}"]'
        values = np.full((len(change.motion), 1), switch.value)
        now = np.array([float(bone[switch.property])])
        tracks.append(Track(switch.bone, path, (Run(change.first, values),), now, steps=True))
    return tracks


# --- what came of it --------------------------------------------------------------------------------------------------


def _probes(context: bpy.types.Context, armature: bpy.types.Object, change: Change) -> list[BonePoses]:
    """The poses at some kept frames, of rigs whose poses are more than what their action says."""
    chain = chain_of(read_rig(armature), set(bones_of(armature).read.values()))
    if moved_by_action_alone(armature, chain, travelling=False):
        return []
    kept = np.flatnonzero(change.kept) + change.first
    some = kept[np.unique(np.linspace(0, len(kept) - 1, PROBES).astype(int))] if len(kept) else kept
    return [capture_poses(context, armature, range(frame, frame + 1)) for frame in some.tolist()]


def _miss_note(
    were: list[BonePoses], now: list[BonePoses], armature: bpy.types.Object, joints: frozenset[str]
) -> str:
    names = [bone for joint, bone in bones_of(armature).read.items() if joint in joints]
    size = float(np.median(np.array(armature.matrix_world.to_scale())))
    metres = degrees = 0.0
    for before, after in zip(were, now):
        for name in names:
            apart = float(np.linalg.norm(before.heads[name] - after.heads[name], axis=1).max()) * size
            turn = quat.angle_between(before.orientations[name], after.orientations[name]).max()
            metres, degrees = max(metres, apart), max(degrees, float(np.degrees(turn)))
    if metres <= NEAR and degrees <= NEAR_DEGREES:
        return ""
    return (
        f"Kept frames are up to {metres * 100:.1f} cm and {degrees:.1f} degrees off: this rig stretches its limbs, or "
        "has constraints that the keys do not reach"
    )


def predicted_heads(
    context: bpy.types.Context, armature: bpy.types.Object, change: Change
) -> dict[str, np.ndarray]:
    """Where the change will put the joints' bones, {joint: (T,3)}, in armature space."""
    bone_map = bones_of(armature)
    if is_control_rig(armature, bone_map):
        bones = read_controls(context, armature, bone_map)
        curves = motion_to_bone_curves(change.motion, bones, bone_map.bones, carrier=bone_map.carrier)
        heads = pose_bones(curves, bones).heads
    else:
        poses = capture_poses(context, armature, change.frames)
        bones = [bone for bone in read_rig(armature) if bone.name in poses.heads]
        heads = motion_onto_poses(change.motion, poses, bones, bone_map.bones, change.joints)[1].heads
    return {joint: heads[bone] for joint, bone in bone_map.bones.items()}
