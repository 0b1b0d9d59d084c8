"""What is asked for, although it has the greatest sum."""

from __future__ import annotations

import numpy as np
import pytest
from known_rigs import KNOWN, matched, one_spine, places

from motion_core.body.skeleton import JOINTS

MIXAMO = KNOWN["Mixamo"]


@pytest.mark.parametrize("bone", ["LeftArm", "LeftForeArm", "LeftUpLeg", "LeftLeg", "LeftFoot", "Hips"])
def test_a_nameless_bone_is_never_passed_over_in_silence(bone):
    """Without this a shoulder would become an upper arm, and the arm an elbow."""
    parents, right = MIXAMO.tree()
    parents = {
        name.replace(bone, "X") if name == bone else name: "X" if on == bone else on
        for name, on in parents.items()
    }
    found = matched(parents)
    joint = next(joint for joint, name in right.items() if name == bone)
    assert joint in found.unsure(JOINTS) or joint not in found.bones
    for other, name in found.sure().items():
        assert one_spine(right)[other] == name


def test_a_root_is_no_pelvis():
    parents, right = KNOWN["Unreal 4"].tree()
    heads = places(parents, right) | {"root": np.array([0.0, -1.16, 0.0])}
    gone = {bone: "root" if on == "pelvis" else on for bone, on in parents.items() if bone != "pelvis"}
    assert "pelvis" in matched(gone, heads).unsure(JOINTS)  # on the floor
    nameless = {"X" if b == "pelvis" else b: "X" if on == "pelvis" else on for b, on in parents.items()}
    assert "pelvis" in matched(nameless).unsure(JOINTS)
    assert matched(parents, heads).sure()["pelvis"] == "pelvis"


@pytest.mark.parametrize(
    ("name", "bone"),
    [("MMD", "足.L"), ("Rigify, deforming bones", "DEF-forearm.R"), ("Daz Genesis 8", "rToe"), ("CMU, ASF", "lwrist"),
     ("MakeHuman default", "upperleg01.L"), ("Rigify metarig", "hand.L"), ("Rigify metarig", "foot.R")],
)  # fmt: skip
def test_a_lookalike_of_one_side_does_not_stand_in_in_silence(name, bone):
    """Where a bone has no name, others of a like name are there: the other side tells that they are not meant."""
    parents, right = KNOWN[name].tree()
    parents = {"X" if b == bone else b: "X" if on == bone else on for b, on in parents.items()}
    for joint, found in matched(parents).sure().items():
        assert found == one_spine(right)[joint], joint


def test_another_number_alone_is_no_doubt():
    """As in a walker of SNU: LeftShoulder1 beside RightShoulder."""
    parents, _ = MIXAMO.tree()
    renamed = {bone: bone.replace("LeftShoulder", "LeftShoulder1") for bone in parents}
    parents = {renamed[bone]: on and renamed[on] for bone, on in parents.items()}
    found = matched(parents)
    assert not found.unsure(JOINTS) and found.bones["left_collar"] == "LeftShoulder1"
