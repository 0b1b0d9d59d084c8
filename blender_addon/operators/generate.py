"""Generate, cancel, apply a kept motion, start and stop the service."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty, StringProperty

from motion_core.formats.files import explained
from motion_core.formats.reading import UNITS, UPS, Reading, read_names
from motion_core.tasks import MAX_SEED, TaskError

from ..properties.generate import LabanSettings
from ..properties.preferences import service_settings
from ..session.chosen import place_of, rig_fault, settings_of
from ..session.delivery import put_on_rig
from ..session.outcome import Outcome
from ..session.session import BUSY, SESSION
from . import OperatorReturn
from .making import MakesMotion


def words_fault(settings: LabanSettings) -> str:
    if settings.words.strip() or not settings.card.requires:
        return ""
    return "write what the person shall do" if "text" in settings.card.requires else "choose an action"


def generate_fault(context: bpy.types.Context) -> str:
    """Why Generate is greyed out, "" when it is not."""
    if SESSION.run is not None:
        return BUSY
    return service_settings().fault or words_fault(settings_of(context)) or rig_fault(context)


class LABAN_OT_generate(MakesMotion, bpy.types.Operator):
    """Make a motion from the words and put it on the selected rig. Blender stays usable meanwhile"""

    bl_idname = "laban.generate"
    bl_label = "Generate"

    @classmethod
    def fault(cls, context: bpy.types.Context) -> str:
        return generate_fault(context)

    def start(self, context: bpy.types.Context) -> None:
        settings = settings_of(context)
        if settings.new_seed:
            settings.seed = secrets.randbelow(MAX_SEED)
        SESSION.generate(service_settings(), settings.request(), place_of(context), settings.words)


class LABAN_OT_cancel(bpy.types.Operator):
    """Give up the motion that is being made; nothing of it will arrive"""

    bl_idname = "laban.cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("no motion is being made")
        return SESSION.run is not None

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        SESSION.cancel()
        return {"FINISHED"}


class LABAN_OT_random_seed(bpy.types.Operator):
    """Draw another seed: the same words give another motion"""

    bl_idname = "laban.random_seed"
    bl_label = "New Seed"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        settings_of(context).seed = secrets.randbelow(MAX_SEED)
        return {"FINISHED"}


class LABAN_OT_apply_motion(bpy.types.Operator):
    """Put a motion file (.npz, .bvh, .npy) on the selected rig: a result that was kept, or a file of another tool"""

    bl_idname = "laban.apply_motion"
    bl_label = "Apply Motion File"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.npz;*.bvh;*.npy", options={"HIDDEN"})
    up: EnumProperty(
        name="Up",
        description="The file's axis that points up",
        items=[
            ("AUTO", "As It Seems", "By how the body stands, moves and rests"),
            *((a, a.upper(), "") for a in UPS),
        ],
    )
    unit: EnumProperty(
        name="Unit",
        description="What the file's lengths are in",
        items=[("AUTO", "As It Seems", "By the length of the body"), *((unit, unit, "") for unit in UNITS)],
    )
    fps: FloatProperty(
        name="Rate", description="Frames per second of the file; 0: as it says itself", min=0, max=1000
    )
    joints: StringProperty(
        name="Joints",
        description="Joints whose names are guessed wrongly, such as left_knee=Knee_L,head=Top, or a .json file",
    )
    t_pose: IntProperty(
        name="T-Pose",
        description="A frame of a BVH file, counted from 1, in which the person stands as a T or an A; 0: none",
        min=0,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = rig_fault(context)
        cls.poll_message_set(fault)
        return not fault

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> OperatorReturn:
        if self.filepath:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        for name in ("up", "unit", "fps", "joints", "t_pose"):
            layout.prop(self, name)

    def reading(self) -> Reading:
        """What the dialog says about the file. Raises ValueError, or OSError of a file of names."""
        up, unit = (None if value == "AUTO" else value for value in (self.up, self.unit))
        names = read_names(self.joints) if self.joints.strip() else None
        return Reading(up, unit, self.fps or None, names, self.t_pose or None)

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        from motion_core.formats.motion_file import read_motion
        from motion_core.retarget import RigError

        path = Path(self.filepath)
        try:
            motion = read_motion(path, self.reading())
            place = replace(place_of(context), trial=False)
            action = put_on_rig(motion, place, None if set(motion.meta) - {"read"} else path.stem, push=False)
        except (ValueError, RigError, OSError) as error:
            self.report({"ERROR"}, explained(error))
            return {"CANCELLED"}
        said = f" (read as {motion.meta['read']})" if "read" in motion.meta else ""
        SESSION.outcome = Outcome(f"{action.name}: {motion.seconds:.1f} s of motion, from a file{said}")
        return {"FINISHED"}


class LABAN_OT_start_service(bpy.types.Operator):
    """Start the motion service now, so that the first motion comes sooner"""

    bl_idname = "laban.start_service"
    bl_label = "Start Service"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = service_settings().fault or (BUSY if SESSION.run is not None else "")
        cls.poll_message_set(fault or "the service runs")
        return not fault and SESSION.service.state in ("off", "failed")

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        try:
            SESSION.ensure_service(service_settings())
        except TaskError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if bpy.app.background and not SESSION.service.wait_ready(120):
            self.report({"ERROR"}, SESSION.service.message)
            return {"CANCELLED"}
        SESSION.wake()
        return {"FINISHED"}


class LABAN_OT_stop_service(bpy.types.Operator):
    """End the motion service and free its memory; the next Generate starts it again"""

    bl_idname = "laban.stop_service"
    bl_label = "Stop Service"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("the service does not run")
        return SESSION.service.state in ("starting", "ready")

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        SESSION.cancel()
        SESSION.stop_service()
        return {"FINISHED"}


CLASSES = (
    LABAN_OT_generate,
    LABAN_OT_cancel,
    LABAN_OT_random_seed,
    LABAN_OT_apply_motion,
    LABAN_OT_start_service,
    LABAN_OT_stop_service,
)
