"""Complete, Edit and Follow: the rig's motion, changed; keep or take back what is on trial."""

from __future__ import annotations

import secrets
from typing import Any

import bpy
from bpy.props import BoolProperty

from motion_core.tasks import MAX_SEED, TaskError

from ..properties.preferences import service_settings
from ..session.chosen import edit_settings, place_of, rig_fault, settings_of, target_rig
from ..session.outcome import Outcome
from ..session.session import BUSY, SESSION
from ..trial import trial as preview
from . import Result

TASK_OF = {"COMPLETE": "complete", "EDIT": "edit", "FOLLOW": "complete"}
WISHES = (
    "way", "range", "keys", "spans", "seconds", "travel", "use_pins", "part", "strength", "curve", "pace",
    "way_seconds", "speed", "along", "trial",
)  # fmt: skip


def wish_of(context: bpy.types.Context) -> Any:
    """The panel's settings as plain values (`rig_tasks.Wish`)."""
    from ..changes.requests import Wish

    settings = edit_settings(context)
    text = settings.text.strip() or None
    return Wish(place_of(context), text, {name: getattr(settings, name) for name in WISHES})


def model_fault(context: bpy.types.Context, mode: str) -> str:
    """Why the chosen model cannot do this, "" when it can."""
    from motion_core.catalog import CATALOG

    card, task = settings_of(context).card, TASK_OF[mode]
    if task not in card.tasks:
        able = ", ".join(other.title for other in CATALOG.values() if task in other.tasks) or "none"
        return f"{card.title} cannot {mode.lower()}: choose another model ({able})"
    if edit_settings(context).text.strip() and card.needs != "text":
        return f"{card.title} takes no words: empty the prompt, or choose another model"
    return ""


def edit_fault(context: bpy.types.Context, mode: str) -> str:
    """Why the button of this mode is grey, "" when it is not."""
    if SESSION.run is not None:
        return BUSY
    fault = service_settings().fault or model_fault(context, mode) or rig_fault(context)
    if fault:
        return fault
    from ..changes.requests import ask_fault

    rig = target_rig(context)
    assert rig is not None
    return ask_fault(context, rig, wish_of(context), mode)


class RigTask:
    """A button of the panel "Complete and Edit"."""

    mode = ""
    bl_options: Any = {"REGISTER"}  # noqa: RUF012 - the undo step is made when the result arrives
    wait: BoolProperty(
        name="Wait", options={"HIDDEN", "SKIP_SAVE"},
        description="Return only when the motion is on the rig; always so without a window",
    )  # fmt: skip

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = edit_fault(context, cls.mode)
        cls.poll_message_set(fault)  # type: ignore[attr-defined]
        return not fault

    def execute(self, context: bpy.types.Context) -> Result:
        from motion_core.retarget import RigError

        try:
            _hand_over(context, self.mode)
        except (TaskError, RigError) as error:
            SESSION.outcome = Outcome(str(error), True)
            self.report({"ERROR"}, str(error))  # type: ignore[attr-defined]
            return {"CANCELLED"}
        if not (self.wait or bpy.app.background):
            return {"FINISHED"}
        SESSION.wait()
        self.report({"ERROR" if SESSION.outcome.failed else "INFO"}, SESSION.outcome.text)  # type: ignore[attr-defined]
        return {"CANCELLED"} if SESSION.outcome.failed else {"FINISHED"}


def _hand_over(context: bpy.types.Context, mode: str) -> None:
    """Reads the rig and starts the run; a result that is on trial is taken back first, so that seeds can be tried."""
    from ..changes.requests import ASKS, remembered

    settings, rig, scene = settings_of(context), target_rig(context), bpy.context.scene
    assert rig is not None
    if preview.playing(rig):
        preview.reject(scene, rig)
    if settings.new_seed:
        settings.seed = secrets.randbelow(MAX_SEED)
    ask = ASKS[mode](context, rig, wish_of(context))
    ask, request = remembered(context, ask, settings.model, settings.sampling)
    SESSION.generate(service_settings(), request, ask.landing.place, ask.title, ask.landing.arrive)


class LABAN_OT_complete(RigTask, bpy.types.Operator):
    """Keep some frames of the selected rig exactly and make the others: between, after, before, or as a loop"""

    bl_idname = "laban.complete"
    bl_label = "Complete"
    mode = "COMPLETE"


class LABAN_OT_edit(RigTask, bpy.types.Operator):
    """Make the selected bones anew, or vary the motion; all other bones keep their keys"""

    bl_idname = "laban.edit"
    bl_label = "Edit"
    mode = "EDIT"


class LABAN_OT_follow(RigTask, bpy.types.Operator):
    """Make a motion along the chosen curve"""

    bl_idname = "laban.follow"
    bl_label = "Follow"
    mode = "FOLLOW"


class TrialOperator:
    bl_options: Any = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("no result is on trial on this rig")  # type: ignore[attr-defined]
        return preview.playing(target_rig(context))


class LABAN_OT_accept(TrialOperator, bpy.types.Operator):
    """Keep the motion that is on trial"""

    bl_idname = "laban.accept"
    bl_label = "Accept"

    def execute(self, context: bpy.types.Context) -> Result:
        rig = target_rig(context)
        assert rig is not None
        preview.accept(rig)
        SESSION.outcome = Outcome("Accepted")
        return {"FINISHED"}


class LABAN_OT_reject(TrialOperator, bpy.types.Operator):
    """Take the motion that is on trial back: the action and the pose of before are there again"""

    bl_idname = "laban.reject"
    bl_label = "Reject"

    def execute(self, context: bpy.types.Context) -> Result:
        rig = target_rig(context)
        assert rig is not None
        preview.reject(bpy.context.scene, rig)
        SESSION.outcome = Outcome("Rejected: what was there is back")
        return {"FINISHED"}


CLASSES = (LABAN_OT_complete, LABAN_OT_edit, LABAN_OT_follow, LABAN_OT_accept, LABAN_OT_reject)
