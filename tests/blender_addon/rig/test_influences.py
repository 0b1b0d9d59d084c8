"""Other controls that move joints: of those that are posed or keyed, the ones that turn these joints."""

from __future__ import annotations

import numpy as np
import pytest
from ik_rigs import rigify_in_ik, two_chains

from blender_addon.actions.pose_values import pose_values
from blender_addon.rig.bone_map import bones_of
from blender_addon.rig.influences import other_controls, posing_bones
from blender_addon.rig.limb_switches import Toggles
from motion_core.body.joints import PARTS


@pytest.fixture
def rig(context):
    return rigify_in_ik(context)


def others(context, rig, joints, keyed=()) -> set:
    return set(other_controls(context, rig, bones_of(rig), joints, set(keyed)))


def test_the_back_is_moved_by_chest_and_hips_and_an_arm_by_neither(context, rig):
    back = others(context, rig, PARTS["spine"])
    assert {("chest", "rotation_quaternion"), ("hips", "rotation_quaternion")} <= back
    assert others(context, rig, PARTS["left_arm"][1:]) == set()
    assert ("hips", "rotation_quaternion") in others(context, rig, {"pelvis"})


def test_controls_at_rest_without_keys_do_not_count(context, rig):
    rig.animation_data.action = None
    for bone in rig.pose.bones:
        bone.matrix_basis.identity()
    assert others(context, rig, PARTS["spine"]) == set()
    rig.pose.bones["chest"].rotation_quaternion = (0.8, 0.6, 0, 0)
    assert others(context, rig, PARTS["spine"]) == {("chest", "rotation_quaternion")}


def test_turns_of_keyed_bones_do_not_count(context, rig):
    keyed = {"chest", "hips"}
    assert not {name for name, _ in others(context, rig, PARTS["spine"], keyed)} & keyed


def test_measuring_changes_nothing(context, rig):
    context.scene.frame_set(25)
    before = pose_values(rig)
    others(context, rig, PARTS["spine"])
    for name, values in pose_values(rig).items():
        np.testing.assert_array_equal(values, before[name], err_msg=name)


def test_what_a_constraint_moves_counts_while_it_is_on(context):
    rig = two_chains(context)
    bone_map, arm = bones_of(rig), {"left_shoulder", "left_elbow"}
    assert {"ik left elbow", "ctrl left hand", "root", "pelvis"} <= posing_bones(rig, bone_map)
    hand = ("ctrl left hand", "location")
    assert hand in other_controls(context, rig, bone_map, arm, set())
    toggles = Toggles(rig, bone_map).of(arm, [1])[0]
    assert hand not in other_controls(context, rig, bone_map, arm, set(), toggles)
