"""Baking in real Blender: what it evaluates is what the motion says."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from rig_rests import Y_UP, RestStyle

from blender_addon.actions.actions import OURS, fcurves
from blender_addon.rig.rig import add_rig
from blender_addon.write.bake import bake
from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT
from motion_core.retarget import RigError


def swaying(frames: int = 25, fps: float = 24.0, seed: int = 3, **more) -> Motion:
    """Smooth and large turns of every joint, some past half a turn, while walking."""
    rng = np.random.default_rng(seed)
    phase = np.linspace(0, 2 * np.pi, frames)[:, None, None]
    turns = rng.normal(0, 0.7, (1, 22, 3)) * np.sin(phase + rng.uniform(0, 6, (1, 22, 3)))
    rotations = quat.rotvec_to_quat(turns)
    spin = quat.about_z(phase[:, 0, 0] * 1.5)
    rotations[:, 0] = quat.multiply(quat.multiply(spin, UPRIGHT), rotations[:, 0])
    pelvis = np.stack(
        [np.sin(phase[:, 0, 0]), -np.arange(frames) * 0.05, np.full(frames, STANDING_PELVIS)], axis=1
    )
    return Motion.from_pelvis(fps, pelvis, rotations, **more)


def check_poses(motion: Motion, first: int, read, rig, prefix: str = "", tolerance: float = 1e-4) -> None:
    joints = motion.joints()
    for frame in {0, len(motion) // 3, len(motion) // 2, len(motion) - 1}:
        bpy.context.scene.frame_set(first + frame)
        np.testing.assert_allclose(read(rig, prefix), joints[frame], atol=tolerance)


def curve(action, path: str, index: int = 0):
    return next(c for c in fcurves(action) if c.data_path == path and c.array_index == index)


def keys(action, path: str, index: int = 0) -> np.ndarray:
    return np.array([point.co for point in curve(action, path, index).keyframe_points])


def test_our_rig_moves_as_the_motion(context, world_heads):
    rig, motion = add_rig(context), swaying()
    bake(context, rig, motion, start_frame=7)
    check_poses(motion, 7, world_heads, rig)


@pytest.mark.parametrize(
    "style",
    [
        RestStyle(seed=1),
        RestStyle(seed=2, arms_down=0.9, elbows_bent=0.2, prefix="m_avg_", root=True),
        RestStyle(seed=3, arms_down=0.7, legs_apart=0.15),
        RestStyle(seed=4, scale=100.0, space=tuple(Y_UP), arms_down=0.8, legs_apart=0.1, root=True),
    ],
    ids=["rolled", "a-pose", "legs-apart", "centimetres-y-up"],
)
def test_foreign_rigs_move_as_the_motion(context, make_foreign, world_heads, style):
    rig, motion = make_foreign(style), swaying()
    if style.scale != 1:  # an import from a Y-up program in centimetres
        rig.scale, rig.rotation_euler = (0.01, 0.01, 0.01), (np.pi / 2, 0, 0)
        context.view_layer.update()
    bake(context, rig, motion, start_frame=1)
    check_poses(motion, 1, world_heads, rig, style.prefix)


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "AXIS_ANGLE"])
def test_the_bones_rotation_modes_are_kept(context, world_heads, mode):
    rig, motion = add_rig(context), swaying(frames=60)
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    action = bake(context, rig, motion, start_frame=0)
    check_poses(motion, 0, world_heads, rig)
    assert {bone.rotation_mode for bone in rig.pose.bones} == {mode}
    paths = {c.data_path.rpartition(".")[2] for c in fcurves(action)}
    assert paths == {"location", "rotation_axis_angle" if mode == "AXIS_ANGLE" else "rotation_euler"}
    # between the keys too: linear blending of continuous channels stays near the pose
    context.scene.frame_set(20, subframe=0.5)
    middle = motion.at_frames(np.array([20.5])).joints()[0]
    np.testing.assert_allclose(world_heads(rig), middle, atol=0.02)


@pytest.mark.parametrize(("fps", "base"), [(24, 1.001), (30, 1.001), (25, 1.0), (60, 1.0), (12, 1.0)])
def test_time_is_kept_at_any_frame_rate(context, fps, base):
    context.scene.render.fps, context.scene.render.fps_base = fps, base
    rate = fps / base
    pelvis = np.array([[0, -frame / 20, STANDING_PELVIS] for frame in range(101)])  # 1 m/s for 5 s
    rotations = np.tile(quat.IDENTITY, (101, 22, 1))
    rotations[:, 0] = UPRIGHT
    rig = add_rig(context)
    action = bake(context, rig, Motion.from_pelvis(20.0, pelvis, rotations), start_frame=1)
    assert tuple(action.frame_range) == (1, 1 + round(5 * rate))
    for frame in (1, 2, 50):
        context.scene.frame_set(frame)
        walked = -rig.pose.bones["pelvis"].head[1]
        assert walked == pytest.approx((frame - 1) / rate, abs=2e-5)
    assert (context.scene.render.fps, context.scene.frame_end) == (fps, 250)


def test_keys_are_dense_linear_and_grouped_by_bone(context):
    rig, motion = add_rig(context), swaying(frames=30)
    action = bake(context, rig, motion, start_frame=-5)
    curves = fcurves(action)
    assert len(curves) == 22 * 4 + 3
    assert {len(c.keyframe_points) for c in curves} == {30}
    assert {p.interpolation for c in curves for p in c.keyframe_points} == {"LINEAR"}
    assert {c.group.name for c in curves} == {bone.name for bone in rig.data.bones}
    quaternions = np.stack(
        [keys(action, 'pose.bones["pelvis"].rotation_quaternion', i) for i in range(4)], axis=1
    )
    np.testing.assert_array_equal(quaternions[:, 0, 0], np.arange(-5, 25))
    assert np.all(np.sum(quaternions[1:, :, 1] * quaternions[:-1, :, 1], axis=1) > 0)
    if hasattr(action, "slots"):
        assert len(action.slots) == 1
        assert rig.animation_data.action_slot == action.slots[0]


def test_it_starts_at_the_current_frame_and_leaves_the_scene_alone(context):
    rig, motion = add_rig(context), swaying(frames=300)
    scene = context.scene
    scene.frame_set(42)
    before = (scene.frame_start, scene.frame_end, scene.render.fps, scene.frame_current)
    action = bake(context, rig, motion)
    assert action.frame_range[0] == 42
    assert (scene.frame_start, scene.frame_end, scene.render.fps, scene.frame_current) == before
    bake(context, rig, motion, extend_range=True)
    assert (scene.frame_start, scene.frame_end) == (1, 341)


def test_one_frame_is_a_pose(context, world_heads):
    rig, motion = add_rig(context), swaying().slice(3, 4)
    assert bake(context, rig, motion, start_frame=9).frame_range[0] == 9
    check_poses(motion, 9, world_heads, rig)


def test_the_action_remembers_what_made_it(context):
    meta = {
        "text": "a person bows",
        "seed": 7,
        "model": "mdm",
        "seconds": 1.25,
        "licence": "CC0",
        "big": 2**40,
    }
    action = bake(context, add_rig(context), swaying(meta={**meta, "parts": ["head"], "nothing": None}))
    assert action.name == "a person bows"
    assert [action[f"laban_{key}"] for key in ("text", "seed", "model", "seconds", "licence")] == list(
        meta.values()
    )[:5]
    assert action["laban_big"] == str(2**40)
    assert action["laban_parts"] == '["head"]'
    assert bake(context, context.object, swaying(meta=meta), name="Take 1").name == "Take 1"


def test_twenty_results_leave_one_action(context):
    rig = add_rig(context)
    for seed in range(20):
        bake(context, rig, swaying(seed=seed, meta={"text": "a person bows"}))
    assert [(a.name, a.users) for a in bpy.data.actions] == [("a person bows", 1)]
    assert len(bpy.data.armatures) == len(bpy.data.meshes) == 1


def test_the_user_s_own_action_is_never_lost(context):
    rig = add_rig(context)
    rig.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=1)
    own = rig.animation_data.action
    bake(context, rig, swaying())
    assert own.name in bpy.data.actions
    assert own.use_fake_user


def test_a_result_somebody_worked_on_is_kept(context):
    rig = add_rig(context)
    moved, renamed, shared = (bake(context, rig, swaying(seed=s), name=f"take {s}") for s in range(3))
    assert "take 0" not in bpy.data.actions
    assert "take 1" not in bpy.data.actions
    del moved, renamed
    curve(shared, 'pose.bones["head"].rotation_quaternion').keyframe_points[0].co[1] += 0.1
    second = bake(context, rig, swaying(seed=4), name="second")
    second.name = "the good one"
    third = bake(context, rig, swaying(seed=5), name="third")
    third.use_fake_user = True
    bake(context, rig, swaying(seed=6), name="fourth")
    assert {a.name for a in bpy.data.actions} == {"take 2", "the good one", "third", "fourth"}
    assert all(a.users > 0 for a in bpy.data.actions)


def test_results_shared_with_another_rig_stay_with_it(context, world_heads):
    first, second = add_rig(context, "First"), add_rig(context, "Second")
    motion = swaying()
    action = bake(context, first, motion, start_frame=1, name="shared")
    second.animation_data_create().action = action
    if hasattr(action, "slots"):
        second.animation_data.action_slot = action.slots[0]
    bake(context, first, swaying(seed=9), start_frame=1, name="own")
    assert second.animation_data.action == action
    check_poses(motion, 1, world_heads, second)


@pytest.mark.skipif(bpy.app.version < (4, 4), reason="actions have slots from Blender 4.4 on")
def test_other_slots_of_an_action_are_respected(context, world_heads):
    first, second = add_rig(context, "First"), add_rig(context, "Second")
    action = bpy.data.actions.new("both")
    for rig in (first, second):
        rig.animation_data_create().action = action
        rig.animation_data.action_slot = action.slots.new(id_type="OBJECT", name=rig.name)
        rig.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=1)
    count = len(fcurves(action))
    bake(context, first, swaying(), name="new")
    assert second.animation_data.action == action
    assert second.animation_data.action_slot.identifier == "OBSecond"
    assert (len(fcurves(action)), len(action.slots)) == (count, 2)


def test_hidden_rigs_take_motion_too(context, world_heads):
    rig, motion = add_rig(context), swaying()
    rig.hide_set(True)
    rig.hide_viewport = True
    bake(context, rig, motion, start_frame=1)
    rig.hide_viewport = False
    rig.hide_set(False)
    check_poses(motion, 1, world_heads, rig)


def test_objects_that_cannot_take_motion_say_why(context, tmp_path):
    motion = swaying()
    cube = bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube"))
    empty_rig = bpy.data.objects.new("Nothing", bpy.data.armatures.new("Nothing"))
    for thing in (cube, empty_rig):
        context.collection.objects.link(thing)
    with pytest.raises(RigError, match="no armature is selected"):
        bake(context, None, motion)
    with pytest.raises(RigError, match="'Cube' is a mesh, not an armature"):
        bake(context, cube, motion)
    with pytest.raises(RigError, match="no bone for pelvis"):
        bake(context, empty_rig, motion)
    rig = add_rig(context)
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RigError, match="Edit Mode"):
        bake(context, rig, motion)
    bpy.ops.object.mode_set(mode="OBJECT")
    path = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    with bpy.data.libraries.load(path, link=True) as (there, here):
        here.objects = [name for name in there.objects if name == "Laban"]
    with pytest.raises(RigError, match=r"linked from another file: make a library override"):
        bake(context, here.objects[0], motion)
    assert len(bpy.data.actions) == 0
    assert rig.animation_data is None


def test_a_library_override_takes_motion(context, tmp_path, world_heads):
    add_rig(context)
    path = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (_, here):
        here.objects = ["Laban"]
    rig = here.objects[0].override_create()
    bpy.context.collection.objects.link(rig)
    motion = swaying()
    bake(bpy.context, rig, motion, start_frame=1)
    check_poses(motion, 1, world_heads, rig)


def test_nla_tweak_mode_is_refused_and_nothing_changes(context):
    rig = add_rig(context)
    action = bake(context, rig, swaying())
    data = rig.animation_data
    strip = data.nla_tracks.new().strips.new("strip", 1, action)
    data.action = None
    strip.select = True
    data.nla_tracks[0].select = True
    data.nla_tracks.active = data.nla_tracks[0]
    strip.id_data.animation_data.use_tweak_mode = True
    if not data.use_tweak_mode:
        pytest.skip("this Blender does not enter tweak mode without a window")
    with pytest.raises(RigError, match="tweak mode"):
        bake(context, rig, swaying())
    assert len(bpy.data.actions) == 1


def test_our_results_are_marked(context):
    action = bake(context, add_rig(context), swaying())
    assert len(action[OURS]) == 8
