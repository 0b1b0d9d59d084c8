"""Bone names of all customs, and what is said of rigs that have none."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from known_rigs import KNOWN, places, quadruped

from motion_core.body.skeleton import JOINTS, PARENT_OF, mirrored_name
from motion_core.rig_maps import (
    REQUIRED,
    RIGIFY,
    BoneMap,
    RigError,
    Switch,
    check_map,
    find_bones,
    misplaced,
    nearest_map,
)

# What rigs of each custom are called, left half and middle, as their programs write them.
MIXAMO = {
    "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head",
    "left_collar": "LeftShoulder", "left_shoulder": "LeftArm", "left_elbow": "LeftForeArm", "left_wrist": "LeftHand",
    "left_hip": "LeftUpLeg", "left_knee": "LeftLeg", "left_ankle": "LeftFoot", "left_foot": "LeftToeBase",
}  # fmt: skip
UE4 = {
    "pelvis": "pelvis", "spine1": "spine_01", "spine2": "spine_02", "spine3": "spine_03", "neck": "neck_01",
    "head": "head", "left_collar": "clavicle_l", "left_shoulder": "upperarm_l", "left_elbow": "lowerarm_l",
    "left_wrist": "hand_l", "left_hip": "thigh_l", "left_knee": "calf_l", "left_ankle": "foot_l",
    "left_foot": "ball_l",
}  # fmt: skip
VROID = {
    "pelvis": "J_Bip_C_Hips", "spine1": "J_Bip_C_Spine", "spine2": "J_Bip_C_Chest", "spine3": "J_Bip_C_UpperChest",
    "neck": "J_Bip_C_Neck", "head": "J_Bip_C_Head", "left_collar": "J_Bip_L_Shoulder",
    "left_shoulder": "J_Bip_L_UpperArm", "left_elbow": "J_Bip_L_LowerArm", "left_wrist": "J_Bip_L_Hand",
    "left_hip": "J_Bip_L_UpperLeg", "left_knee": "J_Bip_L_LowerLeg", "left_ankle": "J_Bip_L_Foot",
    "left_foot": "J_Bip_L_ToeBase",
}  # fmt: skip
VRM = {
    "pelvis": "hips", "spine1": "spine", "spine2": "chest", "spine3": "upperChest", "neck": "neck", "head": "head",
    "left_collar": "leftShoulder", "left_shoulder": "leftUpperArm", "left_elbow": "leftLowerArm",
    "left_wrist": "leftHand", "left_hip": "leftUpperLeg", "left_knee": "leftLowerLeg", "left_ankle": "leftFoot",
    "left_foot": "leftToes",
}  # fmt: skip
RIGIFY_FK = {
    "pelvis": "spine_fk", "spine1": "spine_fk.001", "spine2": "spine_fk.002", "spine3": "spine_fk.003",
    "neck": "neck", "head": "head", "left_collar": "shoulder.L", "left_shoulder": "upper_arm_fk.L",
    "left_elbow": "forearm_fk.L", "left_wrist": "hand_fk.L", "left_hip": "thigh_fk.L", "left_knee": "shin_fk.L",
    "left_ankle": "foot_fk.L", "left_foot": "toe_fk.L",
}  # fmt: skip
ARP = {
    "pelvis": "c_root_master.x", "spine1": "c_spine_01.x", "spine2": "c_spine_02.x", "spine3": "c_spine_03.x",
    "neck": "c_neck.x", "head": "c_head.x", "left_collar": "c_shoulder.l", "left_shoulder": "c_arm_fk.l",
    "left_elbow": "c_forearm_fk.l", "left_wrist": "c_hand_fk.l", "left_hip": "c_thigh_fk.l",
    "left_knee": "c_leg_fk.l", "left_ankle": "c_foot_fk.l", "left_foot": "c_toes_fk.l",
}  # fmt: skip
BIPED = {
    "pelvis": "Bip01 Pelvis", "spine1": "Bip01 Spine", "spine2": "Bip01 Spine1", "spine3": "Bip01 Spine2",
    "neck": "Bip01 Neck", "head": "Bip01 Head", "left_collar": "Bip01 L Clavicle", "left_shoulder": "Bip01 L UpperArm",
    "left_elbow": "Bip01 L Forearm", "left_wrist": "Bip01 L Hand", "left_hip": "Bip01 L Thigh",
    "left_knee": "Bip01 L Calf", "left_ankle": "Bip01 L Foot", "left_foot": "Bip01 L Toe0",
}  # fmt: skip
SIDES = {
    "Mixamo": ("Left", "Right"), "Unreal": ("_l", "_r"), "VRoid": ("_L_", "_R_"), "VRM": ("left", "right"),
    "Rigify": (".L", ".R"), "Auto-Rig Pro": (".l", ".r"), "Biped": (" L ", " R "),
}  # fmt: skip


def both_sides(left: dict[str, str], kind: str) -> dict[str, str]:
    """{joint: bone} of the whole body from its left half and middle."""
    this, other = SIDES[kind]
    right = {mirrored_name(joint): bone.replace(this, other) for joint, bone in left.items()}
    return {joint: {**right, **left}[joint] for joint in JOINTS}


def tree(bones: dict[str, str]) -> dict[str, str | None]:
    """{bone: bone above} as the joints hang."""
    return {bone: bones[above] if (above := PARENT_OF[joint]) else None for joint, bone in bones.items()}


TABLES = [
    ("Mixamo", MIXAMO), ("Unreal", UE4), ("VRoid", VROID), ("VRM", VRM), ("Rigify", RIGIFY_FK),
    ("Auto-Rig Pro", ARP), ("Biped", BIPED),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "left"), TABLES, ids=[kind for kind, _ in TABLES])
def test_every_joint_of_every_custom(kind, left):
    bones = both_sides(left, kind)
    extra = ["root", "Camera", "index_01_l", "LeftHandThumb1", "eye.L"]
    for names in ([*extra, *bones.values()], [*reversed(list(bones.values())), *extra]):
        found = find_bones(names, {**dict.fromkeys(extra), **tree(bones)})
        assert found.kind == kind
        assert found.bones == bones


@pytest.mark.parametrize("prefix", ["mixamorig:", "mixamorig7:", "mixamorig_", "Actor:mixamorig:", "Ch03:"])
def test_prefixes_of_mixamo(prefix):
    bones = {joint: prefix + bone for joint, bone in both_sides(MIXAMO, "Mixamo").items()}
    assert find_bones(bones.values(), tree(bones)).bones == bones


def test_unreal_5_has_more_bones_than_we_have_joints():
    bones = both_sides({**UE4, "spine2": "spine_03", "spine3": "spine_05"}, "Unreal")
    names = [*bones.values(), "spine_02", "spine_04", "neck_02", "ik_foot_l", "thigh_twist_01_l"]
    assert find_bones(names).bones == bones


@pytest.mark.parametrize(
    ("spine", "wanted"),
    [
        (1, {"spine1": "Spine"}),
        (2, {"spine1": "Spine", "spine3": "Spine1"}),
        (3, {"spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2"}),
        (4, {"spine1": "Spine", "spine2": "Spine2", "spine3": "Spine3"}),
    ],
)
def test_backs_of_any_number_of_bones(spine, wanted):
    bones = both_sides(MIXAMO, "Mixamo")
    back = ["Spine", "Spine1", "Spine2", "Spine3"][:spine]
    names = [bone for joint, bone in bones.items() if not joint.startswith("spine")] + back
    found = find_bones(names).bones
    assert {joint: bone for joint, bone in found.items() if joint.startswith("spine")} == wanted


def test_rigify_is_keyed_through_its_controls_and_read_from_what_they_move():
    fk = both_sides(RIGIFY_FK, "Rigify")
    more = ["root", "torso", "hips", "chest", "thigh_parent.L", "thigh_parent.R", "upper_arm_parent.L", "ORG-thigh.L",
            "ORG-hand.R", "DEF-thigh.L", "DEF-spine"]  # fmt: skip
    found = find_bones([*more, *fk.values()])
    assert (found.kind, found.carrier, found.bones) == ("Rigify", "torso", fk)
    assert found.shown == {"left_hip": "ORG-thigh.L", "right_wrist": "ORG-hand.R"}
    assert found.read == fk | found.shown
    assert Switch("thigh_parent.R", "IK_FK", 1.0) in found.switches
    assert Switch("torso", "head_follow", 1.0) in found.switches
    assert all(switch.bone in more for switch in found.switches)


def test_hands_and_feet_may_be_missing_where_they_are_not_needed():
    bones = {j: b for j, b in both_sides(VRM, "VRM").items() if j in REQUIRED}
    assert find_bones(bones.values()).bones == bones


def test_errors_name_the_missing_bone_and_what_was_found():
    bones = both_sides(UE4, "Unreal")
    names = [bone for bone in bones.values() if bone not in ("calf_l", "hand_r")]
    with pytest.raises(
        RigError, match=r"no bone for left_knee, right_wrist.*Unreal rigs.*20 of 22 joints \(pelvis"
    ):
        find_bones(names)
    with pytest.raises(RigError, match="None of its 2 bones has a known name"):
        find_bones(["Bone", "Bone.001"])
    with pytest.raises(RigError, match="pelvis"):
        find_bones([])


def test_a_bone_in_the_wrong_place_is_named():
    bones = both_sides(MIXAMO, "Mixamo")
    parents = tree(bones) | {"LeftFoot": "RightLeg"}
    with pytest.raises(
        RigError, match=r"'LeftFoot' \(left_ankle\) does not hang below 'LeftLeg' \(left_knee\)"
    ):
        find_bones(bones.values(), parents)
    assert not misplaced(bones, tree(bones))
    with pytest.raises(RigError, match="'LeftFoot'"):  # and a loop of parents ends
        find_bones(bones.values(), tree(bones) | {"LeftFoot": "LeftToeBase"})


def test_a_map_is_kept_as_json():
    whole = find_bones([*both_sides(RIGIFY_FK, "Rigify").values(), "torso", "thigh_parent.L", "ORG-foot.L"])
    assert whole.switches and whole.shown and whole.carrier
    assert BoneMap.from_json(whole.to_json()) == whole
    partial = BoneMap("mine", {"head": 'Kopf "1"'})
    assert BoneMap.from_json(partial.to_json()) == partial


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "{}", '{"kind": "x", "bones": 3}', '{"kind": "x", "bones": {"tail": "a"}}',
             '{"kind": "x", "bones": {}, "switches": [["a"]]}'],
)  # fmt: skip
def test_what_is_no_map_is_refused(text):
    with pytest.raises(RigError):
        BoneMap.from_json(text)


def test_maps_that_do_not_fit_are_refused():
    bones = both_sides(VRM, "VRM")
    good = BoneMap("VRM", bones)
    check_map(good, bones.values())
    with pytest.raises(RigError, match=r"no bone 'leftHand' \(left_wrist\)"):
        check_map(good, [bone for bone in bones.values() if bone != "leftHand"])
    with pytest.raises(RigError, match="'leftHand' is both left_wrist and right_wrist"):
        check_map(replace(good, bones=bones | {"right_wrist": "leftHand"}), bones.values())
    with pytest.raises(RigError, match="no bone for head"):
        check_map(replace(good, bones=bones | {"head": ""}), bones.values())
    with pytest.raises(RigError, match="'torso'"):
        check_map(replace(good, carrier="torso"), bones.values())
    assert RIGIFY.carrier == "torso"


@pytest.mark.parametrize("name", KNOWN)
def test_no_known_rig_is_mapped_wrongly(name):
    parents, right = KNOWN[name].tree()
    found = find_bones(parents, parents, places(parents, right))
    assert found.bones == right
    assert find_bones(parents, parents).bones == right


def test_an_unsure_bone_is_asked_for_with_a_proposal():
    bones = both_sides(MIXAMO, "Mixamo")
    names = {bone: above for bone, above in tree(bones).items() if bone != "LeftForeArm"}
    names |= {"Bone.007": "LeftArm", "LeftHand": "Bone.007"}
    with pytest.raises(RigError, match=r"not sure.*left_elbow \('Bone.007'\?\).*list of bones"):
        find_bones(names, names)
    assert nearest_map(names, names).bones == {j: b for j, b in bones.items() if j != "left_elbow"}


def test_two_people_in_one_armature_are_asked_about():
    one = tree(both_sides(MIXAMO, "Mixamo"))
    both = {f"{who}:{bone}": on and f"{who}:{on}" for who in ("A", "B") for bone, on in one.items()}
    with pytest.raises(RigError, match=r"not sure|None of its"):
        find_bones(both, both)


def test_a_quadruped_is_refused_and_a_person_with_a_tail_is_not():
    parents, heads = quadruped()
    with pytest.raises(RigError, match=r"four feet.*if it is a person.*list of bones"):
        find_bones(parents, parents, heads)
    parents, right = KNOWN["Mixamo"].tree()
    heads = places(parents, right)
    for above, tail in pairwise(["Hips", "Tail", "Tail1", "Tail2"]):
        parents[tail], heads[tail] = above, heads[above] + [0.0, 0.0, -0.1]
    assert find_bones(parents, parents, heads).bones == right
