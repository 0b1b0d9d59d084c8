"""The list of the last results: read it, put one on the rig again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from motion_core.formats import FormatError

from ..session.chosen import edit_settings, place_of, rig_fault, target_rig
from ..session.delivery import put_on_rig
from ..session.outcome import Outcome
from ..session.results_list import chosen_file, refresh
from ..session.session import SESSION
from . import OperatorReturn


class LABAN_OT_refresh_history(bpy.types.Operator):
    """Read the folder of results"""

    bl_idname = "laban.refresh_history"
    bl_label = "Refresh"

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        count = refresh(context.window_manager)
        self.report({"INFO"}, f"{count} results")
        return {"FINISHED"}


class LABAN_OT_reapply(bpy.types.Operator):
    """Put the chosen result on the selected rig again: at the frames it was made for, else where Generate would"""

    bl_idname = "laban.reapply"
    bl_label = "Put on the Rig"
    bl_options: Any = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = rig_fault(context)
        if not fault and chosen_file(bpy.context.window_manager) is None:
            fault = "no result is chosen: read the list and choose one"
        cls.poll_message_set(fault)
        return not fault

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        from motion_core.formats.npz import read_npz
        from motion_core.retarget import RigError

        from ..changes.landing import is_missed, landing_of
        from ..trial import trial

        path, rig = chosen_file(bpy.context.window_manager), target_rig(context)
        assert path is not None and rig is not None
        place = replace(place_of(context), trial=edit_settings(context).trial)
        try:
            motion = read_npz(path)
            landing = landing_of(path, motion, place)
            if trial.playing(rig):
                trial.reject(bpy.context.scene, rig)
            action, notes = (
                (put_on_rig(motion, place, push=False), []) if landing is None else landing.put(motion)
            )
        except (FormatError, RigError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        said = ". ".join([f"{action.name}: a result of before", *notes])
        SESSION.outcome = Outcome(said, partly=is_missed(notes))
        return {"FINISHED"}


CLASSES = (LABAN_OT_refresh_history, LABAN_OT_reapply)
