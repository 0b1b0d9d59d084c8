"""A result on trial: it plays on the rig, and then it stays or leaves no trace.

What was there before is kept on the armature object itself (`object.laban_preview`). So undo knows of it, and so does
the file when it is saved and opened again. The former action is held there, so nothing can delete it.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import bpy
from bpy.props import BoolProperty, PointerProperty, StringProperty

KEPT: Any = {"LIBRARY_OVERRIDABLE"}
# Entries of the state for NLA strips: of prompt strips on trial, and of strips that play another action
STRIPS, REPLACED = "strips", "replaced"


class LabanPreview(bpy.types.PropertyGroup):
    """`object.laban_preview`"""

    playing: BoolProperty(name="On trial", override=KEPT, description="Whether a result waits to be accepted")
    before: PointerProperty(
        name="Action before", type=bpy.types.Action, override=KEPT, description="What Reject brings back"
    )
    shown: PointerProperty(
        name="Action on trial", type=bpy.types.Action, override=KEPT, description="What Accept keeps"
    )
    replaced: PointerProperty(
        name="Action before in the NLA", type=bpy.types.Action, override=KEPT,
        description="What the NLA strips played whose action is on trial; Reject brings it back",
    )  # fmt: skip
    state: StringProperty(
        name="What was there",
        options={"HIDDEN"},
        override=KEPT,
        description="Poses, slot and blending of before",
    )


def playing(rig: Any) -> bool:
    """Whether a result is on trial on this rig."""
    return rig is not None and rig.type == "ARMATURE" and rig.laban_preview.playing


def begin(scene: Any, rig: Any) -> None:
    """Remembers what is there; a result that is on trial already is taken back before."""
    if playing(rig):
        reject(scene, rig)
    data: Any = rig.animation_data
    trial = rig.laban_preview
    trial.before = None if data is None else data.action
    trial.state = json.dumps(_state(scene, rig))
    trial.playing = True


def show(scene: Any, rig: Any, action: bpy.types.Action) -> None:
    """The result is on the rig."""
    rig.laban_preview.shown = action
    remember(rig, new_end=scene.frame_end)


def remember(rig: Any, **more: Any) -> None:
    """Adds to what is known of before, as JSON."""
    trial = rig.laban_preview
    trial.state = json.dumps(json.loads(trial.state) | more)


@contextmanager
def on_trial(scene: Any, rig: Any, trial: bool) -> Iterator[Callable[[bpy.types.Action], None]]:
    """A block in which a result is put on the rig. It gives a function that takes the result's action.

    A fault in the block brings back what was there. Without `trial` the result stays at the end of the block.
    """
    begin(scene, rig)
    known = {action.session_uid for action in bpy.data.actions}
    try:
        yield lambda action: show(scene, rig, action)
    except Exception:
        reject(scene, rig)
        for action in list(bpy.data.actions):
            if action.session_uid not in known and action.users == 0:
                bpy.data.actions.remove(action)
        raise
    if not trial:
        accept(rig)


def accept(rig: Any) -> None:
    """The result stays. The former action is deleted if it was an untouched result of ours, else it stays too."""
    from ..actions.actions import succeed
    from .nla_tracks import settle

    trial = rig.laban_preview
    before, shown, state = trial.before, trial.shown, json.loads(trial.state)
    replaced = trial.replaced
    if STRIPS in state:
        settle(rig, state[STRIPS])
    rig.property_unset("laban_preview")
    if replaced is not None:
        succeed(replaced, shown)
    elif before is not None:
        succeed(before, shown)


def reject(scene: Any, rig: Any) -> None:
    """Brings back what was there: action, slot, blending, NLA strips, scene end, poses and switches without keys."""
    from .nla_tracks import put_back, take_back

    trial = rig.laban_preview
    before, shown, state = trial.before, trial.shown, json.loads(trial.state)
    if STRIPS in state:
        take_back(rig, state[STRIPS])
    if trial.replaced is not None and shown is not None:
        put_back(rig, shown, trial.replaced, state[REPLACED])
    _restore_action(rig, before, state)
    rig.property_unset("laban_preview")
    if shown is not None and shown != before and shown.users == 0:
        bpy.data.actions.remove(shown)
    if scene.frame_end == state.get("new_end"):
        scene.frame_end = state["end"]
    _restore_pose(rig, state)
    scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)
    if scene.frame_current == state["frame"]:  # a pose that was set over the keys at this frame
        _restore_pose(rig, state)


def _state(scene: Any, rig: bpy.types.Object) -> dict[str, Any]:
    from ..actions.pose_values import pose_values

    data: Any = rig.animation_data
    poses = {name: _packed(values.tobytes()) for name, values in pose_values(rig).items()}
    state = {
        "frame": scene.frame_current,
        "end": scene.frame_end,
        "poses": poses,
        "numbers": _numbers(rig),
        "off": [list(place) for place in _constraints_off(rig)],
        "data": data is not None,
    }
    if data is not None:
        slot = getattr(data, "action_slot", None)
        state["slot"] = None if slot is None else slot.identifier
        state["blending"] = [data.action_influence, data.action_blend_type, data.action_extrapolation]
    return state


def _packed(raw: bytes) -> str:
    return base64.b64encode(zlib.compress(raw)).decode()


def _numbers(rig: bpy.types.Object) -> list[list[Any]]:
    """The custom properties of the bones that are numbers: [bone, property, value]."""
    bones: Any = rig.pose.bones
    return [
        [bone.name, key, value]
        for bone in bones
        for key, value in bone.items()
        if isinstance(value, bool | int | float)
    ]


def _constraints_off(rig: bpy.types.Object) -> set[tuple[str, str]]:
    """(bone, constraint) of those that are switched off."""
    bones: Any = rig.pose.bones
    return {(bone.name, c.name) for bone in bones for c in bone.constraints if not c.enabled}


def _restore_action(rig: bpy.types.Object, before: bpy.types.Action | None, state: dict[str, Any]) -> None:
    data: Any = rig.animation_data
    if not state["data"]:
        rig.animation_data_clear()
        return
    if data is None:
        data = rig.animation_data_create()
    data.action = before
    if before is not None and state["slot"] is not None and state["slot"] in before.slots:
        data.action_slot = before.slots[state["slot"]]
    elif before is not None and hasattr(data, "action_slot"):
        data.action_slot = None
    data.action_influence, data.action_blend_type, data.action_extrapolation = state["blending"]


def _restore_pose(rig: bpy.types.Object, state: dict[str, Any]) -> None:
    import numpy as np

    from ..actions.pose_values import pose_values, put_pose_values

    poses = {
        name: np.frombuffer(zlib.decompress(base64.b64decode(text)), np.float32)
        for name, text in state["poses"].items()
    }
    if all(len(values) == len(poses.get(name, ())) for name, values in pose_values(rig).items()):
        put_pose_values(rig, poses)
    bones: Any = rig.pose.bones
    for name, key, value in state["numbers"]:
        if name in bones and key in bones[name] and bones[name][key] != value:
            bones[name][key] = value
    off = {tuple(place) for place in state["off"]} if "off" in state else _constraints_off(rig)
    for bone in bones:
        for constraint in bone.constraints:
            if constraint.enabled == ((bone.name, constraint.name) in off):
                constraint.enabled = not constraint.enabled
    rig.update_tag()
