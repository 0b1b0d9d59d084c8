"""Lists of prompt strips on a rig in Blender, made, and looked at."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from blender_addon.actions.actions import fcurves
from blender_addon.actions.records import Strip, records_on
from blender_addon.operators.generate_strips import strips_to_make
from blender_addon.properties.preferences import service_settings
from blender_addon.strips.stale import stale
from blender_addon.strips.strip_list import in_order

WALK, WAVE, SIT = ("a person walks", 1, 25), ("a person waves", 25, 49), ("a person sits down", 49, 73)


def rig_for_strips(context: Any) -> Any:
    """Our rig, clips of one second with two steps of sampling, nothing on trial."""
    bpy.ops.laban.add_rig()
    context.scene.laban.seconds, context.scene.laban.steps = 1.0, 2
    context.scene.laban_edit.trial = False
    return context.object


def lay_strips(rig: Any, *strips: tuple[str, int, int]) -> None:
    """Fills a rig's list with (prompt, start, end), two steps of sampling each; the rig is the active object then."""
    context = bpy.context
    context.view_layer.objects.active = rig
    context.scene.laban.seconds, context.scene.laban.steps = 1.0, 2
    for prompt, start, end in strips:
        bpy.ops.laban.add_strip()
        strip = rig.laban_strips.strips[rig.laban_strips.chosen]
        strip.prompt, strip.start, strip.end = prompt, start, end


def make(which: str = "CHANGED") -> set[str]:
    return bpy.ops.laban.generate_strips(which=which)


def start(context: Any, rig: Any) -> None:
    """What the button does where timers run: begin making what changed, and return."""
    from blender_addon.strips.run import begin

    begin(context, rig, service_settings(), strips_to_make(context, "CHANGED"))


def heads(context: Any, rig: Any, start: int, end: int) -> np.ndarray:
    """(T,bones,3) joints that Blender shows in the frames start to end."""
    found = []
    for frame in range(start, end + 1):
        context.scene.frame_set(frame)
        posed = rig.evaluated_get(context.evaluated_depsgraph_get())
        found.append([tuple(bone.head) for bone in posed.pose.bones])
    return np.array(found)


def nla(rig: Any) -> list[tuple[str, float, float]]:
    """Names and frames of all NLA strips."""
    return [
        (strip.name, strip.frame_start, strip.frame_end)
        for track in rig.animation_data.nla_tracks
        for strip in track.strips
    ]


def spans(rig: Any) -> list[tuple[str, int, int]]:
    """(prompt, start, end) of the rig's list."""
    return [(strip.prompt, strip.start, strip.end) for strip in rig.laban_strips.strips]


def reasons(context: Any, rig: Any) -> list[str]:
    """Prompts of the strips that are to be made, at 24 fps."""
    found = stale(in_order(rig), records_on(rig), 24.0)
    return [strip.prompt for strip in in_order(rig) if strip.uid in found]


def keys_of(rig: Any) -> dict[tuple[str, int], list[tuple[float, float]]]:
    """{(data path, index): (frame, value) of every key} of the rig's action."""
    return {
        (c.data_path, c.array_index): [tuple(k.co) for k in c.keyframe_points]
        for c in fcurves(rig.animation_data.action)
    }


def plain(uid: str, start: int, end: int, **more: Any) -> Strip:
    """A strip as plain values, of half a second's transition."""
    values = {"prompt": f"a person does {uid}", "seed": 0, "model": "dit-adaln", "transition": 0.5}
    return Strip(**{**values, "uid": uid, "start": start, "end": end, "steps": 0, "guidance": 0.0, **more})
