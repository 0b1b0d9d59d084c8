"""The panel "Complete and Edit" of the tab, with its pins and the results of before. Draws what is there."""

from __future__ import annotations

from typing import Any

import bpy

from ..operators.complete import edit_fault
from ..session.chosen import chosen_pin, edit_settings, pins_of_rig, settings_of
from ..session.session import SESSION
from .sidebar import SidebarPanel, draw_heard, draw_outcome, draw_trial, progress_text
from .strips_panel import draw_regenerate
from .wrapped_text import beside, columns_of, draw_text, fits_field

OPERATORS = {"COMPLETE": "laban.complete", "EDIT": "laban.edit", "FOLLOW": "laban.follow"}
WORDS = {
    "COMPLETE": "what happens in between (may be empty)",
    "EDIT": "what it shall do instead (may be empty)",
    "FOLLOW": "how it goes along, e.g. a person walks",
}


class LABAN_PT_edit(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_edit"
    bl_label = "Complete and Edit"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout, width = edit_settings(context), self.layout, columns_of(context)
        draw_trial(layout, context)
        column = layout.column()
        column.enabled = SESSION.run is None
        beside(column, width).prop(settings, "mode", expand=True)
        column.prop(settings_of(context), "model", text="")
        row = column.row()
        row.scale_y = 1.2
        row.prop(settings, "text", text="", placeholder=WORDS[settings.mode])
        if not fits_field(settings.text, width):
            draw_text(column, settings.text, width=width, typed=True)
        draw_heard(column, settings.text, width, fragment=settings.mode == "EDIT")
        fields = column.column()
        fields.use_property_split, fields.use_property_decorate = True, False
        DRAW[settings.mode](fields, settings)
        row = column.row(align=True)
        row.prop(settings_of(context), "seed")
        row.operator("laban.random_seed", text="", icon="FILE_REFRESH")
        column.prop(settings, "trial")
        _draw_button(layout, context, settings.mode, width)


def _draw_complete(column: bpy.types.UILayout, settings: Any) -> None:
    column.prop(settings, "way")
    column.prop(settings, "keys")
    if settings.keys == "SPANS":
        column.prop(settings, "spans")
    column.prop(settings, "range")
    if settings.way in ("CONTINUE", "LEAD_IN"):
        column.prop(settings, "seconds")
    if settings.way == "LOOP":
        column.prop(settings, "travel")
    column.prop(settings, "use_pins")


def _draw_edit(column: bpy.types.UILayout, settings: Any) -> None:
    column.prop(settings, "part")
    column.prop(settings, "strength")
    column.prop(settings, "range")
    if settings.range == "KEYS":
        column.prop(settings, "keys", text="Of")
        if settings.keys == "SPANS":
            column.prop(settings, "spans")


def _draw_follow(column: bpy.types.UILayout, settings: Any) -> None:
    column.prop(settings, "curve")
    column.prop(settings, "pace")
    column.prop(settings, "way_seconds" if settings.pace == "SECONDS" else "speed")
    column.prop(settings, "along")
    column.prop(settings, "use_pins")


DRAW = {"COMPLETE": _draw_complete, "EDIT": _draw_edit, "FOLLOW": _draw_follow}


def _draw_button(layout: bpy.types.UILayout, context: bpy.types.Context, mode: str, width: int) -> None:
    row = layout.row(align=True)
    row.scale_y = 1.6
    if SESSION.run is not None:
        text, factor = progress_text(SESSION.run)
        row.progress(text=text, factor=factor, type="BAR")
        row.operator("laban.cancel", text="", icon="X")
        return
    row.operator(OPERATORS[mode], icon="PLAY")
    draw_regenerate(layout, context, width)
    if fault := edit_fault(context, mode):
        draw_text(layout, fault, width=width, icon="INFO")
    draw_outcome(layout, SESSION.outcome, width)


class LABAN_UL_pins(bpy.types.UIList):
    def draw_item(
        self, context: Any, layout: Any, data: Any, item: Any, icon: Any, active: Any, prop: Any, index: Any = 0,
        flags: Any = 0,
    ) -> None:  # fmt: skip
        row = layout.row(align=True)
        row.prop(item, "enabled", text="")
        row.prop(item, "name", text="", emboss=False, icon="ERROR" if item.target is None else "EMPTY_ARROWS")
        frames = str(item.start) if item.start == item.end else f"{item.start}-{item.end}"
        side = row.row()
        side.alignment = "RIGHT"
        side.label(text=frames)


class LABAN_PT_pins(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_pins"
    bl_label = "Pins"
    bl_parent_id = "LABAN_PT_edit"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        kept, layout = pins_of_rig(context), self.layout
        if kept is None:
            layout.label(text="Select a rig", icon="INFO")
            return
        row = layout.row()
        row.template_list("LABAN_UL_pins", "", kept, "pins", kept, "chosen", rows=3)
        side = row.column(align=True)
        side.operator_menu_enum("laban.add_pin", "joint", text="", icon="ADD")
        side.operator("laban.remove_pin", text="", icon="REMOVE")
        layout.operator_menu_enum("laban.pin_selected", "joint", text="Pin to Selected Empties")
        pin: Any = chosen_pin(context)
        if pin is None:
            return
        column = layout.column()
        column.use_property_split, column.use_property_decorate = True, False
        column.prop(pin, "target")
        column.prop(pin, "joint")
        frames = column.column(align=True)
        frames.prop(pin, "start")
        frames.prop(pin, "end")
        column.prop(pin, "use_position")
        if pin.joint == "pelvis":
            column.prop(pin, "use_heading")


class LABAN_UL_results(bpy.types.UIList):
    def draw_item(
        self, context: Any, layout: Any, data: Any, item: Any, icon: Any, active: Any, prop: Any, index: Any = 0,
        flags: Any = 0,
    ) -> None:  # fmt: skip
        layout.label(text=item.name, icon="ACTION")


class LABAN_PT_history(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_history"
    bl_label = "Results of Before"
    bl_parent_id = "LABAN_PT_edit"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        kept, layout = context.window_manager.laban_history, self.layout
        row = layout.row()
        row.template_list("LABAN_UL_results", "", kept, "results", kept, "chosen", rows=4)
        row.operator("laban.refresh_history", text="", icon="FILE_REFRESH")
        if 0 <= kept.chosen < len(kept.results):
            draw_text(layout, kept.results[kept.chosen].about, width=columns_of(context))
        layout.operator("laban.reapply", icon="IMPORT")


CLASSES = (LABAN_PT_edit, LABAN_UL_pins, LABAN_PT_pins, LABAN_UL_results, LABAN_PT_history)
