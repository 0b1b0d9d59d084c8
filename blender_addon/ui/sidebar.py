"""The tab "Laban" of the 3D view's sidebar. Draws what is there; computes nothing that takes time."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

import bpy

from motion_core.tasks.checks import TaskError, check_prompt
from motion_core.wording.parts import Part, TooShort, parts_of

from ..actions.records import TRIAL_TRACK
from ..operators.generate import generate_fault
from ..properties.generate import LabanSettings
from ..properties.preferences import find_preferences, service_settings, smpl_model
from ..properties.settings import draw_settings, has_choice
from ..session.chosen import other_rigs, rig_fault, settings_of, target_rig
from ..session.heard import HEARING
from ..session.outcome import Outcome, Run
from ..session.session import SESSION
from ..trial.trial import playing
from .wrapped_text import columns_of, draw_text, fits_field

JOINT_NAME = re.compile(r"(?<!['\w])(?:left|right)_[a-z]+")
EXAMPLES = "a person walks forward and waves"
SERVICE_WORDS = {
    "off": "not started",
    "starting": "starting",
    "ready": "ready",
    "failed": "failed",
}


class SidebarPanel:
    bl_space_type: Any = "VIEW_3D"
    bl_region_type: Any = "UI"
    layout: Any
    bl_category = "Laban"


def progress_text(run: Run) -> tuple[str, float]:
    """What is shown while a motion is made: words and a share from 0 to 1."""
    job = run.job
    if job.service.state == "starting":
        return "Starting the service", 0.0
    if job.state in ("waiting", "queued") or not job.steps or (job.state == "running" and job.step == 0):
        return "Waiting for its turn" if job.state == "queued" else "Loading the model", run.share
    left = "" if run.seconds_left is None else f", {math.ceil(max(run.seconds_left, 0.0))} s left"
    part = "" if run.whole is None else f"{run.whole.done + 1} of {run.whole.jobs}, "
    return f"{part}{100 * run.share:.0f} %{left}", run.share


class LABAN_PT_motion(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_motion"
    bl_label = "Text to Motion"

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = settings_of(context), self.layout
        width = columns_of(context)
        _draw_rig(layout, context, width)
        draw_trial(layout, context)
        layout.separator(factor=0.5)
        column = layout.column()
        column.enabled = SESSION.run is None
        column.prop(settings, "model", text="")
        _draw_words(column, settings, width)
        _draw_numbers(column, settings)
        column.prop(context.scene.laban_edit, "trial")
        layout.separator(factor=0.5)
        _draw_button(layout, context, width)
        draw_outcome(layout, SESSION.outcome, width)


def _draw_rig(layout: bpy.types.UILayout, context: bpy.types.Context, width: int) -> None:
    rig = target_rig(context)
    usable = rig is not None and rig.type == "ARMATURE"
    row = layout.row(align=True)
    row.label(text=rig.name if usable else "No rig selected", icon="OUTLINER_OB_ARMATURE")  # type: ignore[union-attr]
    row.operator("laban.add_rig", text="Add Rig", icon="ADD")
    if usable and not rig.visible_get():  # type: ignore[union-attr]
        draw_text(layout, "hidden: it is animated all the same (Alt H shows it)", width=width, icon="HIDE_ON")
    others = other_rigs(context) if usable else []
    able = [other.name for other, fault in others if not fault]
    if able:
        draw_text(layout, f"the same motion goes on {', '.join(able)}", width=width, icon="INFO")
    for other, fault in others:
        if fault:
            draw_text(
                layout, f"not on {other.name}: {said_plainly(fault)}", width=width, icon="ERROR", lines=4
            )


def said_plainly(fault: str) -> str:
    """A fault of a rig with joints as people say them: "left collar"."""
    return JOINT_NAME.sub(lambda match: match[0].replace("_", " "), fault)


def draw_trial(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Accept and Reject, while a result is on trial."""
    rig: Any = target_rig(context)
    if not playing(rig):
        return
    box = layout.box()
    shown = rig.laban_preview.shown.name if rig.laban_preview.shown else "a result"
    tracks = rig.animation_data.nla_tracks if rig.animation_data else ()
    if any(track.name.startswith(TRIAL_TRACK) for track in tracks):
        shown = "prompt strips"  # several; the one action that is known is only the first
    draw_text(box, f"On trial: {shown}", width=columns_of(context) - 2, icon="PLAY", lines=3)
    row = box.row(align=True)
    row.scale_y = 1.3
    row.operator("laban.accept", icon="CHECKMARK")
    row.operator("laban.reject", icon="LOOP_BACK")


def _draw_words(column: bpy.types.UILayout, settings: LabanSettings, width: int) -> None:
    wanted = settings.card.requires
    if not wanted:
        return
    row = column.row()
    row.scale_y = 1.3
    if "text" in wanted:
        row.prop(settings, "prompt", text="", placeholder=EXAMPLES)
        if not fits_field(settings.prompt, width):  # a field has one line: show what it cuts
            draw_text(column, settings.prompt, width=width, typed=True)
        draw_heard(column, settings.prompt, width)
        _draw_parts(column, settings, width)
    else:
        row.prop(settings, "action", text="", icon="ACTION", placeholder="action")


def draw_heard(layout: bpy.types.UILayout, prompt: str, width: int, *, fragment: bool = False) -> None:
    """What the service says of a prompt, where there is something to say."""
    if line := HEARING.line(prompt, fragment=fragment):
        draw_text(layout, line, width=width, icon="INFO", lines=5)


@lru_cache(maxsize=8)  # a panel is drawn again and again
def _read_parts(prompt: str, seconds: float) -> tuple[tuple[Part, ...], str]:
    """(parts, "") or ((), why they are too many)."""
    try:
        return parts_of(check_prompt(prompt), seconds), ""
    except TooShort as error:
        return (), str(error)
    except TaskError:
        return (), ""


def _draw_parts(column: bpy.types.UILayout, settings: LabanSettings, width: int) -> None:
    """How a prompt of several parts is read, and the switch for it."""
    if "sequence" not in settings.card.tasks:
        return
    parts, fault = _read_parts(settings.prompt, round(settings.seconds, 4))
    if not parts and not fault:
        return
    column.prop(settings, "split")
    if settings.split and fault:
        draw_text(column, f"made as one: {fault}", width=width)
    for text, seconds in parts if settings.split else ():
        line = column.split(factor=9 / (width + 4))
        draw_text(line, f"{seconds:.1f} s", width=9)
        draw_text(line, text, width=width - 9, typed=True)


def _draw_numbers(column: bpy.types.UILayout, settings: LabanSettings) -> None:
    column.prop(settings, "seconds")
    row = column.row(align=True)
    row.prop(settings, "seed")
    row.operator("laban.random_seed", text="", icon="FILE_REFRESH")
    column.prop(settings, "new_seed")


def _draw_button(layout: bpy.types.UILayout, context: bpy.types.Context, width: int) -> None:
    if (run := SESSION.run) is not None:
        text, factor = progress_text(run)
        row = layout.row(align=True)
        row.scale_y = 1.6
        row.progress(text=text, factor=factor, type="BAR")
        row.operator("laban.cancel", text="", icon="X")
        return
    row = layout.row()
    row.scale_y = 1.6
    row.operator("laban.generate", icon="PLAY")
    fault = generate_fault(context)
    if fault:
        draw_text(layout, said_plainly(fault), width=width, icon="INFO", lines=12)
        if service_settings().fault:
            layout.operator("laban.open_preferences", icon="PREFERENCES")
        elif "bone" in fault and fault == rig_fault(context):
            layout.operator("laban.show_bones", icon="BONE_DATA")


def draw_outcome(layout: bpy.types.UILayout, outcome: Outcome, width: int) -> None:
    if not outcome.text:
        return
    box = layout.box()
    draw_text(box, outcome.text, width=width - 2, icon=outcome.icon)
    if outcome.file is not None:
        button: Any = box.operator("laban.apply_motion", text="Put It on the Selected Rig", icon="IMPORT")
        button.filepath = str(outcome.file)


class LABAN_PT_sampling(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_sampling"
    bl_label = "Sampling"
    bl_parent_id = "LABAN_PT_motion"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = settings_of(context), self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        card = settings.card
        if built_in := draw_settings(layout, settings, card):
            draw_text(layout, f"This model has {' and '.join(built_in)} built in.", width=columns_of(context))
        if has_choice(card):
            draw_text(layout, "0 takes the model's own value, in brackets.", width=columns_of(context))
        layout.prop(settings, "lock_feet")
        layout.prop(settings, "calm", slider=True)
        draw_text(layout, f"Weights: {card.licence}", width=columns_of(context), icon="INFO")


class LABAN_PT_placement(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_placement"
    bl_label = "Timeline"
    bl_parent_id = "LABAN_PT_motion"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = settings_of(context), self.layout
        layout.row().prop(settings, "start", expand=True)
        if settings.start == "GIVEN":
            layout.prop(settings, "start_frame")
        layout.prop(settings, "extend_range")
        layout.operator("laban.fit_range", icon="PREVIEW_RANGE")
        layout.operator("laban.apply_motion", text="Apply Motion File...", icon="FILE_FOLDER").filepath = ""


class LABAN_PT_shape(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_shape"
    bl_label = "Body Shape"
    bl_parent_id = "LABAN_PT_motion"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(smpl_model())

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.column(align=True).prop(settings_of(context), "betas", text="")


class LABAN_PT_service(SidebarPanel, bpy.types.Panel):
    bl_idname = "LABAN_PT_service"
    bl_label = "Motion Service"
    bl_parent_id = "LABAN_PT_motion"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        service, layout = SESSION.service, self.layout
        where = "" if find_preferences() is None or find_preferences().backend == "LOCAL" else " (server)"
        row = layout.row(align=True)
        row.label(text=f"{SERVICE_WORDS[service.state].capitalize()}{where}",
                  icon="LINKED" if service.state == "ready" else "UNLINKED")  # fmt: skip
        if service.state in ("starting", "ready"):
            row.operator("laban.stop_service", text="Stop", icon="PAUSE")
        else:
            row.operator("laban.start_service", text="Start", icon="PLAY")
        if service.message:
            draw_text(layout, service.message, width=columns_of(context), icon="INFO")
        layout.operator("laban.open_preferences", icon="PREFERENCES")


CLASSES = (LABAN_PT_motion, LABAN_PT_sampling, LABAN_PT_placement, LABAN_PT_shape, LABAN_PT_service)
