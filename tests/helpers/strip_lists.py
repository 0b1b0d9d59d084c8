"""Lists of prompt strips on a rig in Blender, made, and looked at."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

WALK, WAVE, SIT = ("a person walks", 1, 25), ("a person waves", 25, 49), ("a person sits down", 49, 73)


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
