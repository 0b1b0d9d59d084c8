"""Control rigs: what carries what is measured, whatever the parents say; the rig is left as it was."""

from __future__ import annotations

import numpy as np
import pytest
from control_rigs import ARP_CONTROLS, MIXAMO, copy_constraint, make_armature, make_auto_rig_pro, rows_of
from rig_rests import RestStyle

from blender_addon.actions.pose_values import pose_values
from blender_addon.rig.bone_map import bones_of
from blender_addon.rig.controls import constrained, is_control_rig, pose_borrowed, read_controls
from blender_addon.rig.rig import add_rig
from motion_core.body.joints import JOINTS
from motion_core.retarget import RigError

A_POSE = RestStyle(seed=5, arms_down=0.8, elbows_bent=0.15, legs_apart=0.08, stretch=0.12)


def test_a_limb_hangs_on_what_its_helper_copies(context):
    """By its parents the thigh hangs on a helper of the root."""
    rig = make_auto_rig_pro(context, A_POSE)
    assert is_control_rig(rig, bones_of(rig))
    found = {bone.name: bone.parent for bone in read_controls(context, rig, bones_of(rig))}
    for joint, above in (
        ("left_hip", "pelvis"),
        ("right_shoulder", "right_collar"),
        ("left_knee", "left_hip"),
    ):
        assert found[ARP_CONTROLS[joint]] == ARP_CONTROLS[above]
    assert rig.data.bones[ARP_CONTROLS["left_hip"]].parent.name == "pre_c_thigh_fk.l"


def test_the_rest_is_where_blender_puts_the_controls(context):
    rig = make_auto_rig_pro(context, A_POSE)
    for bone in read_controls(context, rig, bones_of(rig)):
        np.testing.assert_allclose(bone.rest, np.array(rig.data.bones[bone.name].matrix_local), atol=1e-4)


def test_measuring_changes_nothing_of_the_rig(context):
    rig = make_auto_rig_pro(context, A_POSE)
    bones = rig.pose.bones
    bones["c_head.x"].location, bones["c_hand_ik.l"]["ik_fk_switch"] = (0.1, 0.2, 0.3), 0.25
    before = pose_values(rig)
    read_controls(context, rig, bones_of(rig))
    for name, values in pose_values(rig).items():
        np.testing.assert_array_equal(values, before[name], err_msg=name)
    assert bones["c_hand_ik.l"]["ik_fk_switch"] == 0.25


def test_what_is_borrowed_comes_back_after_a_fault_too(context):
    rig = make_armature(context, rows_of(A_POSE, MIXAMO))
    copy = copy_constraint(rig, "Head", "Hips")
    head = rig.pose.bones["Head"]
    head["follow"], head.location = 0.5, (1, 2, 3)
    with pytest.raises(KeyboardInterrupt), pose_borrowed(context, rig):
        head["follow"], head.location, copy.enabled = 1.0, (0, 0, 0), False
        raise KeyboardInterrupt
    assert (head["follow"], tuple(head.location), copy.enabled) == (0.5, (1, 2, 3), True)


def test_constraints_between_keyed_bones_make_a_rig_one_to_measure(context):
    rows = rows_of(A_POSE, MIXAMO)
    rig = make_armature(context, rows)
    assert not is_control_rig(rig, bones_of(rig))
    copy_constraint(rig, "Head", "Hips")
    assert not constrained(rig, bones_of(rig))  # of a keyed bone: it can be switched off
    arp = make_auto_rig_pro(context, A_POSE)
    assert constrained(arp, bones_of(arp))


def test_a_control_that_several_others_turn_is_named(context):
    rig = make_auto_rig_pro(context, A_POSE)
    rig.pose.bones["pre_c_thigh_fk.l"].constraints[0].influence = 0.5
    with pytest.raises(RigError, match=r"'c_thigh_fk.l' \(left_hip\) is turned by constraints"):
        read_controls(context, rig, bones_of(rig))


def test_our_own_rig_keeps_every_bit_of_its_pose(context):
    """The plainest rig needs no measuring: its rest is read as it is."""
    rig = add_rig(context)
    read = read_controls(context, rig, bones_of(rig))
    assert {bone.name: bone.parent for bone in read} == {
        b.name: b.parent and b.parent.name for b in rig.data.bones
    }
    assert set(ARP_CONTROLS) == set(JOINTS)
