"""Joint names of the usual rigs."""

from __future__ import annotations

import pytest

from motion_core.body.skeleton import JOINTS
from motion_core.formats.humanoid import NEEDED
from motion_core.formats.joint_names import guess_names, split_name

MIXAMO = [
    "Hips", "Spine", "Spine1", "Spine2", "Neck", "Head",
    *(f"{side}{part}" for side in ("Left", "Right") for part in (
        "Shoulder", "Arm", "ForeArm", "Hand", "HandIndex1", "UpLeg", "Leg", "Foot", "ToeBase")),
]  # fmt: skip
UNREAL = [
    "root", "pelvis", "spine_01", "spine_02", "spine_03", "neck_01", "head",
    *(f"{part}_{side}" for side in "lr" for part in (
        "clavicle", "upperarm", "lowerarm", "hand", "thigh", "calf", "foot", "ball")),
]  # fmt: skip
BIPED = [
    "Bip01 Pelvis", "Bip01 Spine", "Bip01 Spine1", "Bip01 Neck", "Bip01 Head",
    *(f"Bip01 {side} {part}" for side in "LR" for part in (
        "Clavicle", "UpperArm", "Forearm", "Hand", "Thigh", "Calf", "Foot", "Toe0")),
]  # fmt: skip
PLAIN = [
    "Hips", "Chest", "Chest2", "Neck", "Head",
    *(f"{side}{part}" for side in ("Left", "Right") for part in (
        "Collar", "Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle")),
]  # fmt: skip


def chain(joints: list[str]) -> list[int]:
    return list(range(-1, len(joints) - 1))


@pytest.mark.parametrize("joints", [MIXAMO, ["mixamorig:" + n for n in MIXAMO], UNREAL, BIPED, PLAIN])
def test_every_needed_joint_is_found_once(joints):
    names = guess_names(joints, chain(joints))
    assert set(NEEDED) <= set(names)
    assert len(set(names.values())) == len(names)
    assert set(names.values()) <= set(joints)
    for ours, theirs in names.items():
        side = "left" if ours.startswith("left_") else "right" if ours.startswith("right_") else None
        assert split_name(theirs)[0] == side, (ours, theirs)


def test_knees_are_not_hips_and_elbows_not_arms():
    names = guess_names(MIXAMO, chain(MIXAMO))
    assert names["left_hip"] == "LeftUpLeg" and names["left_knee"] == "LeftLeg"
    assert names["right_shoulder"] == "RightArm" and names["right_elbow"] == "RightForeArm"
    assert names["right_collar"] == "RightShoulder"
    assert (names["spine1"], names["spine2"], names["spine3"]) == ("Spine", "Spine1", "Spine2")


def test_a_shoulder_without_an_arm_is_the_arm():
    names = guess_names(PLAIN, chain(PLAIN))
    assert names["left_shoulder"] == "LeftShoulder" and names["left_collar"] == "LeftCollar"
    without = [name for name in PLAIN if "Collar" not in name]
    names = guess_names(without, chain(without))
    assert names["left_shoulder"] == "LeftShoulder" and "left_collar" not in names


def test_an_end_site_stands_in_for_toes():
    names = guess_names(PLAIN, chain(PLAIN), {"LeftAnkle", "RightAnkle"})
    assert names["left_foot"] == "tip:LeftAnkle"


def test_our_own_names_are_taken_as_they_are():
    assert guess_names(JOINTS, chain(list(JOINTS))) == {joint: joint for joint in JOINTS}


@pytest.mark.parametrize(
    ("name", "side", "word"),
    [
        ("LeftUpLeg", "left", "upleg"), ("thigh.L", "left", "thigh"), ("R_Hand", "right", "hand"),
        ("lShin", "left", "shin"), ("Bip01 L Thigh", "left", "thigh"), ("Head", None, "head"),
        ("LowerBack", None, "lowerback"), ("root", None, "root"), ("J_left_knee", "left", "jknee"),
    ],
)  # fmt: skip
def test_side_and_word(name, side, word):
    assert split_name(name) == (side, word)
