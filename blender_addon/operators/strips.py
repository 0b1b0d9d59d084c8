"""Prompt strips: the list (add, duplicate, remove, move, split, snap); make one, all, what changed; make again."""

from __future__ import annotations

import secrets
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from motion_core.catalog import DEFAULT_MODEL
from motion_core.tasks import MAX_SEED, TaskError

from ..actions.records import Strip
from ..properties.preferences import service_settings
from ..properties.strips import models, redraw_timelines
from ..rig.fps import scene_fps
from ..session.chosen import chosen_strip, rig_fault, settings_of, strips_of, target_rig
from ..session.outcome import Outcome
from ..session.session import BUSY, SESSION
from ..strips.pins import pin_fault_of
from ..strips.stale import stale_on
from ..strips.strip_list import add_strip, in_order, new_uid, plain_strip, put_in_order, strips_fault
from ..trial import trial
from . import Result

WHICH = (
    ("CHANGED", "What changed", "The strips that are not made yet, or are no longer what their motion was made by"),
    ("ONE", "The chosen strip", "Anew, led from the strip before into the one behind"),
    ("ALL", "All strips", "All of them anew, from the first to the last"),
)  # fmt: skip


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

    def execute(self, context: bpy.types.Context) -> Result:
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
        sampling = (0.5, shown.steps, round(shown.guidance, 4))
        add_strip(kept, Strip(new_uid(), shown.prompt, start, end, shown.seed, model, *sampling))


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

    def execute(self, context: bpy.types.Context) -> Result:
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


def strips_to_make(context: bpy.types.Context, which: str) -> set[str]:
    """uids of the strips that are to be made."""
    rig: Any = target_rig(context)
    if which == "ALL":
        return {strip.uid for strip in rig.laban_strips.strips}
    if which == "ONE":
        strip = chosen_strip(context)
        return set() if strip is None else {strip.uid}
    return set(stale_on(context, rig))


def make_fault(context: bpy.types.Context) -> str:
    """Why no strips can be made, "" when they can."""
    if SESSION.run is not None:
        return BUSY
    if fault := service_settings().fault or rig_fault(context):
        return fault
    rig: Any = target_rig(context)
    scene: Any = context.scene
    strips, fps = in_order(rig), scene_fps(scene)
    return strips_fault(strips, fps) or pin_fault_of(rig, strips, fps)


class Making:
    """What the operators share that start making strips."""

    bl_options: Any = {"REGISTER"}  # noqa: RUF012 - the undo step is made when the motion is on the rig
    report: Any
    wait: BoolProperty(
        name="Wait", options={"HIDDEN", "SKIP_SAVE"},
        description="Return only when the motion is on the rig; always so without a window",
    )  # fmt: skip

    def make(self, context: bpy.types.Context, to_make: set[str], pins: Any = None) -> Result:
        from motion_core.retarget import RigError

        from ..strips.run import begin

        rig = target_rig(context)
        assert rig is not None
        try:
            begin(context, rig, service_settings(), to_make, pins)
        except (TaskError, RigError) as error:
            return self.fail(str(error))
        return self.finish() if self.wait or bpy.app.background else {"FINISHED"}

    def fail(self, fault: str) -> Result:
        SESSION.outcome = Outcome(fault, True)
        self.report({"ERROR"}, fault)
        return {"CANCELLED"}

    def finish(self) -> Result:
        SESSION.wait()
        self.report({"ERROR" if SESSION.outcome.failed else "INFO"}, SESSION.outcome.text)
        return {"CANCELLED"} if SESSION.outcome.failed else {"FINISHED"}


class LABAN_OT_generate_strips(Making, bpy.types.Operator):
    """Make the motion of prompt strips and put it on the rig, on trial if so set. Blender stays usable meanwhile"""

    bl_idname = "laban.generate_strips"
    bl_label = "Generate Strips"
    which: EnumProperty(name="Which", items=WHICH, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = make_fault(context)
        cls.poll_message_set(fault)
        return not fault

    def execute(self, context: bpy.types.Context) -> Result:
        rig = target_rig(context)
        if trial.playing(rig):  # what is to be made is told by what was there before
            trial.reject(bpy.context.scene, rig)
        return self.make(context, strips_to_make(context, self.which))


class LABAN_OT_regenerate(Making, bpy.types.Operator):
    """Make the motion of an action or NLA strip again from what its properties say: prompts, seeds, models, frames, and
    what was kept, pinned or followed"""

    bl_idname = "laban.regenerate"
    bl_label = "Regenerate"
    action: StringProperty(
        name="Action", options={"SKIP_SAVE"},
        description="By default the rig's active action, else the NLA strip that is active or under the playhead",
    )  # fmt: skip
    seed: IntProperty(
        name="Seed", default=-1, min=-1, max=MAX_SEED, options={"SKIP_SAVE"},
        description="-1: the seed it was made with, which gives the same motion",
    )  # fmt: skip
    new_seed: BoolProperty(name="New Seed", options={"SKIP_SAVE"}, description="Draw another seed")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = BUSY if SESSION.run is not None else service_settings().fault or rig_fault(context)
        cls.poll_message_set(fault)
        return not fault

    def execute(self, context: bpy.types.Context) -> Result:
        from motion_core.retarget import RigError

        from ..changes.remake import action_to_remake, remake, restore_strips, strip_pins_of, version_note

        rig, seed = target_rig(context), None if self.seed < 0 else self.seed
        if self.new_seed:
            seed = secrets.randbelow(MAX_SEED)
        try:
            action = action_to_remake(context, rig, self.action)
            if note := version_note(action):
                self.report({"WARNING"}, note)
            pins = strip_pins_of(action)
            to_make = restore_strips(rig, action, seed)
            if to_make:
                return self.make(context, to_make, pins)
            remake(context, rig, action, seed)
        except (TaskError, RigError) as error:
            return self.fail(str(error))
        return self.finish() if self.wait or bpy.app.background else {"FINISHED"}


CLASSES = (
    LABAN_OT_add_strip,
    LABAN_OT_duplicate_strip,
    LABAN_OT_remove_strip,
    LABAN_OT_move_strip,
    LABAN_OT_split_strip,
    LABAN_OT_snap_strips,
    LABAN_OT_generate_strips,
    LABAN_OT_regenerate,
)
