"""The list of bones: detect them, keep and fetch presets."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import StringProperty

from ..session.chosen import target_rig
from . import OperatorReturn


def map_fault(context: bpy.types.Context) -> str:
    """Why the bones of the active object cannot be chosen, "" when they can."""
    rig = target_rig(context)
    if rig is None or rig.type != "ARMATURE":
        return "no armature is selected: select one"
    if rig.library is not None:
        return f"{rig.name!r} is linked from another file: make a library override first"
    return ""


def _preset_names(self: Any, context: bpy.types.Context, typed: str) -> list[str]:
    from ..rig.bone_map_presets import preset_names

    return [name for name in preset_names() if typed.lower() in name.lower()]


class BoneOperator:
    """What the operators below share: an armature is needed, and a RigError becomes a report."""

    bl_options: Any = {"REGISTER", "UNDO"}  # noqa: RUF012
    report: Any
    preset: Any

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        fault = map_fault(context)
        cls.poll_message_set(fault)  # type: ignore[attr-defined]
        return not fault

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        from motion_core.rig_maps import RigError

        rig = target_rig(context)
        assert rig is not None
        try:
            self.report({"INFO"}, self.change(rig))
        except RigError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}

    def change(self, rig: bpy.types.Object) -> str:
        """Does it and says what was done. Raises RigError."""
        raise NotImplementedError


class LABAN_OT_show_bones(bpy.types.Operator):
    """Show which bone is which joint, and choose those that are missing"""

    bl_idname = "laban.show_bones"
    bl_label = "Choose Bones"

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        if not bpy.app.background:
            bpy.ops.wm.call_panel(name="LABAN_PT_bones", keep_open=True)
        return {"FINISHED"}


class PresetOperator(BoneOperator):
    """One that asks for the name of a preset."""

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        return context.window_manager.invoke_props_dialog(self)  # type: ignore[arg-type]


class LABAN_OT_detect_bones(BoneOperator, bpy.types.Operator):
    """Find by their names which bones are the joints, and forget what was chosen by hand"""

    bl_idname = "laban.detect_bones"
    bl_label = "Detect Bones"

    def change(self, rig: bpy.types.Object) -> str:
        from ..rig.bone_map import bones_of, forget_map

        forget_map(rig)
        found = bones_of(rig)
        return f"{found.kind} rig: {len(found.bones)} joints found"


class LABAN_OT_save_bone_preset(PresetOperator, bpy.types.Operator):
    """Keep the bones that are chosen for this rig under a name, for other rigs that are built like it"""

    bl_idname = "laban.save_bone_preset"
    bl_label = "Save Preset"
    preset: StringProperty(name="Name", description="What the preset shall be called")

    def change(self, rig: bpy.types.Object) -> str:
        from ..rig.bone_map import bones_of
        from ..rig.bone_map_presets import save_preset

        save_preset(self.preset, bones_of(rig))
        return f"saved as {self.preset.strip()}"


class LABAN_OT_load_bone_preset(PresetOperator, bpy.types.Operator):
    """Choose the bones of this rig as a preset says"""

    bl_idname = "laban.load_bone_preset"
    bl_label = "Load Preset"
    preset: StringProperty(name="Name", search=_preset_names, description="Which preset")

    def change(self, rig: bpy.types.Object) -> str:
        from motion_core.rig_maps import check_map

        from ..rig.bone_map import bone_names, keep_map
        from ..rig.bone_map_presets import load_preset

        wanted = load_preset(self.preset)
        check_map(wanted, bone_names(rig))
        keep_map(rig, wanted)
        return f"{len(wanted.bones)} bones chosen as {self.preset.strip()} says"


class LABAN_OT_delete_bone_preset(PresetOperator, bpy.types.Operator):
    """Delete a preset for good; rigs that use it keep their bones"""

    bl_idname = "laban.delete_bone_preset"
    bl_label = "Delete Preset"
    preset: StringProperty(name="Name", search=_preset_names, description="Which preset")

    def change(self, rig: bpy.types.Object) -> str:
        from ..rig.bone_map_presets import delete_preset

        delete_preset(self.preset)
        return f"{self.preset.strip()} is deleted"


CLASSES = (
    LABAN_OT_show_bones,
    LABAN_OT_detect_bones,
    LABAN_OT_save_bone_preset,
    LABAN_OT_load_bone_preset,
    LABAN_OT_delete_bone_preset,
)
