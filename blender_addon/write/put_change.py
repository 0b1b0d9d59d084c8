"""A motion for some frames and bones of an animated rig, put into a copy of its action. All else stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import bpy
import numpy as np

from motion_core.body import quaternions as quat
from motion_core.retarget import BonePoses, RigError

from ..actions.about import write_meta
from ..actions.actions import action_name, active_curves, curves_of, put_action, sign
from ..actions.merge import merge
from ..actions.read_poses import bone_path, moved_by_action_alone
from ..rig.bone_map import bones_of
from ..rig.capture import capture_poses, chain_of
from ..rig.limb_switches import Toggles
from ..rig.rig import read_rig
from .bake import check_writable
from .change import Change
from .edit_tracks import Tracks
from .keyed_rig import KeyedRig
from .wanted_poses import heads_of

PROBES = 5  # kept frames that are looked at
NEAR, NEAR_DEGREES = 0.01, 1.0  # metres of the world


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
        place = bone_path(driver.data_path)
        if place is not None and place[0] in names and place[1] != "scale" and not driver.mute:
            return f"bone {place[0]!r} is moved by a driver: remove or mute it first"
    if fault := Toggles(armature, bone_map).fault(joints):
        return fault
    paths = {curve.data_path for curve in active_curves(armature)}
    mine = {path for path in paths if (place := bone_path(path)) is not None and place[0] in names}
    return _modifier_fault(armature, mine)


def _modifier_fault(armature: bpy.types.Object, paths: Collection[str]) -> str:
    """Why keys of these data paths would not be what is seen, "" when they would."""
    for curve in active_curves(armature):
        kinds = [modifier.type.replace("_", " ").title() for modifier in curve.modifiers if not modifier.mute]
        if kinds and curve.data_path in paths:
            bone = curve.data_path.split('"')[1]
            return f"the curves of bone {bone!r} have the modifier {kinds[0]}: remove it, or bake the action first"
    return ""


def put_change(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    change: Change,
    title: str | None,
    extend_range: bool = False,
) -> tuple[bpy.types.Action, str]:
    """The rig plays the change as its active action: a copy of the former one, or a new one, of this title.

    Returns the action, and a note when kept frames are not what they were. Raises RigError, with nothing changed, when
    the rig cannot take it.
    """
    check_writable(armature)
    if fault := change_fault(armature, change.joints):
        raise RigError(fault)
    rig = KeyedRig(context, armature, change)
    if fault := change_fault(armature, rig.joints):
        raise RigError(fault)
    were = _probes(context, armature, change)
    tracks = Tracks(rig)
    if fault := _modifier_fault(armature, {track.path for track in tracks.all}):
        raise RigError(fault)
    action, slot = _copied(armature, title)
    curves, word = curves_of(action, slot)
    merge(curves, word, tracks.all, (change.first, change.last), _around(armature, change))
    write_meta(action, change.motion.meta)
    if action.use_frame_range:
        action.frame_start, action.frame_end = (
            min(action.frame_start, change.first), max(action.frame_end, change.last),
        )  # fmt: skip
    _hold_nothing_over_tracks(armature)
    put_action(armature, action, slot)
    sign(action)
    scene: Any = context.scene
    if extend_range:
        scene.frame_end = max(scene.frame_end, change.last)
    scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)
    notes = _miss_note(were, _probes(context, armature, change), armature), _gap_note(tracks.apart, armature)
    return action, ". ".join(note for note in notes if note)


def _copied(armature: bpy.types.Object, title: str | None) -> tuple[bpy.types.Action, Any]:
    """A copy of the active action and the rig's slot in it, or a new one."""
    data: Any = armature.animation_data
    before = data.action if data is not None else None
    action = bpy.data.actions.new(action_name(title)) if before is None else before.copy()
    if title:
        action.name = action_name(title)
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


# --- what came of it --------------------------------------------------------------------------------------------------


def _probes(context: bpy.types.Context, armature: bpy.types.Object, change: Change) -> list[BonePoses]:
    """The poses at some kept frames, of rigs whose poses are more than what their action says."""
    chain = chain_of(read_rig(armature), set(bones_of(armature).read.values()))
    if moved_by_action_alone(armature, chain, travelling=False):
        return []
    kept = np.flatnonzero(change.kept) + change.first
    some = kept[np.unique(np.linspace(0, len(kept) - 1, PROBES).astype(int))] if len(kept) else kept
    return [capture_poses(context, armature, range(frame, frame + 1)) for frame in some.tolist()]


def _miss_note(were: list[BonePoses], now: list[BonePoses], armature: bpy.types.Object) -> str:
    """What to say when kept frames do not show what they showed: of the bone that is farthest off."""
    names = list(bones_of(armature).read.values())
    size = _metres(armature)
    worst, metres, degrees = "", 0.0, 0.0
    for before, after in zip(were, now):
        for name in names:
            apart = float(np.linalg.norm(before.heads[name] - after.heads[name], axis=1).max()) * size
            turn = quat.angle_between(before.orientations[name], after.orientations[name]).max()
            if max(apart / NEAR, np.degrees(turn) / NEAR_DEGREES) > max(
                metres / NEAR, degrees / NEAR_DEGREES
            ):
                worst = name
            metres, degrees = max(metres, apart), max(degrees, float(np.degrees(turn)))
    if metres <= NEAR and degrees <= NEAR_DEGREES:
        return ""
    return (
        f"Kept frames are up to {metres * 100:.1f} cm and {degrees:.1f} degrees off, most at bone {worst!r}: something "
        "else than keys moves it (a driver, the NLA): bake the action (Object > Animation > Bake Action), then complete"
    )


def _gap_note(apart: dict[int, float], armature: bpy.types.Object) -> str:
    """What to say when the bones that are keyed cannot show what a kept frame beside a gap shows."""
    if not apart:
        return ""
    frame = max(apart, key=lambda frame: apart[frame])
    metres = apart[frame] * _metres(armature)
    if metres <= NEAR:
        return ""
    return (
        f"Beside kept frames the rig jumps by up to {metres * 100:.1f} cm (frame {frame}): its FK bones cannot "
        "reach what IK shows there; unlock their scale and location, and mute constraints that limit them"
    )


def _metres(armature: bpy.types.Object) -> float:
    """Metres of the world in a unit of the armature."""
    return float(np.median(np.array(armature.matrix_world.to_scale())))


def head_predictor(
    context: bpy.types.Context, armature: bpy.types.Object, change: Change
) -> Callable[[Change], dict[str, np.ndarray]]:
    """A function that says where a change will put the joints' bones: {joint: (T,3)} in armature space.

    It takes changes that differ from this one by their motion alone.
    """
    rig = KeyedRig(context, armature, change)
    return lambda other: heads_of(rig, other.motion)
