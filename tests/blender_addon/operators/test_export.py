"""The shown action alone goes to other programs; the scene takes the motion's range."""

from __future__ import annotations

import json
import struct

import bpy
import pytest
from rig_animation import key_pose

from blender_addon.rig.bone_map import bones_of

pytestmark = pytest.mark.usefixtures("enabled")


@pytest.fixture
def rig(context, enabled):
    """A rig that shows "second", frames 5 to 40, and has played "first" before."""
    bpy.ops.laban.add_rig()
    rig = context.object
    for name, frames in (("first", (1, 90)), ("second", (5, 40))):
        rig.animation_data_clear()
        for seed, frame in enumerate(frames):
            key_pose(rig, list(bones_of(rig).bones.values()), frame, seed, size=0.1)
        rig.animation_data.action.name = name
        rig.animation_data.action.use_fake_user = True
    return rig


def test_the_scene_takes_the_motion_s_range(context, rig):
    assert bpy.ops.laban.fit_range() == {"FINISHED"}
    assert (context.scene.frame_start, context.scene.frame_end) == (5, 40)
    rig.animation_data.action = None
    assert not bpy.ops.laban.fit_range.poll() and not bpy.ops.laban.export_shown.poll()


def test_the_shown_action_is_exported_alone(context, rig, tmp_path):
    import addon_utils

    addon_utils.enable("io_scene_gltf2")
    context.scene.frame_start, context.scene.frame_end = 1, 250
    path = tmp_path / "shown.glb"
    assert bpy.ops.laban.export_shown(filepath=str(path)) == {"FINISHED"}
    raw = path.read_bytes()
    (length,) = struct.unpack("<I", raw[12:16])
    animations = json.loads(raw[20 : 20 + length])["animations"]
    assert [animation["name"].split(".")[0] for animation in animations] == ["second"]
    assert (context.scene.frame_start, context.scene.frame_end) == (1, 250)
    assert context.view_layer.objects.active == rig


def test_other_formats_are_refused_with_those_that_there_are(context, rig, tmp_path):
    with pytest.raises(RuntimeError, match=r"ends in none of \.fbx, \.glb, \.bvh"):
        bpy.ops.laban.export_shown(filepath=str(tmp_path / "shown.abc"))
