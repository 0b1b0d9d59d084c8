"""The panel "Bones": which bone is which joint, to look at and to correct."""

from __future__ import annotations

from typing import Any

import bpy

from motion_core.body.joints import PARTS

from ..operators.bones import map_fault
from ..properties.bones import title_of
from ..session.chosen import rig_fault, target_rig
from .sidebar import SidebarPanel, said_plainly
from .wrapped_text import columns_of, draw_text

POPUP = 32  # characters beside each other where the panel is a window of its own
GROUPS = {
    "Trunk": ("pelvis", *PARTS["spine"], *PARTS["head"]),
    "Left arm": PARTS["left_arm"], "Right arm": PARTS["right_arm"],
    "Left leg": PARTS["left_leg"], "Right leg": PARTS["right_leg"],
}  # fmt: skip


class LABAN_PT_bones(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_bones"
    bl_label = "Bones"
    bl_parent_id = "LABAN_PT_motion"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        rig: Any = target_rig(context)
        if fault := map_fault(context):
            draw_text(layout, fault, width=columns_of(context), icon="INFO")
            return
        _draw_presets(layout)
        if fault := rig_fault(context):
            region: Any = context.region
            own = region is not None and region.type != "UI"  # opened beside the tab, by *Choose Bones*
            draw_text(
                layout,
                said_plainly(fault),
                width=POPUP if own else columns_of(context),
                icon="ERROR",
                lines=12,
            )
        layout.use_property_split, layout.use_property_decorate = True, False
        for group, joints in GROUPS.items():
            column = layout.column(align=True)
            column.label(text=group)
            for joint in joints:
                words = title_of(joint.removeprefix("left_").removeprefix("right_"))
                column.prop_search(rig.laban_joints, joint, rig.data, "bones", text=words)


def _draw_presets(layout: bpy.types.UILayout) -> None:
    row = layout.row(align=True)
    row.operator("laban.detect_bones", icon="VIEWZOOM")
    row.operator("laban.load_bone_preset", text="", icon="PRESET")
    row.operator("laban.save_bone_preset", text="", icon="ADD")
    row.operator("laban.delete_bone_preset", text="", icon="REMOVE")


CLASSES = (LABAN_PT_bones,)
