"""Actions across Blender 4.2 to 5.2: make one, fill it in bulk, hand it to an object, drop what nobody uses.

Blender 4.4 put curves into slots; 5.0 took `Action.fcurves` away. Up to 4.5 `Action.fcurves` still stands for the
first slot, so two ways to reach the curves are enough.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

MAX_NAME_BYTES = 58  # an ID name holds 63 bytes before Blender 5.0; ".001" must still fit
OURS = "laban_keys"  # custom property of every action we made: a checksum of its name and keys
KEYS = "laban_curves"  # and one of its keys alone
LINEAR = 1  # keyframe interpolation, as foreach_set wants it


@dataclass(frozen=True)
class Channel:
    """One animated property of a bone: values (T,n), one f-curve per column."""

    bone: str
    path: str  # data path from the object
    values: np.ndarray


def action_name(text: str | None) -> str:
    """A name for an action from any prompt: one line, at most 58 bytes of UTF-8, whole characters; never empty."""
    text = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", text or "")
    text = " ".join(text.split())
    return text.encode()[:MAX_NAME_BYTES].decode(errors="ignore").strip() or "Laban"


def _curves(action: Any, owner: bpy.types.Object) -> tuple[Any, str, Any]:
    """(f-curve collection, its word for the group, slot) of a new action, ready for curves of `owner`."""
    slot = None
    if hasattr(action, "slots"):
        slot = action.slots.new(id_type="OBJECT", name=owner.name)
        action.layers.new("Layer").strips.new(type="KEYFRAME")
    return *curves_of(action, slot), slot


def curves_of(action: Any, slot: Any) -> tuple[Any, str]:
    """(f-curve collection, its word for the group) of a slot of an action, to read and to add to.

    slot: None before Blender 4.4.
    """
    if slot is None:
        return action.fcurves, "action_group"
    bag = action.layers[0].strips[0].channelbag(slot, ensure=True)
    if hasattr(action, "fcurves") and slot == action.slots[0]:
        return action.fcurves, "action_group"
    return bag.fcurves, "group_name"


def fill(curve: bpy.types.FCurve, keys: np.ndarray) -> None:
    """Gives a curve without keys linear keys (T,2) float32: frame and value.

    `update` sets the handles, which new keys leave at the origin.
    """
    points = curve.keyframe_points
    points.add(len(keys))
    points.foreach_set("co", keys.ravel())
    points.foreach_set("interpolation", np.full(len(keys), LINEAR, dtype=np.int32))
    curve.update()


def make_action(
    owner: bpy.types.Object, name: str, channels: Sequence[Channel], first_frame: float
) -> tuple[bpy.types.Action, Any]:
    """A new action with one linear key per frame, and its slot for `owner` (None before Blender 4.4)."""
    action = bpy.data.actions.new(name)
    curves, group_word, slot = _curves(action, owner)
    for channel in channels:
        keys = np.empty((len(channel.values), 2), dtype=np.float32)
        keys[:, 0] = first_frame + np.arange(len(keys))
        for index, column in enumerate(channel.values.T):
            keys[:, 1] = column
            fill(curves.new(channel.path, index=index, **{group_word: channel.bone}), keys)
    return action, slot


def sign(action: bpy.types.Action) -> None:
    """Marks an action as our own result, as it is now."""
    action[OURS] = checksum(action)
    action[KEYS] = checksum(action, named=False)


def keys_changed(action: Any) -> bool:
    """Whether somebody has changed keys of a result of ours; false where that is not known."""
    return KEYS in action and action[KEYS] != checksum(action, named=False)


def fcurves(action: Any) -> list[bpy.types.FCurve]:
    """Every f-curve of an action, of all its slots."""
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    bags = [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]
    return [curve for bag in bags for curve in bag.fcurves]


def active_curves(owner: bpy.types.Object) -> list[bpy.types.FCurve]:
    """The f-curves that move `owner` now: those of its action's slot."""
    data: Any = owner.animation_data
    return [] if data is None or data.action is None else _played_curves(data)


def heard_curves(owner: bpy.types.Object) -> list[bpy.types.FCurve]:
    """The f-curves that move `owner` at some frame: those of its action and of its NLA strips.

    Muted and empty curves, strips and tracks are left out.
    """
    data: Any = owner.animation_data
    tracks = [] if data is None else [track for track in data.nla_tracks if not track.mute]
    strips = [
        strip for track in tracks for strip in track.strips if strip.action is not None and not strip.mute
    ]
    found = [*active_curves(owner), *(curve for strip in strips for curve in _played_curves(strip))]
    return [curve for curve in found if not curve.mute and len(curve.keyframe_points)]


def _played_curves(player: Any) -> list[bpy.types.FCurve]:
    """The curves of the action, in the slot, of an object's animation data or an NLA strip."""
    action = player.action
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    slot = player.action_slot
    if slot is None:
        return []
    strips = [strip for layer in action.layers for strip in layer.strips]
    bags = [bag for strip in strips if (bag := strip.channelbag(slot)) is not None]
    return [curve for bag in bags for curve in bag.fcurves]


def checksum(action: bpy.types.Action, *, named: bool = True) -> str:
    """Changes when a key or the name does: tells a result nobody touched from one that somebody worked on."""
    total = zlib.crc32(action.name.encode() if named else b"")
    for curve in fcurves(action):
        keys = np.empty(len(curve.keyframe_points) * 2, dtype=np.float32)
        curve.keyframe_points.foreach_get("co", keys)
        total = zlib.crc32(keys.tobytes(), total)
    return f"{total:08x}"


def slot_of(action: Any) -> Any:
    """The slot of an action that was made for one object; None before Blender 4.4."""
    return action.slots[0] if hasattr(action, "slots") else None


def put_action(owner: bpy.types.Object, action: bpy.types.Action, slot: Any) -> None:
    """Makes `action` the active one of `owner`; `let_go` of the one before."""
    data = owner.animation_data or owner.animation_data_create()
    before = data.action
    data.action = action
    if slot is not None:
        data.action_slot = slot
    if before is not None and before != action:
        let_go(before)


def let_go(action: bpy.types.Action) -> bool:
    """Decides what becomes of an action that nothing plays any more. Returns whether it was deleted.

    Our own untouched result is deleted when it has no users. Any other action without users gets a fake user, so that
    it stays in the file.
    """
    if action.users > 0 or action.library is not None:
        return False
    if action.get(OURS) == checksum(action):
        bpy.data.actions.remove(action)
        return True
    action.use_fake_user = True
    return False


def succeed(before: bpy.types.Action, after: bpy.types.Action | None) -> None:
    """`let_go` of an action. The one after it takes its name, if it was named beside it ("walk.001")."""
    name = before.name
    if let_go(before) and after is not None and after.name.rpartition(".")[0] == name:
        after.name = name
        sign(after)


@contextmanager
def held(action: bpy.types.Action | None) -> Iterator[None]:
    """An action that stays in the file though nothing plays it for a moment."""
    if action is None or action.library is not None:
        yield
        return
    fake, action.use_fake_user = action.use_fake_user, True
    try:
        yield
    finally:
        action.use_fake_user = fake
