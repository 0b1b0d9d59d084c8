"""The menu "Laban" of the 3D view's Object and Pose menus. What stands in a menu is found by F3."""

from __future__ import annotations

from typing import Any

import bpy

GROUPS = (
    ("laban.generate", "laban.cancel", "laban.random_seed", "laban.add_rig", "laban.apply_motion", "laban.accept",
     "laban.reject", "laban.regenerate"),
    ("laban.complete", "laban.edit", "laban.follow", "laban.add_pin", "laban.pin_selected", "laban.remove_pin",
     "laban.refresh_history", "laban.reapply"),
    ("laban.generate_strips", "laban.add_strip", "laban.remove_strip", "laban.duplicate_strip", "laban.move_strip",
     "laban.split_strip", "laban.snap_strips"),
    ("laban.search", "laban.cancel_search", "laban.use_found"),
    ("laban.reduce_keys", "laban.fit_range", "laban.export_shown"),
    ("laban.show_bones", "laban.detect_bones", "laban.save_bone_preset", "laban.load_bone_preset",
     "laban.delete_bone_preset"),
    ("laban.start_service", "laban.stop_service", "laban.open_preferences", "laban.check_environment",
     "laban.make_environment", "laban.cancel_environment"),
)  # fmt: skip


class LABAN_MT_all(bpy.types.Menu):
    bl_idname = "LABAN_MT_all"
    bl_label = "Laban"

    def draw(self, context: bpy.types.Context | None) -> None:
        layout: Any = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        for number, group in enumerate(GROUPS):
            if number:
                layout.separator()
            for name in group:
                layout.operator(name)


def _draw(self: Any, context: bpy.types.Context) -> None:
    self.layout.separator()
    self.layout.menu(LABAN_MT_all.bl_idname)


def _menus() -> tuple[Any, ...]:
    return bpy.types.VIEW3D_MT_object, bpy.types.VIEW3D_MT_pose


def begin() -> None:
    """When the extension is enabled."""
    for menu in _menus():
        menu.append(_draw)


def end() -> None:
    """When it is disabled."""
    for menu in _menus():
        menu.remove(_draw)


CLASSES = (LABAN_MT_all,)
