"""The panel "Keys": the dense keys of a motion become few."""

from __future__ import annotations

import bpy

from ..operators.keys import keys_fault
from .sidebar import SidebarPanel
from .wrapped_text import columns_of, draw_text


class LABAN_PT_keys(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_keys"
    bl_label = "Keys"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.operator("laban.reduce_keys", text="Reduce Keys...", icon="KEYFRAME")
        if fault := keys_fault(context):
            draw_text(self.layout, fault, width=columns_of(context), icon="INFO")


CLASSES = (LABAN_PT_keys,)
