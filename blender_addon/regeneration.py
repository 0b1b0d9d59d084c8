"""A motion made again from what its action says: an action, or the one of an NLA strip, is all that is needed."""

from __future__ import annotations

from typing import Any

import bpy

from motion_core import __version__
from motion_core.catalog import find_card
from motion_core.tasks import Generate, Sampling, TaskError

from .preferences import current_choice
from .session import SESSION, Place
from .strips import Strip, records_of


def action_to_remake(context: Any, rig: Any, name: str = "") -> bpy.types.Action:
    """The action of that name, else the rig's active one, else that of the NLA strip that is active or under the
    playhead. Raises TaskError.
    """
    if name:
        if name not in bpy.data.actions:
            raise TaskError(f"there is no action {name!r} in this file")
        return bpy.data.actions[name]
    data = rig.animation_data
    if data is not None and data.action is not None:
        return data.action
    active = getattr(context, "active_nla_strip", None)
    if active is not None and active.action is not None:
        return active.action
    frame = context.scene.frame_current
    for track in data.nla_tracks if data is not None else ():
        for strip in track.strips:
            if strip.action is not None and strip.frame_start <= frame < strip.frame_end:
                return strip.action
    raise TaskError(f"{rig.name!r} plays no action at frame {frame}: choose an action, or an NLA strip")


def restore_strips(rig: Any, action: bpy.types.Action) -> set[str]:
    """Puts the strips that an action was made by into the rig's list, as they were then; returns their uids. Those that
    would overlap them, and are none of them, stay where they are and are complained of when the strips are made.
    """
    from .operators.strips import add_strip

    records, kept = records_of(action), rig.laban_strips
    for uid, record in records.items():
        strip = next((strip for strip in kept.strips if strip.uid == uid), None)
        values = {name: getattr(record, name) for name in Strip.__dataclass_fields__}
        if strip is None:
            add_strip(kept, Strip(**values))
            continue
        for name, value in values.items():
            setattr(strip, name, value)
    return set(records)


def request_of(action: Any) -> tuple[str, Generate, Sampling]:
    """(model id, task, sampling) that made an action. Raises TaskError for one that says no or too little of it."""
    model = action.get("laban_model")
    if model is None:
        raise TaskError(f"the action {action.name!r} does not say what made it: it is none of Laban's")
    task = action.get("laban_task", "generate")
    if task != "generate":
        raise TaskError(
            f"the action {action.name!r} was made out of another motion ({task}), which it does not hold: "
            "its properties alone cannot make it again"
        )
    needs = find_card(model).needs
    words = {needs: action.get(f"laban_{needs}")} if needs is not None else {}
    seconds = round(float(action.get("laban_seconds", 6.0)), 4)
    sampling = Sampling(
        int(action.get("laban_seed", 0)), action.get("laban_steps"), _number(action.get("laban_guidance"))
    )
    return model, Generate(seconds=seconds, **words), sampling


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def remake(context: Any, rig: Any, action: Any) -> None:
    """Asks for the motion of an action that one prompt made, for the same frames. Raises TaskError."""
    request = request_of(action)
    scene = context.scene
    start = round(action.frame_range[0])
    place = Place(scene.session_uid, rig.session_uid, rig.name, start, scene.laban.extend_range)
    SESSION.generate(current_choice(), request, place, request[1].text or request[1].action or "")


def version_note(action: Any) -> str:
    """What to say of an action that another version made, "" of one of this version."""
    made = action.get("laban_version")
    if made in (None, __version__):
        return ""
    return f"{action.name!r} was made by version {made}, this is {__version__}: the motion may differ"
