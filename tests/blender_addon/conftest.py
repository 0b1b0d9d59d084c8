"""Shared by the tests that run in Blender: an empty file for each, and foreign rigs made real."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from rig_rests import RestStyle, foreign_rig

bpy = pytest.importorskip("bpy", reason="these tests run in Blender's module: tests/blender_addon/run_bpy.py")


@pytest.fixture
def context():
    """The context of an empty file at 24 fps."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return bpy.context


@pytest.fixture
def make_foreign(context) -> Callable[..., object]:
    """make_foreign(style, name) -> armature object with the bones of `rig_rests.foreign_rig`."""

    def make(style: RestStyle, name: str = "Foreign"):
        from mathutils import Vector

        data = bpy.data.armatures.new(name)
        rig = bpy.data.objects.new(name, data)
        context.collection.objects.link(rig)
        context.view_layer.objects.active = rig
        bpy.ops.object.mode_set(mode="EDIT")
        for bone in foreign_rig(style):
            made = data.edit_bones.new(bone.name)
            made.head = bone.head
            made.tail = bone.head + bone.rest[:3, 1] * 0.08 * style.scale
            made.align_roll(Vector(bone.rest[:3, 2]))
            if bone.parent is not None:
                made.parent = data.edit_bones[bone.parent]
        bpy.ops.object.mode_set(mode="OBJECT")
        return rig

    return make


@pytest.fixture
def world_heads() -> Callable[..., np.ndarray]:
    """world_heads(rig, prefix="") -> (22,3) where Blender puts the joints at the current frame."""
    from motion_core.skeleton import JOINTS

    def read(rig, prefix: str = "") -> np.ndarray:
        bones = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        return np.array([rig.matrix_world @ bones[prefix + joint].head for joint in JOINTS])

    return read
