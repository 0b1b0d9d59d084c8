"""The buttons of the list of bones. What a map and a preset are: the tests of the room rig."""

from __future__ import annotations

import bpy
import pytest

from blender_addon.operators.bones import map_fault
from blender_addon.rig.bone_map import PROPERTY, bones_of
from blender_addon.rig.bone_map_presets import preset_names


@pytest.fixture
def rig(context, preferences, tmp_path, monkeypatch):
    """Our rig with one bone called otherwise and chosen by hand; presets go to a folder of the test."""
    monkeypatch.setattr("blender_addon.rig.bone_map_presets.user_folder", lambda part: tmp_path / part)
    bpy.ops.laban.add_rig()
    rig = context.object
    rig.data.bones["left_knee"].name = "Thing"
    rig.laban_joints.left_knee = "Thing"
    return rig


def test_an_armature_of_this_file_is_needed(context, rig, tmp_path):
    assert map_fault(context) == "" and bpy.ops.laban.detect_bones.poll()
    context.view_layer.objects.active = None
    assert map_fault(context) == "no armature is selected: select one"
    assert not bpy.ops.laban.detect_bones.poll()
    context.view_layer.objects.active = rig.children[0]  # the body stands for its rig
    assert map_fault(context) == ""
    path = str(tmp_path / "rig.blend")
    bpy.data.libraries.write(path, {rig}, fake_user=True)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (_, target):
        target.objects = ["Laban"]
    bpy.context.collection.objects.link(target.objects[0])
    bpy.context.view_layer.objects.active = target.objects[0]
    assert "make a library override first" in map_fault(bpy.context)


def test_detecting_forgets_the_choice_and_says_when_a_bone_is_missing(rig):
    with pytest.raises(RuntimeError, match=r"not sure.* left_knee \('Thing'\?\)"):
        bpy.ops.laban.detect_bones()
    assert PROPERTY not in rig
    rig.data.bones["Thing"].name = "left_knee"
    assert bpy.ops.laban.detect_bones() == {"FINISHED"}
    assert bones_of(rig).bones["left_knee"] == "left_knee"


def test_a_preset_is_kept_fetched_and_deleted(rig):
    chosen = bones_of(rig)
    assert bpy.ops.laban.save_bone_preset(preset=" Mine ") == {"FINISHED"}
    assert preset_names() == ["Mine"]
    del rig[PROPERTY]
    assert bpy.ops.laban.load_bone_preset(preset="Mine") == {"FINISHED"}
    assert bones_of(rig).bones == chosen.bones
    assert bpy.ops.laban.delete_bone_preset(preset="Mine") == {"FINISHED"}
    assert preset_names() == [] and bones_of(rig).bones == chosen.bones
    for button in (bpy.ops.laban.load_bone_preset, bpy.ops.laban.delete_bone_preset):
        with pytest.raises(RuntimeError, match="no preset 'Mine'"):
            button(preset="Mine")


def test_a_preset_of_another_rig_is_refused_and_changes_nothing(context, rig):
    bpy.ops.laban.save_bone_preset(preset="Mine")
    bpy.ops.laban.add_rig()
    with pytest.raises(RuntimeError, match="the rig has no bone 'Thing'"):
        bpy.ops.laban.load_bone_preset(preset="Mine")
    assert PROPERTY not in context.object
