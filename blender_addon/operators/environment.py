"""Make, cancel and check the backend's environment."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..backend.checks import DoctorCheck
from ..backend.environment import VARIANTS, EnvironmentJob, Plan
from ..backend.locks import torch_build
from ..backend.reports import OFFLINE, Reports
from ..paths import absolute, bundled_wheel, user_folder
from ..properties.preferences import (
    backend_python,
    environment_folder,
    find_preferences,
    forget_environment_state,
)
from ..session.session import BUSY, SESSION
from . import OperatorReturn


def package_to_install() -> Path:
    """The wheel in the extension; from a checkout, the checkout."""
    return bundled_wheel() or Path(__file__).resolve().parents[2]


def make_fault() -> str:
    """Why the environment cannot be made now."""
    if "environment" in SESSION.background:
        return "the environment is being made"
    if SESSION.run is not None:
        return BUSY
    return "" if bpy.app.online_access else OFFLINE


def start_check() -> DoctorCheck:
    """Asks the backend's Python what it has and lacks."""
    check = Reports.check = DoctorCheck(
        backend_python(find_preferences()), user_folder("backend") / "check.log"
    )
    SESSION.run_in_background("check", check, lambda done: None)
    return check


def _made(job: EnvironmentJob) -> None:
    forget_environment_state()
    if job.state == "done":
        start_check()


class LABAN_OT_make_environment(bpy.types.Operator):
    """Download torch and what else the motion service needs into an environment of its own"""

    bl_idname = "laban.make_environment"
    bl_label = "Make Environment"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = make_fault()
        cls.poll_message_set(fault)
        return not fault

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> OperatorReturn:
        return context.window_manager.invoke_props_dialog(
            self, width=420, confirm_text="Download and Install"
        )

    def draw(self, context: bpy.types.Context) -> None:
        preferences = find_preferences()
        assert preferences is not None
        column = self.layout.column()
        variant = VARIANTS[preferences.variant]
        column.label(text=f"{variant.title}: {variant.description}.", icon="IMPORT")
        sources = [torch_build(preferences.variant).index, "PyPI"]
        column.label(text=f"From {' and '.join(filter(None, sources))}, into")
        column.label(text=str(environment_folder()))
        column.label(text="Blender's own Python is not changed.")

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        preferences = find_preferences()
        assert preferences is not None
        SESSION.service.stop(wait=0.0, force=True)  # its files are about to be replaced
        python = absolute(preferences.base_python)
        job = EnvironmentJob(Plan(environment_folder(), package_to_install(), preferences.variant, python))
        Reports.environment, Reports.check = job, None
        SESSION.run_in_background("environment", job, _made)
        if bpy.app.background:
            SESSION.wait()
            if job.state != "done":
                self.report({"ERROR"}, job.message)
                return {"CANCELLED"}
        return {"FINISHED"}


class LABAN_OT_cancel_environment(bpy.types.Operator):
    """Stop making the environment; pressing the button again goes on from here"""

    bl_idname = "laban.cancel_environment"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("no environment is being made")
        return "environment" in SESSION.background

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        SESSION.background["environment"].stop()
        return {"FINISHED"}


class LABAN_OT_check_environment(bpy.types.Operator):
    """Ask the backend's Python what it has and what is missing"""

    bl_idname = "laban.check_environment"
    bl_label = "Check"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = ""
        if "check" in SESSION.background:
            fault = "a check is under way"
        elif not backend_python(find_preferences()):
            fault = "no backend Python yet: make an environment, or choose a Python"
        cls.poll_message_set(fault)
        return not fault

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        check = start_check()
        if bpy.app.background:
            SESSION.wait()
        if check.state == "failed":
            self.report({"ERROR"}, check.message)
            return {"CANCELLED"}
        return {"FINISHED"}


class LABAN_OT_open_preferences(bpy.types.Operator):
    """Open the preferences of Laban: the motion service, its device, where results are kept"""

    bl_idname = "laban.open_preferences"
    bl_label = "Preferences"

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        from ..paths import PACKAGE

        bpy.ops.preferences.addon_show(module=PACKAGE)
        return {"FINISHED"}


CLASSES = (
    LABAN_OT_make_environment,
    LABAN_OT_cancel_environment,
    LABAN_OT_check_environment,
    LABAN_OT_open_preferences,
)
