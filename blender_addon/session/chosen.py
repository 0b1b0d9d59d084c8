"""What the user has chosen: the rig, the settings of the panels, the rows of their lists, where a motion shall go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from ..properties.complete import LabanPin
from ..properties.generate import LabanHits, LabanSettings
from ..properties.strips import LabanStrip
from .outcome import Place


def settings_of(context: bpy.types.Context) -> LabanSettings:
    return context.scene.laban


def edit_settings(context: bpy.types.Context) -> Any:
    """`scene.laban_edit`"""
    return context.scene.laban_edit


def target_rig(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active armature, or the one that deforms the active mesh: people click on the body."""
    thing = context.view_layer.objects.active
    if thing is not None and thing.type == "MESH":
        return thing.find_armature() or thing
    return thing


def rig_fault(context: bpy.types.Context) -> str:
    """Why the active object cannot take a motion, "" when it can."""
    from motion_core.retarget import RigError

    from ..rig.rig import check_armature

    try:
        check_armature(target_rig(context))
    except RigError as error:
        return str(error)
    return ""


def other_rigs(context: bpy.types.Context) -> list[tuple[Any, str]]:
    """The rigs that are selected beside the active one, each with why it cannot take a motion, "" when it can."""
    from motion_core.retarget import RigError

    from ..rig.rig import check_armature

    active, found = target_rig(context), []
    for thing in context.view_layer.objects:
        if thing.type != "ARMATURE" or thing == active or not thing.select_get():
            continue
        try:
            check_armature(thing)
            found.append((thing, ""))
        except RigError as error:
            found.append((thing, str(error)))
    return found


def place_of(context: bpy.types.Context) -> Place:
    """Where a motion goes that is asked for now."""
    settings, scene, rig = settings_of(context), context.scene, target_rig(context)
    assert rig is not None
    start = scene.frame_current if settings.start == "CURRENT" else settings.start_frame
    also = tuple((other.session_uid, other.name) for other, fault in other_rigs(context) if not fault)
    return replace(place_on(rig, scene, start, tries_first(context)), also=also)


def tries_first(context: bpy.types.Context) -> bool:
    """Whether a whole new motion has to be accepted. Without a window only where a script says so: nobody is there."""
    edit = edit_settings(context)
    return edit.trial and (not bpy.app.background or edit.is_property_set("trial"))


def place_on(rig: Any, scene: Any, start_frame: int, try_first: bool) -> Place:
    """The place of a motion that starts at a frame on a rig; try_first: it has to be accepted."""
    extend = scene.laban.extend_range
    return Place(scene.session_uid, rig.session_uid, rig.name, start_frame, extend, try_first)


def strips_of(context: bpy.types.Context) -> Any:
    """`object.laban_strips` of the rig, None when there is no armature."""
    rig: Any = target_rig(context)
    return rig.laban_strips if rig is not None and rig.type == "ARMATURE" else None


def chosen_strip(context: bpy.types.Context) -> LabanStrip | None:
    """The strip chosen in the list."""
    kept = strips_of(context)
    return None if kept is None or not 0 <= kept.chosen < len(kept.strips) else kept.strips[kept.chosen]


def pins_of_rig(context: bpy.types.Context) -> Any:
    """`object.laban_pins` of the rig, None when there is no armature."""
    rig: Any = target_rig(context)
    return rig.laban_pins if rig is not None and rig.type == "ARMATURE" else None


def chosen_pin(context: bpy.types.Context) -> LabanPin | None:
    """The pin chosen in the list."""
    kept = pins_of_rig(context)
    return kept.pins[kept.chosen] if kept is not None and 0 <= kept.chosen < len(kept.pins) else None


def hits_of(context: bpy.types.Context) -> LabanHits:
    return context.window_manager.laban_hits
