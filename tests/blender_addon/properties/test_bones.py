"""A name of a bone for each joint: shown from the rig's map, and changed there."""

from __future__ import annotations

import bpy
import pytest

from blender_addon.properties.bones import title_of
from blender_addon.rig.bone_map import PROPERTY, bones_of
from motion_core.body.joints import JOINTS


@pytest.fixture
def rig(context, preferences):
    bpy.ops.laban.add_rig()
    return context.object


def test_there_is_a_property_for_each_joint(rig):
    made = rig.laban_joints.bl_rna.properties
    assert [joint for joint in JOINTS if joint in made] == list(JOINTS)
    assert (made["left_knee"].name, made["left_knee"].is_overridable) == ("Left knee", True)
    assert "is the left knee" in made["left_knee"].description
    assert title_of("right_collar") == "Right collar"


def test_what_is_detected_is_shown_without_being_kept(rig):
    assert {joint: getattr(rig.laban_joints, joint) for joint in JOINTS} == bones_of(rig).bones
    assert PROPERTY not in rig


def test_a_choice_goes_into_the_map_of_its_own_rig_alone(context, rig):
    bpy.ops.laban.add_rig()
    other = context.object
    rig.data.bones["left_knee"].name = "Knee of mine"
    rig.laban_joints.left_knee = "Knee of mine"
    assert bones_of(rig).bones["left_knee"] == rig.laban_joints.left_knee == "Knee of mine"
    assert bones_of(rig).bones["right_knee"] == "right_knee"
    assert other.laban_joints.left_knee == "left_knee" and PROPERTY not in other


def test_an_emptied_slot_has_no_bone(rig):
    rig.laban_joints.neck = ""
    assert rig.laban_joints.neck == ""
    assert "neck" not in bones_of(rig).bones
