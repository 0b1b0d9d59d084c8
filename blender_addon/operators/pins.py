"""The list of pins: add one where a joint is, or from selected empties; remove; go to its empty."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty

from ..properties.complete import JOINT_ITEMS, LabanPin
from ..session.chosen import chosen_pin, pins_of_rig, rig_fault, target_rig
from . import OperatorReturn

SIZE = 0.08  # of the empty, in shares of the rig's height


def add_pin(context: bpy.types.Context, rig: Any, joint: str, empty: bpy.types.Object) -> LabanPin:
    """A pin at the current frame, chosen in the list."""
    pin = rig.laban_pins.pins.add()
    pin.name = joint.replace("_", " ").capitalize()
    pin.joint, pin.target = joint, empty
    pin.start = pin.end = context.scene.frame_current
    rig.laban_pins.chosen = len(rig.laban_pins.pins) - 1
    return pin


def _empty_at_joint(context: bpy.types.Context, rig: Any, joint: str) -> bpy.types.Object:
    """A new empty where the rig has the joint now, turned as the rig stands."""
    from ..rig.bone_map import bones_of

    bone = rig.evaluated_get(context.evaluated_depsgraph_get()).pose.bones[bones_of(rig).read[joint]]
    empty = bpy.data.objects.new(f"{rig.name} {joint.replace('_', ' ')}", None)
    empty.empty_display_type, empty.empty_display_size = "ARROWS", max(rig.dimensions) * SIZE
    empty.location = rig.matrix_world @ bone.head
    empty.rotation_euler = rig.matrix_world.to_euler()
    for collection in rig.users_collection:
        collection.objects.link(empty)
    return empty


class PinOperator:
    bl_options: Any = {"REGISTER", "UNDO"}  # noqa: RUF012
    needs_pin = True

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = rig_fault(context)
        if not fault and cls.needs_pin and chosen_pin(context) is None:
            fault = "there is no pin: add one"
        cls.poll_message_set(fault)  # type: ignore[attr-defined]
        return not fault


class LABAN_OT_add_pin(PinOperator, bpy.types.Operator):
    """Hold a joint at this frame where it is now: a new empty is put there, to be moved"""

    bl_idname = "laban.add_pin"
    bl_label = "Add Pin"
    needs_pin = False

    joint: EnumProperty(name="Joint", items=JOINT_ITEMS, default="right_wrist")

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        from ..rig.bone_map import bones_of

        rig: Any = target_rig(context)
        if self.joint not in bones_of(rig).read:
            self.report({"ERROR"}, f"{rig.name!r} has no bone for {self.joint}: choose another joint")
            return {"CANCELLED"}
        add_pin(context, rig, self.joint, _empty_at_joint(context, rig, self.joint))
        return {"FINISHED"}


class LABAN_OT_pin_selected(PinOperator, bpy.types.Operator):
    """Hold, at this frame, the joint at each selected empty"""

    bl_idname = "laban.pin_selected"
    bl_label = "Pin to Selected Empties"
    needs_pin = False

    joint: EnumProperty(name="Joint", items=JOINT_ITEMS, default="right_wrist")

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        empties = [thing for thing in context.selected_objects if thing.type == "EMPTY"]
        if not empties:
            self.report(
                {"ERROR"}, "no empty is selected: select one beside the rig (the rig stays the active object)"
            )
            return {"CANCELLED"}
        for empty in empties:
            add_pin(context, target_rig(context), self.joint, empty)
        return {"FINISHED"}


class LABAN_OT_remove_pin(PinOperator, bpy.types.Operator):
    """Take the chosen pin out of the list; its empty stays"""

    bl_idname = "laban.remove_pin"
    bl_label = "Remove Pin"

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        kept = pins_of_rig(context)
        kept.pins.remove(kept.chosen)
        kept.chosen = max(0, min(kept.chosen, len(kept.pins) - 1))
        return {"FINISHED"}


CLASSES = (LABAN_OT_add_pin, LABAN_OT_pin_selected, LABAN_OT_remove_pin)
