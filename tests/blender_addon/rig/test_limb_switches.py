"""What must give way so that a rig's keys show: found, with the joints it concerns; what drives it is named."""

from __future__ import annotations

import pytest
from ik_rigs import ALL, KEPT, apart, change_of, deform_poses, mixamo_with_ik, rigify_in_ik

from blender_addon.actions.actions import fcurves
from blender_addon.rig.bone_map import bones_of
from blender_addon.rig.limb_switches import Toggles
from blender_addon.write.put_change import change_fault, put_change
from motion_core.body.joints import PARTS
from motion_core.retarget import RigError

LEG = "mixamorig:LeftLeg"


def test_a_toggle_differs_where_its_curve_does_and_over_tracks_everywhere(context):
    rig = mixamo_with_ik(context)
    ik = rig.pose.bones[LEG].constraints["IK"]
    for frame, muted in ((1, True), (10, False)):
        ik.mute = muted
        ik.keyframe_insert("mute", frame=frame)
    toggles = Toggles(rig, bones_of(rig))
    keyed, other = (next(t for t in toggles.all if t.bone == bone) for bone in (LEG, "mixamorig:RightLeg"))
    assert [toggles.differs(keyed, frame) for frame in (1, 9, 10, 60)] == [False, False, True, True]
    assert toggles.of({"left_hip"}, range(1, 10)) == ([], {"left_hip"})
    assert toggles.of({"left_hip"}, range(5, 11)) == ([keyed], {"left_hip", "left_knee"})
    other.put(rig)
    assert not toggles.differs(other, 1)
    assert Toggles(rig, bones_of(rig), over_tracks=True).differs(other, 1)


@pytest.mark.parametrize("flag", ["mute", "enabled"])
def test_a_new_action_holds_all_but_what_a_driver_keeps_off(context, flag):
    rig = mixamo_with_ik(context)
    ik = rig.pose.bones[LEG].constraints["IK"]
    every = Toggles(rig, bones_of(rig)).for_new_action()
    assert (LEG, "IK") in {(toggle.bone, toggle.name) for toggle in every}
    driver = ik.driver_add(flag).driver
    for on in (True, False):
        driver.expression = str(int(on == (flag == "enabled")))
        context.scene.frame_set(2 if on else 3)
        toggles = Toggles(rig, bones_of(rig))
        assert "is moved by a driver" in toggles.fault({"left_knee"})
        assert toggles.fault({"right_knee"}) == ""
        if on:
            with pytest.raises(RigError, match=f"the constraint 'IK' of bone '{LEG}' is moved by a driver"):
                toggles.for_new_action()
    assert len(toggles.for_new_action()) == len(every) - 1


def test_a_chain_of_ik_moves_as_many_bones_as_it_counts(context):
    rig = mixamo_with_ik(context)
    ik = rig.pose.bones["mixamorig:Head"].constraints.new("IK")
    for count, joints in (
        (1, {"head"}),
        (2, {"head", "neck"}),
        (0, {"head", "neck", "spine3", "spine2", "spine1", "pelvis"}),
    ):
        ik.chain_count = count
        (toggle,) = [t for t in Toggles(rig, bones_of(rig)).all if t.bone == "mixamorig:Head"]
        assert toggle.joints == joints
    ik.use_tail, ik.chain_count = False, 1
    (toggle,) = [t for t in Toggles(rig, bones_of(rig)).all if t.bone == "mixamorig:Head"]
    assert toggle.joints == {"neck"}


def test_a_switch_that_a_driver_moves_is_named(context):
    rig = rigify_in_ik(context)
    driver = rig.driver_add('pose.bones["upper_arm_parent.L"]["IK_FK"]')
    fault = change_fault(rig, frozenset(PARTS["left_arm"]))
    assert fault == (
        "the switch 'IK_FK' of bone 'upper_arm_parent.L' is moved by a driver: remove or mute it first"
    )
    assert change_fault(rig, frozenset(PARTS["legs"])) == ""
    driver.mute = True
    assert change_fault(rig, ALL) == ""


def test_only_constraints_that_move_what_is_keyed_give_way(context):
    rig = mixamo_with_ik(context)
    legs = rig.pose.bones["mixamorig:LeftLeg"]
    legs.constraints.new("LIMIT_ROTATION")
    rig.pose.bones["mixamorig:RightForeArm"].constraints.new("IK").influence = 0.0
    toggles = Toggles(rig, bones_of(rig))
    assert {(toggle.bone.split(":")[1], toggle.name, *sorted(toggle.joints)) for toggle in toggles.all} == {
        ("LeftLeg", "IK", "left_hip", "left_knee"), ("LeftFoot", "Copy Rotation", "left_ankle"),
        ("RightLeg", "IK", "right_hip", "right_knee"), ("RightFoot", "Copy Rotation", "right_ankle"),
        ("LeftForeArm", "IK", "left_elbow", "left_shoulder"),
    }  # fmt: skip
    found, joints = toggles.of({"left_knee"}, range(1, 61))
    assert [toggle.name for toggle in found] == ["IK"] and joints == {"left_hip", "left_knee"}
    action, _ = put_change(context, rig, change_of(context, rig, KEPT, frozenset(PARTS["left_leg"])), "test")
    keyed = {curve.data_path for curve in fcurves(action) if "constraints" in curve.data_path}
    assert keyed == {
        'pose.bones["mixamorig:LeftLeg"].constraints["IK"].mute',
        'pose.bones["mixamorig:LeftFoot"].constraints["Copy Rotation"].mute',
    }


def test_a_constraint_whose_enabled_is_keyed_goes_on_with_that(context):
    """The two are one flag: keys of both would contradict each other."""
    rig = mixamo_with_ik(context)
    ik = rig.pose.bones["mixamorig:LeftLeg"].constraints["IK"]
    ik.keyframe_insert("enabled", frame=1)
    before = deform_poses(rig, KEPT)
    action, _ = put_change(context, rig, change_of(context, rig, KEPT, frozenset(PARTS["left_leg"])), "test")
    keyed = {curve.data_path for curve in fcurves(action) if '"IK"' in curve.data_path}
    assert keyed == {f"{ik.path_from_id()}.enabled"}
    assert apart(rig, before, KEPT)[0].max() < 0.01
    context.scene.frame_set(30)
    assert not ik.enabled
