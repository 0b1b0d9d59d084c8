"""The search box: a panel of its own under the same tab."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import bpy

from ..backend.client import Job
from ..operators.search import found_fault, search_fault
from ..properties.preferences import service_settings
from ..session.chosen import hits_of, settings_of
from ..session.session import SESSION
from .sidebar import SidebarPanel, draw_outcome
from .wrapped_text import columns_of, draw_text

EXAMPLE = "someone limps"


def search_progress(job: Job) -> tuple[str, float]:
    """What is shown while a search goes on: words and a share from 0 to 1."""
    if job.service.state == "starting":
        return "Starting the service", 0.0
    if job.state in ("waiting", "queued"):
        return "Waiting for its turn", 0.0
    if job.step >= job.steps:
        return "Searching", job.progress
    left = "" if job.seconds_left is None else f", {max(job.seconds_left, 0):.0f} s left"
    return f"New file {job.step} of {job.steps}{left}", job.progress


class LABAN_UL_hits(bpy.types.UIList):
    """The motions that were found, best first"""

    bl_idname = "LABAN_UL_hits"

    def draw_item(  # type: ignore[override]  # the shortest form that Blender takes
        self, context: Any, layout: Any, data: Any, item: Any, icon: Any, active: Any
    ) -> None:
        row = layout.row()
        row.label(text=PurePosixPath(item.path).stem, icon="ACTION")
        numbers = row.row()
        numbers.alignment = "RIGHT"
        numbers.label(text=f"{item.seconds:.1f} s   {item.score:.2f}")


class LABAN_PT_search(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_search"
    bl_label = "Search Motions"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout, width = settings_of(context), self.layout, columns_of(context)
        column = layout.column()
        column.enabled = "search" not in SESSION.background
        if service_settings().server:
            draw_text(column, "A folder on the service's machine:", width=width)
        column.prop(settings, "library", text="")
        column.prop(settings, "search_text", text="", placeholder=EXAMPLE, icon="VIEWZOOM")
        _draw_button(layout, context, width)
        if hits_of(context).hits:
            _draw_hits(layout, context, width)
        draw_outcome(layout, SESSION.search_outcome, width)


def _draw_button(layout: bpy.types.UILayout, context: bpy.types.Context, width: int) -> None:
    job: Any = SESSION.background.get("search")
    row = layout.row(align=True)
    if job is not None:
        text, factor = search_progress(job)
        row.progress(text=text, factor=factor, type="BAR")
        row.operator("laban.cancel_search", text="", icon="X")
        return
    row.operator("laban.search", icon="VIEWZOOM")
    if fault := search_fault(context):
        draw_text(layout, fault, width=width, icon="INFO")
        if service_settings().fault:
            layout.operator("laban.open_preferences", icon="PREFERENCES")


def _draw_hits(layout: bpy.types.UILayout, context: bpy.types.Context, width: int) -> None:
    found = hits_of(context)
    layout.template_list("LABAN_UL_hits", "", found, "hits", found, "chosen", rows=5)
    if 0 <= found.chosen < len(found.hits):
        path = found.hits[found.chosen].path
        if "/" in path or len(path) > width // 2:  # the list shows the name alone, and cuts it
            draw_text(layout, path, width=width, lines=2)
    layout.operator("laban.use_found", icon="ARMATURE_DATA")
    if fault := found_fault(context):
        draw_text(layout, fault, width=width, icon="INFO")


CLASSES = (LABAN_UL_hits, LABAN_PT_search)
