"""Make the motion of prompt strips: one, all, what changed; make the motion of an action again."""

from __future__ import annotations

import secrets
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from motion_core.tasks import MAX_SEED

from ..properties.preferences import service_settings
from ..rig.fps import scene_fps
from ..session.chosen import chosen_strip, rig_fault, target_rig
from ..session.session import BUSY, SESSION
from ..strips.pins import pin_fault_of
from ..strips.stale import stale_on
from ..strips.strip_list import in_order, strips_fault
from ..trial import trial
from .making import MakesMotion

WHICH = (
    ("CHANGED", "What changed", "The strips that are not made yet, or are no longer what their motion was made by"),
    ("ONE", "The chosen strip", "Anew, led from the strip before into the one behind"),
    ("ALL", "All strips", "All of them anew, from the first to the last"),
)  # fmt: skip


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


def _begin(context: bpy.types.Context, to_make: set[str], pins: Any = None) -> None:
    """Starts making strips of the rig, by their uids; pins: those to meet in place of the rig's list."""
    from ..strips.run import begin

    begin(context, target_rig(context), service_settings(), to_make, pins)


class LABAN_OT_generate_strips(MakesMotion, bpy.types.Operator):
    """Make the motion of prompt strips and put it on the rig, on trial if so set. Blender stays usable meanwhile"""

    bl_idname = "laban.generate_strips"
    bl_label = "Generate Strips"
    which: EnumProperty(name="Which", items=WHICH, options={"SKIP_SAVE"})

    @classmethod
    def fault(cls, context: bpy.types.Context) -> str:
        return make_fault(context)

    def start(self, context: bpy.types.Context) -> None:
        rig = target_rig(context)
        if trial.playing(rig):  # what is to be made is told by what was there before
            trial.reject(bpy.context.scene, rig)
        _begin(context, strips_to_make(context, self.which))


class LABAN_OT_regenerate(MakesMotion, bpy.types.Operator):
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
    fresh: BoolProperty(
        name="As It Is Now", options={"SKIP_SAVE"},
        description="With the curve, the pins and the keys as they are now; else as they were when it was first made",
    )  # fmt: skip

    @classmethod
    def fault(cls, context: bpy.types.Context) -> str:
        return BUSY if SESSION.run is not None else service_settings().fault or rig_fault(context)

    def start(self, context: bpy.types.Context) -> None:
        from ..changes.remake import action_to_remake, remake, restore_strips, strip_pins_of, version_note

        rig, seed = target_rig(context), None if self.seed < 0 else self.seed
        if self.new_seed:
            seed = secrets.randbelow(MAX_SEED)
        action = action_to_remake(context, rig, self.action)
        if note := version_note(action):
            self.report({"WARNING"}, note)
        pins = strip_pins_of(action)
        if to_make := restore_strips(rig, action, seed):
            _begin(context, to_make, pins)
        else:
            remake(context, rig, action, seed, fresh=self.fresh)


CLASSES = (LABAN_OT_generate_strips, LABAN_OT_regenerate)
