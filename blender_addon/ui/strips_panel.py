"""The panel "Prompt Strips": the list, the chosen strip, and the buttons that make the motion."""

from __future__ import annotations

from typing import Any

import bpy

from motion_core.catalog import CATALOG

from ..operators.generate_strips import make_fault
from ..operators.keys import keys_fault
from ..properties.preferences import service_settings
from ..properties.settings import has_choice, setting_properties
from ..properties.strips import LabanStrip
from ..session.chosen import chosen_strip, edit_settings, strips_of, target_rig
from ..session.session import SESSION
from ..strips.stale import stale_on
from .sidebar import SidebarPanel, draw_heard, draw_outcome, draw_trial, progress_text
from .wrapped_text import beside, columns_of, draw_text, fits_field

_reasons: dict[str, str] = {}  # of the rig whose list is being drawn: worked out once, not for each line


class LABAN_UL_strips(bpy.types.UIList):
    """One line a strip: whether its motion is up to date, the words, the frames."""

    bl_idname = "LABAN_UL_strips"

    def draw_item(  # type: ignore[override]  # the shortest form that Blender takes
        self, context: Any, layout: Any, data: Any, item: Any, icon: Any, active: Any
    ) -> None:
        row = layout.row(align=True)
        made = item.uid not in _reasons
        row.prop(item, "prompt", text="", emboss=False, icon="CHECKMARK" if made else "FILE_REFRESH")
        frames = row.row()
        frames.alignment = "RIGHT"
        frames.label(text=f"{item.start} – {item.end}")


class LABAN_PT_strips(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_strips"
    bl_label = "Prompt Strips"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        layout, width = self.layout, columns_of(context)
        kept = strips_of(context)
        if kept is None:
            draw_text(layout, "select a rig", width=width, icon="INFO")
            return
        draw_trial(layout, context)
        _reasons.clear()
        _reasons.update(stale_on(context, target_rig(context)))
        _draw_list(layout, kept)
        strip = chosen_strip(context)
        if strip is not None:
            _draw_strip(layout, strip, _reasons.get(strip.uid, ""), width)
        layout.row().prop(kept, "output", expand=True)
        row = layout.row()
        row.prop(edit_settings(context), "trial")
        row.prop(kept, "use_pins")
        _draw_buttons(layout, context, width)
        if SESSION.run is None:
            draw_outcome(layout, SESSION.outcome, width)


def _draw_list(layout: Any, kept: Any) -> None:
    row = layout.row()
    row.template_list("LABAN_UL_strips", "", kept, "strips", kept, "chosen", rows=4)
    side = row.column(align=True)
    side.operator("laban.add_strip", text="", icon="ADD")
    side.operator("laban.remove_strip", text="", icon="REMOVE")
    side.operator("laban.duplicate_strip", text="", icon="DUPLICATE")
    side.separator()
    side.operator("laban.move_strip", text="", icon="TRIA_UP").direction = "UP"
    side.operator("laban.move_strip", text="", icon="TRIA_DOWN").direction = "DOWN"
    row = layout.row(align=True)
    row.operator("laban.split_strip", text="Split", icon="UV_EDGESEL")
    row.operator("laban.snap_strips", text="Snap", icon="SNAP_ON")


def _draw_strip(layout: Any, strip: LabanStrip, reason: str, width: int) -> None:
    column = layout.column()
    column.enabled = SESSION.run is None
    column.prop(strip, "prompt", text="")
    if not fits_field(strip.prompt, width):
        draw_text(column, strip.prompt, width=width, typed=True)
    draw_heard(column, strip.prompt, width)
    row = beside(column, width)
    row.prop(strip, "start")
    row.prop(strip, "end")
    row = beside(column, width)
    row.prop(strip, "seed")
    row.prop(strip, "transition")
    column.prop(strip, "model")
    row = beside(column, width)
    card = CATALOG.get(strip.model)
    row.active = card is None or has_choice(card)
    for name in setting_properties():
        row.prop(strip, name)
    if reason:
        draw_text(column, reason, width=width, icon="FILE_REFRESH")


def _draw_buttons(layout: Any, context: bpy.types.Context, width: int) -> None:
    if (run := SESSION.run) is not None:
        text, factor = progress_text(run)
        layout.label(text=run.title)
        row = layout.row(align=True)
        row.progress(text=text, factor=factor, type="BAR")
        row.operator("laban.cancel", text="", icon="X")
        return
    row = layout.row()
    row.scale_y = 1.4
    row.operator("laban.generate_strips", text="Generate What Changed", icon="PLAY").which = "CHANGED"
    row = layout.row(align=True)
    row.operator("laban.generate_strips", text="This One").which = "ONE"
    row.operator("laban.generate_strips", text="All").which = "ALL"
    draw_regenerate(layout, context, width)
    if fault := make_fault(context):
        draw_text(layout, fault, width=width, icon="INFO")
        if service_settings().fault:
            layout.operator("laban.open_preferences", icon="PREFERENCES")


def draw_regenerate(layout: bpy.types.UILayout, context: bpy.types.Context, width: int) -> None:
    """Make the active action again: the same, or with another seed, or with what has moved since."""
    from ..changes.since import listed, moved_lately  # needs numpy, which is not loaded with the extension

    row = beside(layout, width)
    row.operator("laban.regenerate", icon="FILE_REFRESH")
    row.operator("laban.regenerate", text="Other Seed").new_seed = True  # type: ignore[attr-defined]
    if moved := moved_lately(context, target_rig(context)):
        what = listed(moved)
        draw_text(
            layout, f"{what} moved since: Regenerate uses what was there then", width=width, icon="INFO"
        )
        button: Any = layout.operator(
            "laban.regenerate", text=f"Regenerate with {what} of Now", icon="FILE_REFRESH"
        )
        button.fresh = True


class LABAN_PT_keys(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_keys"
    bl_label = "Keys"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.operator("laban.reduce_keys", text="Reduce Keys...", icon="KEYFRAME")
        if fault := keys_fault(context):
            draw_text(self.layout, fault, width=columns_of(context), icon="INFO")


CLASSES = (LABAN_UL_strips, LABAN_PT_strips, LABAN_PT_keys)
