"""Add a rig: our own mannequin, or a body from the user's SMPL file. The backend reads that file meanwhile."""

from __future__ import annotations

import bpy

from ..backend.checks import BodyReader
from ..paths import user_folder
from ..properties.preferences import service_settings, smpl_model
from ..session.chosen import settings_of
from ..session.delivery import find_by_uid, in_scene, push_undo
from ..session.outcome import Outcome
from ..session.session import SESSION
from . import OperatorReturn


def _add(context: bpy.types.Context, body: object | None = None) -> str:
    """Adds the rig; returns its name. Raises RigError."""
    from ..rig.rig import add_rig

    return add_rig(context, body=body).name  # type: ignore[arg-type]


def _body_read(scene_uid: int, reader: BodyReader) -> None:
    """When the backend has read the user's model."""
    from motion_core.body.mesh import BodyData
    from motion_core.retarget import RigError

    if reader.state != "done":
        SESSION.outcome = Outcome(f"the SMPL model was not read: {reader.message}", True)
        return
    scene = find_by_uid(bpy.data.scenes, scene_uid)
    if scene is None:
        SESSION.outcome = Outcome("the scene that asked for a rig is not in this file any more", True)
        return
    try:
        with in_scene(scene) as context:
            name = _add(context, BodyData.load(reader.result))
            push_undo("Laban: Add Rig")
    except (RigError, ValueError) as error:
        SESSION.outcome = Outcome(str(error), True)
    else:
        SESSION.outcome = Outcome(f"{name}: a rig with the body of your SMPL model")


class LABAN_OT_add_rig(bpy.types.Operator):
    """Add a person: an armature of 22 SMPL joints with a body to look at"""

    bl_idname = "laban.add_rig"
    bl_label = "Add Rig"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = "the SMPL model is being read" if "body" in SESSION.background else ""
        cls.poll_message_set(fault)
        return not fault

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        from motion_core.retarget import RigError

        if smpl_model():
            return self._read_body(context)
        try:
            _add(context)
        except RigError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}

    def _read_body(self, context: bpy.types.Context) -> OperatorReturn:
        python, betas, scene = (
            service_settings().python,
            settings_of(context).betas,
            context.scene.session_uid,
        )
        if not python:
            self.report(
                {"ERROR"}, "an SMPL model is read by a backend on this computer: set its Python first"
            )
            return {"CANCELLED"}
        reader = BodyReader(python, smpl_model(), list(betas), user_folder("bodies"))
        SESSION.run_in_background("body", reader, lambda reader: _body_read(scene, reader))
        if bpy.app.background:
            SESSION.wait()
            if SESSION.outcome.failed:
                self.report({"ERROR"}, SESSION.outcome.text)
                return {"CANCELLED"}
        return {"FINISHED"}


CLASSES = (LABAN_OT_add_rig,)
