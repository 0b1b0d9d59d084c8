"""The solver, on known rigs, rigs without some joints, broken and ambiguous ones."""

from __future__ import annotations

import time

import numpy as np
import pytest
from known_rigs import FOREIGN, KNOWN, matched, one_spine, places

from motion_core.body.skeleton import JOINTS, PARENT_OF, mirrored_name
from motion_core.naming import Skeleton, match_joints
from motion_core.naming.matching import ASK, spine_joints

MIXAMO = KNOWN["Mixamo"]
RIGS = {**KNOWN, **FOREIGN}


@pytest.mark.parametrize("name", RIGS)
def test_every_joint_of_every_rig_in_any_order(name):
    parents, right = RIGS[name].tree()
    names = list(parents)
    np.random.default_rng(len(name)).shuffle(names)
    found = match_joints(Skeleton.of_tree(names, parents, places(parents, right)))
    assert found.bones == one_spine(right)
    assert not found.unsure(JOINTS)
    assert found.sure() == found.bones


@pytest.mark.parametrize("joint", [j for j in JOINTS if not j.startswith("right_") and j != "left_shoulder"])
def test_a_rig_without_a_joint_has_none_in_its_place(joint):
    """Its children hang on what it hung on, as when a rigger leaves it out on both sides."""
    parents, right = MIXAMO.tree()
    for gone in {right[joint], right[mirrored_name(joint)]}:
        above = parents.pop(gone)
        parents = {bone: above if on == gone else on for bone, on in parents.items()}
    found = matched(parents).bones
    for other, bone in right.items():
        if not other.startswith("spine") and other not in (joint, mirrored_name(joint)):
            assert found[other] == bone
    assert joint not in found or joint.startswith("spine")


def test_names_alone():
    for name in ("Mixamo", "Unreal 4", "VRoid", "SMPL", "ankle and foot", "VRChat", "Biped Bip01"):
        parents, right = KNOWN[name].tree()
        found = match_joints(Skeleton(tuple(parents)))
        assert found.bones == one_spine(right)
        assert not found.unsure(JOINTS)


def test_the_pelvis_carries_legs_and_back():
    parents, right = KNOWN["Daz Genesis 8"].tree()
    assert parents["lThighBend"] == "pelvis" and parents["abdomenLower"] == right["pelvis"] == "hip"
    assert matched(parents).bones["pelvis"] == "hip"


def test_every_joint_hangs_below_the_one_above():
    for rig in RIGS.values():
        parents, _ = rig.tree()
        bones = matched(parents).bones
        for joint, bone in bones.items():
            above = PARENT_OF[joint]
            while above is not None and above not in bones:
                above = PARENT_OF[above]
            walk, chain = parents[bone], []
            while walk is not None:
                chain.append(walk)
                walk = parents[walk]
            assert above is None or bones[above] in chain


def test_a_bone_without_a_name_is_proposed_and_not_sure():
    parents, right = MIXAMO.tree()
    parents = {
        bone.replace("LeftLeg", "Bone.3"): on and on.replace("LeftLeg", "Bone.3")
        for bone, on in parents.items()
    }
    found = matched(parents)
    assert found.bones == one_spine(right) | {"left_knee": "Bone.3"}
    assert found.unsure(JOINTS) == {"left_knee": ["Bone.3"]}
    assert "left_knee" not in found.sure() and found.confidence["right_knee"] > ASK


def test_two_that_fit_alike_are_not_sure():
    parents, _ = MIXAMO.tree()
    parents |= {"LeftArm_": "LeftShoulder", "LeftForeArm_": "LeftArm_", "LeftHand_": "LeftForeArm_"}
    asked = found = matched(parents).unsure(JOINTS)
    assert set(asked) == {"left_shoulder", "left_elbow", "left_wrist"}
    assert set(found["left_elbow"]) == {"LeftForeArm", "LeftForeArm_"}


def test_bones_that_lie_in_one_place_are_no_limb():
    """Two bones of the same word below each other: the one that leaves a shin of some length is the knee."""
    parents, right = MIXAMO.tree()
    heads = places(parents, right)
    parents |= {"LeftLeg0": "LeftUpLeg", "LeftLeg": "LeftLeg0"}
    heads["LeftLeg0"] = heads["LeftUpLeg"]
    assert matched(parents).bones["left_knee"] == "LeftLeg0"
    assert matched(parents, heads).bones["left_knee"] == "LeftLeg"


def test_what_is_given_stays():
    parents, right = MIXAMO.tree()
    skeleton = Skeleton.of_tree(list(parents), parents, None)
    found = match_joints(skeleton, {"spine2": "Spine", "left_wrist": "LeftHandIndex1"})
    assert found.bones == one_spine(right) | {"spine2": "Spine", "left_wrist": "LeftHandIndex1"}
    assert found.confidence["left_wrist"] == 1.0


@pytest.mark.parametrize("names", [(), ("Bone",), ("Hips", "Bone"), ("LeftFoot", "RightFoot")])
def test_what_is_no_body_has_few_joints(names):
    for parents in (None, tuple(range(-1, len(names) - 1))):
        found = match_joints(Skeleton(names, parents))
        assert set(found.sure().values()) <= set(names) and len(found.sure()) <= 2


def test_thousands_of_bones_take_no_longer_than_a_moment():
    parents, right = MIXAMO.tree()
    hair = {
        f"strand.{number:04}": f"strand.{number - 1:04}" if number % 9 else "Head" for number in range(1, 900)
    }
    twins = {f"LeftFoot{number:04}": f"LeftFoot{number - 1:04}" for number in range(1001, 1900)}
    parents |= hair | {"LeftFoot1000": "Head"} | twins
    started = time.process_time()
    assert matched(parents).bones == one_spine(right)
    assert time.process_time() - started < 10


def test_spines_of_any_length():
    assert spine_joints([]) == {} and spine_joints([4], fewest="spine3") == {"spine3": 4}
    assert spine_joints(list("ab")) == {"spine1": "a", "spine3": "b"}
    assert spine_joints(list("abcd")) == {"spine1": "a", "spine2": "c", "spine3": "d"}
