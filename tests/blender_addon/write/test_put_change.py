"""A change on an animated rig: kept frames keep their pose, other bones and frames their curves."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from control_rigs import MIXAMO, make_armature, make_auto_rig_pro, make_rigify, rows_of, ue5_rows
from mathutils import Vector
from rig_animation import curve_table, joint_poses, key_pose, stepping
from rig_rests import RestStyle

from blender_addon.rig.bone_map import bones_of
from blender_addon.rig.capture import capture
from blender_addon.rig.rig import add_rig
from blender_addon.write.bake import bake
from blender_addon.write.change import Change
from blender_addon.write.put_change import change_fault, put_change
from motion_core.body.joints import JOINTS, PARTS
from motion_core.editing.meet import meet
from motion_core.retarget import RigError

STYLE = RestStyle(seed=5, arms_down=0.8, elbows_bent=0.15, legs_apart=0.08, stretch=0.12)
ALL = frozenset(JOINTS)


def animated(context, kind: str):
    """A rig with keys of its own at frames 1, 12, 30 and 40, made by hand: not only of bones that are joints."""
    if kind == "ours":
        rig = add_rig(context)
    elif kind == "mixamo":
        rig = make_armature(context, rows_of(STYLE, MIXAMO, prefix="mixamorig:"))
    elif kind == "unreal":
        rig = make_armature(context, ue5_rows(STYLE))
    elif kind.startswith("rigify"):
        rig = make_rigify(context)
    else:
        rig = make_auto_rig_pro(context, STYLE)
    names = list(bones_of(rig).bones.values())
    if kind == "unreal":
        names += ["spine_02", "spine_04", "root"]
    if kind.startswith("rigify"):
        names += ["torso", "chest", "hips", "hand_ik.L", "foot_ik.R"]
        for bone in ("thigh_parent.L", "thigh_parent.R", "upper_arm_parent.L", "upper_arm_parent.R"):
            rig.pose.bones[bone]["IK_FK"] = 0.0 if kind == "rigify-ik" else 1.0
        rig.update_tag()
    for number, frame in enumerate((1, 12, 30, 40)):
        key_pose(rig, names, frame, seed=number, size=0.15 if kind.startswith("rigify") else 0.3)
        if kind.startswith("rigify"):  # sit down a little: feet and hands of IK stay within reach
            torso = rig.pose.bones["torso"]
            low = Vector((0.02 * number, 0.03, -0.12 - 0.02 * number))
            torso.location = torso.bone.matrix_local.to_3x3().inverted() @ low
            torso.keyframe_insert("location", frame=frame)
            rig.pose.bones["spine_fk"].location = (0, 0, 0)
            rig.pose.bones["spine_fk"].keyframe_insert("location", frame=frame)
    return rig


def changed(context, rig, first: int, last: int, kept: list[int]) -> Change:
    """Another motion that meets the rig's in the kept frames."""
    given = capture(context, rig, first, last + 1)
    mask = np.isin(np.arange(first, last + 1), kept)
    made = stepping(len(given), given.fps, seed=11)
    return Change(first, meet(made, given, mask) if mask.any() else made, mask, ALL)


@pytest.mark.parametrize("kind", ["ours", "mixamo", "unreal", "rigify", "rigify-ik", "auto-rig-pro"])
def test_kept_frames_show_what_they_showed(context, kind):
    rig = animated(context, kind)
    kept = [1, 12, 13, 14, 30, 40]
    before = {frame: joint_poses(rig, frame) for frame in [*kept, 20]}
    _, note = put_change(context, rig, changed(context, rig, 1, 40, kept), "test")
    assert note == ""
    for frame in kept:
        heads, turns = joint_poses(rig, frame)
        assert np.abs(heads - before[frame][0]).max() < 1e-4, frame
        assert np.degrees(turns.angle_to(before[frame][1])).max() < 0.05, frame
    assert np.abs(joint_poses(rig, 20)[0] - before[20][0]).max() > 0.05


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ"])
def test_other_frames_and_other_bones_keep_their_curves(context, mode):
    """To the last handle: between the keys too, which auto handles would change."""
    rig = add_rig(context)
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    finger = rig.data.bones["head"].name  # stands for a bone that no joint drives
    names = [name for name in bones_of(rig).bones.values() if name != finger]
    for number, frame in enumerate((1, 12, 30, 44, 60, 75)):
        key_pose(rig, [*names, finger], frame, seed=number)
    old = rig.animation_data.action
    finger_path = rig.pose.bones[finger].path_from_id()
    quarters = [frame / 4 for frame in [*range(4, 4 * 20 + 1), *range(4 * 50, 4 * 75 + 1)]]
    before, inside = curve_table(old, quarters), curve_table(old, range(20, 51))
    change = changed(context, rig, 21, 49, [30])
    joints = ALL - {"head"}
    action, _ = put_change(context, rig, Change(21, change.motion, change.kept, joints), "test")
    after, then = curve_table(action, quarters), curve_table(action, range(20, 51))
    assert set(after) == set(before)
    for place, values in before.items():
        np.testing.assert_allclose(after[place], values, atol=2e-4, err_msg=str(place))
        if place[0].startswith(finger_path):
            np.testing.assert_array_equal(then[place], inside[place])
        else:
            np.testing.assert_array_equal(then[place][10], inside[place][10])  # the kept frame 30
    assert max(np.abs(then[place] - inside[place]).max() for place in before) > 0.1
    assert old.use_fake_user  # made by hand: it stays in the file


def test_a_bone_without_keys_is_where_it_was_outside_the_range(context):
    rig = add_rig(context)
    key_pose(rig, ["pelvis"], 1, seed=1)
    key_pose(rig, ["pelvis"], 60, seed=2)
    before = {frame: joint_poses(rig, frame) for frame in (1, 10, 50, 60)}
    put_change(context, rig, changed(context, rig, 20, 40, []), "test")
    for frame, (heads, _) in before.items():
        np.testing.assert_allclose(joint_poses(rig, frame)[0], heads, atol=1e-4)


def test_a_change_of_an_arm_leaves_the_rest_key_for_key(context):
    rig = animated(context, "mixamo")
    old = rig.animation_data.action
    before = curve_table(old, range(1, 41))
    arm = frozenset(PARTS["left_arm"])
    change = changed(context, rig, 1, 40, [1, 40])
    heads = joint_poses(rig, 20)[0]
    action, _ = put_change(context, rig, Change(1, change.motion, change.kept, arm), "test")
    after = curve_table(action, range(1, 41))
    differing = {place[0] for place in before if not np.array_equal(before[place], after[place])}
    bones = bones_of(rig).bones
    assert differing == {
        f"{rig.pose.bones[bones[joint]].path_from_id()}.rotation_quaternion" for joint in arm
    }
    moved = np.abs(joint_poses(rig, 20)[0] - heads).max(axis=1)
    rows = {joint: moved[number] for number, joint in enumerate(bones)}
    assert rows["left_wrist"] > 0.03
    assert max(rows[joint] for joint in rows if joint not in arm) < 1e-5


def test_only_the_limb_that_is_made_is_switched_to_fk(context):
    rig = animated(context, "rigify-ik")
    change = changed(context, rig, 10, 30, [])
    action, _ = put_change(
        context, rig, Change(10, change.motion, change.kept, frozenset(PARTS["left_arm"])), "test"
    )
    switches = {place[0] for place in curve_table(action, range(1, 41)) if "IK_FK" in place[0]}
    assert switches == {'pose.bones["upper_arm_parent.L"]["IK_FK"]'}
    values = curve_table(action, range(1, 41))[(switches.pop(), 0)]
    np.testing.assert_array_equal(values, [0.0] * 9 + [1.0] * 21 + [0.0] * 10)


def test_nla_tracks_show_through_outside_a_first_action(context):
    rig = add_rig(context)
    action = bake(context, rig, stepping(60), start_frame=1)
    rig.animation_data.nla_tracks.new().strips.new("walk", 1, action)
    rig.animation_data.action = None
    before = {frame: joint_poses(rig, frame)[0] for frame in (5, 20, 30, 50)}
    put_change(context, rig, changed(context, rig, 20, 40, [20, 30]), "test")
    for frame in before:
        np.testing.assert_allclose(joint_poses(rig, frame)[0], before[frame], atol=2e-3)


def test_faults_are_named_and_change_nothing(context):
    rig = animated(context, "ours")
    action, change = rig.animation_data.action, changed(context, rig, 1, 40, [1])
    curve = action_curve(rig, "left_elbow")
    modifier = curve.modifiers.new("NOISE")
    check_refused(context, rig, change, "bone 'left_elbow' have the modifier Noise")
    assert change_fault(rig, frozenset(PARTS["legs"])) == ""
    modifier.mute = True
    assert change_fault(rig, ALL) == ""
    driver = rig.pose.bones["head"].driver_add("location", 1)
    check_refused(context, rig, change, "bone 'head' is moved by a driver")
    driver.mute = True
    rig.animation_data.action_influence = 0.5
    check_refused(context, rig, change, "blended with the NLA")
    rig.animation_data.action_influence = 1.0
    rig.scale.x = -1
    context.view_layer.update()
    check_refused(context, rig, change, "negative")
    assert rig.animation_data.action == action


def action_curve(rig, bone: str):
    from blender_addon.actions.actions import active_curves

    return next(c for c in active_curves(rig) if c.data_path == f'pose.bones["{bone}"].rotation_quaternion')


def check_refused(context, rig, change: Change, words: str) -> None:
    count = len(bpy.data.actions)
    with pytest.raises(RigError, match=words):
        put_change(context, rig, change, "test")
    assert len(bpy.data.actions) == count
