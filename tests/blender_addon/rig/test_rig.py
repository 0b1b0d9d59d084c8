"""Our own rig in real Blender, and reading any rig's rest."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest
from rig_rests import RestStyle, foreign_rig

from blender_addon.rig.rig import MATERIAL, TONES, add_rig, check_armature, read_rig
from blender_addon.write.bake import bake
from motion_core.body import quaternions as quat
from motion_core.body.mesh import BodyData, mannequin
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, PARENT_OF, REST_JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.retarget import RigError, match_bones


def data_counts() -> dict[str, int]:
    kinds = ("objects", "armatures", "meshes", "materials", "actions", "collections")
    return {kind: len(getattr(bpy.data, kind)) for kind in kinds}


def test_bones_stand_on_the_joints(context):
    rig = add_rig(context)
    rest = REST_JOINTS - REST_JOINTS[JOINT["pelvis"]]
    for joint in JOINTS:
        x, y, z = rest[JOINT[joint]]
        bone = rig.data.bones[joint]
        np.testing.assert_allclose(bone.head_local, (x, -z, y + STANDING_PELVIS), atol=1e-5)
        assert bone.length > 0.03
        assert (bone.parent.name if bone.parent else None) == PARENT_OF[joint]
        assert rig.pose.bones[joint].rotation_mode == "QUATERNION"
    assert match_bones(bone.name for bone in rig.data.bones) == {joint: joint for joint in JOINTS}


@pytest.mark.parametrize("scale", [(1, 1, 2), (0.9, 1, 1), (2, 2, 2.1)])
def test_a_rig_scaled_unevenly_is_refused(context, scale):
    rig = add_rig(context)
    rig.scale = scale
    context.view_layer.update()
    with pytest.raises(RigError, match="scaled unevenly"):
        check_armature(rig)
    rig.scale = (0.01, 0.01, 0.01)
    context.view_layer.update()
    check_armature(rig)


def test_knees_and_elbows_bend_about_x(context):
    rig = add_rig(context)
    for joint, axis in (("left_knee", (1, 0, 0)), ("left_elbow", (0, 0, -1)), ("right_elbow", (0, 0, 1))):
        bone_x = np.array(rig.data.bones[joint].matrix_local)[:3, 0]
        assert abs(bone_x @ np.array(axis)) > 0.98, joint


def test_the_body_is_skinned_and_stands_on_the_floor(context):
    rig = add_rig(context)
    (skin,) = rig.children
    points = np.array([skin.matrix_world @ vertex.co for vertex in skin.data.vertices])
    assert points[:, 2].min() == pytest.approx(0, abs=0.01)
    assert 1.6 < points[:, 2].max() < 1.8
    assert skin.modifiers[0].object == rig
    assert [group.name for group in skin.vertex_groups] == list(JOINTS)
    weights = mannequin().weights
    for vertex in (0, 100, len(points) - 1):
        stored = {group.group: group.weight for group in skin.data.vertices[vertex].groups}
        assert sum(stored.values()) == pytest.approx(1, abs=2e-3)
        for index, weight in stored.items():
            assert weight == pytest.approx(weights[vertex, index], abs=1e-4)
    assert [material.name for material in skin.data.materials] == [MATERIAL]
    colours = np.array([value.color[2] for value in skin.data.color_attributes[TONES].data])
    assert colours.min() < 0.6 * colours.max()  # joints are darker


def test_the_skin_follows_the_bones(context):
    rig = add_rig(context)
    (skin,) = rig.children
    tip = int(np.argmax([vertex.co.x for vertex in skin.data.vertices]))
    rig.pose.bones["left_elbow"].rotation_quaternion = (np.cos(0.4), np.sin(0.4), 0, 0)
    context.view_layer.update()
    evaluated = skin.evaluated_get(context.evaluated_depsgraph_get())
    posed = rig.pose.bones["left_elbow"]
    moved = posed.matrix @ rig.data.bones["left_elbow"].matrix_local.inverted() @ skin.data.vertices[tip].co
    np.testing.assert_allclose(evaluated.data.vertices[tip].co, moved, atol=1e-4)
    assert (moved - skin.data.vertices[tip].co).length > 0.2


def test_a_second_rig_shares_materials_and_takes_the_next_name(context):
    first, second = add_rig(context), add_rig(context)
    assert (first.name, second.name) == ("Laban", "Laban.001")
    assert second.children[0].name == "Laban.001 Body"
    assert data_counts() == {
        "objects": 4, "armatures": 2, "meshes": 2, "materials": 1, "actions": 0, "collections": 0,
    }  # fmt: skip
    assert context.view_layer.objects.active == second
    assert [thing.name for thing in context.selected_objects] == ["Laban.001"]


def test_somebody_else_s_material_of_that_name_is_left_alone(context):
    theirs = bpy.data.materials.new(MATERIAL)
    rig = add_rig(context)
    assert rig.children[0].data.materials[0] != theirs


def test_it_can_be_added_from_pose_mode(context):
    add_rig(context)
    bpy.ops.object.mode_set(mode="POSE")
    assert add_rig(context).mode == "OBJECT"


def test_a_hidden_collection_is_refused_and_nothing_is_left(context):
    collection = bpy.data.collections.new("Away")
    context.scene.collection.children.link(collection)
    layer = context.view_layer.layer_collection.children["Away"]
    context.view_layer.active_layer_collection = layer
    layer.exclude = True
    before = data_counts()
    with context.temp_override(collection=collection), pytest.raises(RigError, match="collection 'Away'"):
        add_rig(context)
    assert data_counts() == before


def test_reading_gives_the_rest_of_any_rig(context, make_foreign):
    style = RestStyle(seed=5, arms_down=0.6, scale=100.0, prefix="f_avg_", root=True)
    rig = make_foreign(style)
    read = {bone.name: bone for bone in read_rig(rig)}
    for bone in foreign_rig(style):
        assert read[bone.name].parent == bone.parent
        np.testing.assert_allclose(read[bone.name].rest[:3, :3], bone.rest[:3, :3], atol=1e-5)
        np.testing.assert_allclose(read[bone.name].head, bone.head, atol=1e-3)
    check_armature(rig)


def test_a_body_of_one_s_own_gives_its_shape_and_mesh(context, tmp_path, world_heads):
    """A person a tenth taller, through the file that `motion_core.body.smpl_body` writes."""
    own, factor = mannequin(), 1.1
    taller = {name: getattr(own, name) * factor for name in ("joints", "tips", "vertices", "floor")}
    triangles = np.concatenate([own.faces[:, [0, 1, 2]], own.faces[:, [0, 2, 3]]])
    replace(own, **taller, faces=triangles).save(tmp_path / "body.npz")
    rig = add_rig(context, "Tall", BodyData.load(tmp_path / "body.npz"))
    (skin,) = rig.children
    assert len(skin.data.polygons) == len(triangles)
    assert min(vertex.co.z for vertex in skin.data.vertices) == pytest.approx(0, abs=1e-3)
    rotations = np.tile(quat.IDENTITY, (3, 22, 1))
    rotations[:, 0] = UPRIGHT
    rotations[:, JOINT["left_knee"]] = quat.rotvec_to_quat(np.array([1.2, 0, 0]))
    motion = Motion.from_pelvis(
        24.0, [[0, 0, STANDING_PELVIS], [0, -1, STANDING_PELVIS], [1, -1, 1]], rotations
    )
    bake(context, rig, motion, start_frame=1)
    for frame in range(3):
        context.scene.frame_set(1 + frame)
        np.testing.assert_allclose(world_heads(rig), motion.joints()[frame] * factor, atol=1e-3)
