"""What is shown, to other programs and to the scene's range: the active action alone, its first and last frame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
from bpy.props import StringProperty

from ..session.chosen import target_rig
from . import OperatorReturn


def _action_of(context: bpy.types.Context) -> Any:
    """The action that the chosen rig plays; None without one."""
    rig: Any = target_rig(context)
    data = rig.animation_data if rig is not None and rig.type == "ARMATURE" else None
    return None if data is None else data.action


class ShownOperator:
    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        cls.poll_message_set("the rig plays no action: choose one that does")  # type: ignore[attr-defined]
        return _action_of(context) is not None


class LABAN_OT_fit_range(ShownOperator, bpy.types.Operator):
    """Let the scene begin and end with the motion of the rig"""

    bl_idname = "laban.fit_range"
    bl_label = "Scene Range of Motion"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        first, last = (round(edge) for edge in _action_of(context).frame_range)
        context.scene.frame_start, context.scene.frame_end = first, max(first, last)
        return {"FINISHED"}


def _fbx(path: str, name: str) -> None:
    bpy.ops.export_scene.fbx(
        filepath=path, use_selection=True, object_types={"ARMATURE", "MESH"}, bake_anim_use_all_actions=False,
        bake_anim_use_nla_strips=False, add_leaf_bones=False,
    )  # fmt: skip


def _gltf(path: str, name: str) -> None:
    bpy.ops.export_scene.gltf(
        filepath=path,
        use_selection=True,
        export_format="GLB",
        export_animation_mode="ACTIVE_ACTIONS",
        export_nla_strips_merged_animation_name=name,
    )


def _bvh(path: str, name: str) -> None:
    scene: Any = bpy.context.scene
    bpy.ops.export_anim.bvh(filepath=path, frame_start=scene.frame_start, frame_end=scene.frame_end)


EXPORTERS: dict[str, Callable[[str, str], None]] = {".fbx": _fbx, ".glb": _gltf, ".bvh": _bvh}


class LABAN_OT_export_shown(ShownOperator, bpy.types.Operator):
    """Export the rig with the action that it shows, and no other action of the file: .fbx, .glb or .bvh"""

    bl_idname = "laban.export_shown"
    bl_label = "Export Shown Motion"

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.fbx;*.glb;*.bvh", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> OperatorReturn:
        if not self.filepath:
            self.filepath = f"{bpy.path.clean_name(_action_of(context).name)}.fbx"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> OperatorReturn:
        export = EXPORTERS.get(Path(self.filepath).suffix.lower())
        if export is None:
            self.report({"ERROR"}, f"{Path(self.filepath).name!r} ends in none of {', '.join(EXPORTERS)}")
            return {"CANCELLED"}
        rig: Any = target_rig(context)
        scene, chosen = context.scene, list(context.selected_objects)
        active, span = context.view_layer.objects.active, (scene.frame_start, scene.frame_end)
        try:
            for thing in chosen:
                thing.select_set(False)
            for thing in (rig, *(child for child in rig.children_recursive if child.type == "MESH")):
                thing.select_set(True)
            context.view_layer.objects.active = rig
            scene.frame_start, scene.frame_end = (round(edge) for edge in _action_of(context).frame_range)
            export(self.filepath, _action_of(context).name)
        except (RuntimeError, AttributeError) as error:  # what the exporter says; or it is disabled
            self.report({"ERROR"}, f"Blender's exporter: {error}")
            return {"CANCELLED"}
        finally:
            scene.frame_start, scene.frame_end = span
            for thing in context.selected_objects:
                thing.select_set(False)
            for thing in chosen:
                thing.select_set(True)
            context.view_layer.objects.active = active
        self.report({"INFO"}, f"{Path(self.filepath).name}: {_action_of(context).name!r} alone")
        return {"FINISHED"}


CLASSES = (LABAN_OT_fit_range, LABAN_OT_export_shown)
