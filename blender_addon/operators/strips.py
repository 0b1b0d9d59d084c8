"""The list of prompt strips: add, duplicate, remove, move, split, snap."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty

from motion_core.catalog import DEFAULT_MODEL

from ..actions.records import Strip
from ..properties.settings import values_of
from ..properties.strips import models, redraw_timelines
from ..rig.fps import scene_fps
from ..session.chosen import chosen_strip, settings_of, strips_of, target_rig
from ..strips.strip_list import add_strip, new_uid, plain_strip, put_in_order
from . import OperatorReturn


class StripOperator:
    """Works on the strips of the rig; with `needs_strip`, on the chosen one."""

    bl_options: Any = {"REGISTER", "UNDO"}  # noqa: RUF012
    needs_strip = True

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        kept = strips_of(context)
        fault = "select a rig" if kept is None else ""
        if not fault and target_rig(context).library is not None:
            fault = f"{target_rig(context).name!r} is linked from another file: make a library override first"
        if not fault and cls.needs_strip and chosen_strip(context) is None:
            fault = "there is no prompt strip: add one"
        cls.poll_message_set(fault)  # type: ignore[attr-defined]
        return not fault

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        self.change(context, strips_of(context))
        redraw_timelines()
        return {"FINISHED"}

    def change(self, context: bpy.types.Context, kept: Any) -> None:
        raise NotImplementedError


class LABAN_OT_add_strip(StripOperator, bpy.types.Operator):
    """Add a prompt strip behind the last one, as long as Seconds says, with the words and seed of Text to Motion"""

    bl_idname = "laban.add_strip"
    bl_label = "Add Strip"
    needs_strip = False

    def change(self, context: bpy.types.Context, kept: Any) -> None:
        scene: Any = context.scene
        shown, fps = settings_of(context), scene_fps(scene)
        start = max((strip.end for strip in kept.strips), default=scene.frame_current)
        model = shown.model if shown.model in models() else DEFAULT_MODEL
        end = start + max(1, round(shown.seconds * fps))
        own: Any = values_of(shown)
        add_strip(kept, Strip(new_uid(), shown.prompt, start, end, shown.seed, model, 0.5, **own))


class LABAN_OT_duplicate_strip(StripOperator, bpy.types.Operator):
    """Add a copy of the chosen strip behind it; the strips behind make room"""

    bl_idname = "laban.duplicate_strip"
    bl_label = "Duplicate Strip"

    def change(self, context: bpy.types.Context, kept: Any) -> None:
        strip = plain_strip(kept.strips[kept.chosen])
        length = strip.end - strip.start
        _push(kept, strip.end, strip.end + length)
        copy = {**vars(strip), "uid": new_uid(), "start": strip.end, "end": strip.end + length}
        add_strip(kept, Strip(**copy))


def _push(kept: Any, start: int, end: int) -> None:
    """Moves the strips that begin at or behind `start` back, all alike, so that up to `end` there is room."""
    later = [strip for strip in kept.strips if strip.start >= start]
    shift = end - min((strip.start for strip in later), default=end)
    for strip in later if shift > 0 else ():
        strip.start, strip.end = strip.start + shift, strip.end + shift


class LABAN_OT_remove_strip(StripOperator, bpy.types.Operator):
    """Take the chosen strip out of the list; its motion stays on the rig until the others are made again"""

    bl_idname = "laban.remove_strip"
    bl_label = "Remove Strip"

    def change(self, context: bpy.types.Context, kept: Any) -> None:
        kept.strips.remove(kept.chosen)
        kept.chosen = max(0, min(kept.chosen, len(kept.strips) - 1))


class LABAN_OT_move_strip(StripOperator, bpy.types.Operator):
    """Let the chosen strip change places in time with its neighbour"""

    bl_idname = "laban.move_strip"
    bl_label = "Move Strip"
    direction: EnumProperty(
        name="Direction", items=(("UP", "Earlier", "Before its neighbour"), ("DOWN", "Later", "Behind it"))
    )

    def change(self, context: bpy.types.Context, kept: Any) -> None:
        put_in_order(kept)
        other = kept.chosen + (1 if self.direction == "DOWN" else -1)
        if not 0 <= other < len(kept.strips):
            return
        first, second = (kept.strips[n] for n in sorted((kept.chosen, other)))
        start, gap, end = first.start, second.start - first.end, second.end
        first.start, first.end = start + (second.end - second.start) + gap, end
        second.start, second.end = start, first.start - gap
        put_in_order(kept)


class LABAN_OT_split_strip(StripOperator, bpy.types.Operator):
    """Cut the strip under the playhead in two"""

    bl_idname = "laban.split_strip"
    bl_label = "Split Strip at Playhead"

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        kept, frame = strips_of(context), context.scene.frame_current
        strip = next((s for s in kept.strips if s.start < frame < s.end), None)
        if strip is None:
            self.report({"ERROR"}, f"no prompt strip goes on at frame {frame}: move the playhead into one")
            return {"CANCELLED"}
        rest = {**vars(plain_strip(strip)), "uid": new_uid(), "start": frame}
        strip.end = frame
        add_strip(kept, Strip(**rest))
        redraw_timelines()
        return {"FINISHED"}


class LABAN_OT_snap_strips(StripOperator, bpy.types.Operator):
    """Move the strips to each other, without gaps and overlaps, in their order and with their lengths"""

    bl_idname = "laban.snap_strips"
    bl_label = "Snap Strips"

    def change(self, context: bpy.types.Context, kept: Any) -> None:
        put_in_order(kept)
        frame = kept.strips[0].start
        for strip in kept.strips:
            length = max(strip.end - strip.start, 1)
            strip.start, strip.end = frame, frame + length
            frame += length


CLASSES = (
    LABAN_OT_add_strip,
    LABAN_OT_duplicate_strip,
    LABAN_OT_remove_strip,
    LABAN_OT_move_strip,
    LABAN_OT_split_strip,
    LABAN_OT_snap_strips,
)
