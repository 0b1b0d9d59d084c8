"""The preferences page: the motion service first, then its environment, then folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..backend.environment import EnvironmentState
from ..backend.reports import OFFLINE, Reports
from ..properties.preferences import backend_python, environment_state
from ..session.session import SESSION
from .wrapped_text import draw_text

if TYPE_CHECKING:
    from ..properties.preferences import LabanPreferences

ICONS = {"ok": "CHECKMARK", "warning": "INFO", "missing": "ERROR"}
MAKE = {
    EnvironmentState.ABSENT: "Make Environment",
    EnvironmentState.UNFINISHED: "Go On",
    EnvironmentState.BROKEN: "Repair",
    EnvironmentState.OUTDATED: "Update",
    EnvironmentState.READY: "Make Again",
}


def draw_page(preferences: LabanPreferences, context: bpy.types.Context) -> None:
    """The `draw` of the preferences."""
    draw_preferences(preferences.layout, preferences)


def draw_preferences(layout: bpy.types.UILayout, preferences: LabanPreferences) -> None:
    layout.use_property_split = True
    layout.use_property_decorate = False
    layout.row().prop(preferences, "backend", expand=True)
    if preferences.backend == "SERVER":
        _draw_server(layout.box().column(), preferences)
    else:
        _draw_local(layout.box().column(), preferences)
        _draw_environment(layout.box().column(), preferences)
    column = layout.column()
    column.prop(preferences, "results")
    column.prop(preferences, "smpl_model")


def _draw_server(column: bpy.types.UILayout, preferences: LabanPreferences) -> None:
    column.prop(preferences, "address")
    column.prop(preferences, "token")
    column.prop(preferences, "certificate")
    draw_text(column, "The token travels unencrypted over http: use https or an SSH tunnel beyond this computer.",
              icon="INFO", width=90)  # fmt: skip


def _draw_local(column: bpy.types.UILayout, preferences: LabanPreferences) -> None:
    column.prop(preferences, "python")
    used = backend_python(preferences)
    if used and not preferences.python:
        column.label(text=f"In use: {used}")
    column.prop(preferences, "device")
    check = Reports.check
    row = column.row()
    row.alignment = "RIGHT"
    row.operator(
        "laban.check_environment",
        icon="VIEWZOOM",
        text="Checking" if "check" in SESSION.background else "Check",
    )
    if check is not None and check.state != "running":
        _draw_check(column, check)


def _draw_check(column: bpy.types.UILayout, check: Any) -> None:
    failed = check.state == "failed" or any(finding.state == "missing" for finding in check.findings)
    draw_text(column, f"Check: {check.message}", icon="ERROR" if failed else "CHECKMARK", width=90)
    for finding in check.findings:
        draw_text(column, f"{finding.name}: {finding.found}", icon=ICONS.get(finding.state, "DOT"), width=100)
        if finding.fix:
            draw_text(column, finding.fix, icon="BLANK1", width=100)


def _draw_environment(column: bpy.types.UILayout, preferences: LabanPreferences) -> None:
    state, job = environment_state(), Reports.environment
    running = "environment" in SESSION.background
    column.label(text="Environment", icon="PACKAGE")
    settings = column.column()
    settings.enabled = not running
    settings.prop(preferences, "variant")
    settings.prop(preferences, "base_python")
    if running and job is not None:
        row = column.row(align=True)
        row.progress(text=f"{job.message}", factor=job.progress, type="BAR")
        row.operator("laban.cancel_environment", text="", icon="X")
        return
    if job is not None and job.state in ("failed", "cancelled"):
        draw_text(column, job.message, icon="ERROR" if job.state == "failed" else "INFO", width=90)
        if job.state == "failed":
            column.label(text=f"Details: {job.log}", icon="BLANK1")
    else:
        draw_text(column, state.value.capitalize(), width=90,
                  icon="CHECKMARK" if state is EnvironmentState.READY else "INFO")  # fmt: skip
    row = column.row()
    row.scale_y = 1.3
    row.operator("laban.make_environment", text=MAKE[state], icon="IMPORT")
    if not bpy.app.online_access:
        draw_text(column, OFFLINE, icon="INTERNET_OFFLINE", width=90)
