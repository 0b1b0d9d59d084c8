"""Complete, Edit and Follow: the rig's motion, changed; keep or take back what is on trial."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import bpy

from motion_core.tasks import MAX_SEED, Complete, Edit, Task

from ..properties.preferences import service_settings
from ..session.chosen import edit_settings, other_rigs, place_of, rig_fault, settings_of, target_rig
from ..session.outcome import Outcome
from ..session.session import BUSY, SESSION
from ..trial import trial
from . import OperatorReturn
from .making import MakesMotion

# The kind of task that a mode of the panel comes to
KINDS: dict[str, type[Task]] = {"COMPLETE": Complete, "EDIT": Edit, "FOLLOW": Complete}


def task_settings(context: bpy.types.Context) -> Any:
    """The panel's settings as plain values (`changes/requests.py: TaskSettings`)."""
    from ..changes.requests import TaskSettings

    settings = edit_settings(context)
    place = replace(place_of(context), trial=settings.trial, also=())
    names = [name for name in settings.bl_rna.properties.keys() if name != "rna_type"]  # noqa: SIM118
    values = {name: getattr(settings, name) for name in names}
    return TaskSettings(place, values | {"text": settings.text.strip() or None})


def model_fault(context: bpy.types.Context, mode: str) -> str:
    """Why the chosen model cannot do this, "" when it can."""
    from motion_core.catalog import CATALOG

    card, task = settings_of(context).card, KINDS[mode].name
    if task not in card.tasks:
        able = ", ".join(other.title for other in CATALOG.values() if task in other.tasks) or "none"
        return f"{card.title} cannot {mode.lower()}: choose another model ({able})"
    if edit_settings(context).text.strip() and "text" not in card.takes:
        return f"{card.title} takes no words: empty the prompt, or choose another model"
    return ""


def edit_fault(context: bpy.types.Context, mode: str) -> str:
    """Why the button of this mode is grey, "" when it is not."""
    if SESSION.run is not None:
        return BUSY
    fault = service_settings().fault or model_fault(context, mode) or rig_fault(context)
    if fault:
        return fault
    from ..changes.requests import task_fault

    rig = target_rig(context)
    assert rig is not None
    return task_fault(context, rig, task_settings(context), mode)


class ChangesMotion(MakesMotion):
    """A button of the panel "Complete and Edit"."""

    mode = ""

    @classmethod
    def fault(cls, context: bpy.types.Context) -> str:
        return edit_fault(context, cls.mode)

    def start(self, context: bpy.types.Context) -> None:
        start_task(context, self.mode)


def start_task(context: bpy.types.Context, mode: str) -> None:
    """Reads the rig and starts the run. A result on trial is taken back first, so that seeds can be tried."""
    from ..changes.requests import READ_TASK, with_request

    settings, rig = settings_of(context), target_rig(context)
    assert rig is not None
    if trial.playing(rig):
        trial.reject(bpy.context.scene, rig)
    if settings.new_seed:
        settings.seed = secrets.randbelow(MAX_SEED)
    task = READ_TASK[mode](context, rig, task_settings(context))
    task = replace(task, task=replace(task.task, clean=settings.clean))
    task, request = with_request(context, task, settings.model, settings.sampling)
    SESSION.generate(service_settings(), request, task.landing.place, task.title, task.landing.arrive)


class LABAN_OT_complete(ChangesMotion, bpy.types.Operator):
    """Keep some frames of the selected rig exactly and make the others: between, after, before, or as a loop"""

    bl_idname = "laban.complete"
    bl_label = "Complete"
    mode = "COMPLETE"


class LABAN_OT_edit(ChangesMotion, bpy.types.Operator):
    """Make the selected bones anew, or vary the motion; all other bones keep their keys"""

    bl_idname = "laban.edit"
    bl_label = "Edit"
    mode = "EDIT"


class LABAN_OT_follow(ChangesMotion, bpy.types.Operator):
    """Make a motion along the chosen curve"""

    bl_idname = "laban.follow"
    bl_label = "Follow"
    mode = "FOLLOW"


def rigs_on_trial(context: bpy.types.Context) -> list[Any]:
    """The active rig and the other selected ones on which a result is on trial."""
    chosen = [target_rig(context), *(other for other, _ in other_rigs(context))]
    return [rig for rig in chosen if trial.playing(rig)]


class TrialOperator:
    bl_options: Any = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("no result is on trial on this rig")  # type: ignore[attr-defined]
        return bool(rigs_on_trial(context))


class LABAN_OT_accept(TrialOperator, bpy.types.Operator):
    """Keep the motion that is on trial"""

    bl_idname = "laban.accept"
    bl_label = "Accept"

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        for rig in rigs_on_trial(context):
            trial.accept(rig)
        SESSION.outcome = Outcome("Accepted")
        return {"FINISHED"}


class LABAN_OT_reject(TrialOperator, bpy.types.Operator):
    """Take the motion that is on trial back: the action and the pose of before are there again"""

    bl_idname = "laban.reject"
    bl_label = "Reject"

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        for rig in rigs_on_trial(context):
            trial.reject(bpy.context.scene, rig)
        SESSION.outcome = Outcome("Rejected: what was there is back")
        return {"FINISHED"}


CLASSES = (LABAN_OT_complete, LABAN_OT_edit, LABAN_OT_follow, LABAN_OT_accept, LABAN_OT_reject)
