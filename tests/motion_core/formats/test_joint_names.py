"""Joint names of motion files: known skeletons, End Sites, names that must be asked for, animals."""

from __future__ import annotations

import numpy as np
import pytest
from known_rigs import FOREIGN, KNOWN, quadruped

from motion_core.body.skeleton import JOINTS
from motion_core.formats.humanoid import NEEDED
from motion_core.formats.joint_names import find_names, guess_names

PLAIN = KNOWN["plain BVH"]


def listed(parents: dict[str, str | None]) -> tuple[list[str], list[int]]:
    """Names and indices of those above, as a BVH file has them."""
    names = list(parents)
    return names, [-1 if on is None else names.index(on) for on in parents.values()]


@pytest.mark.parametrize("name", KNOWN)
def test_every_known_skeleton_is_read_by_its_names(name):
    parents, right = KNOWN[name].tree()
    found = find_names(*listed(parents))
    if "spine3" not in right and "spine1" in right:  # a back of one bone is the chest in a file
        right["spine3"] = right.pop("spine1")
    assert found == right
    assert set(found) >= set(NEEDED)


@pytest.mark.parametrize("name", FOREIGN)
def test_names_of_other_languages(name):
    parents, right = FOREIGN[name].tree()
    assert find_names(*listed(parents)) == right


def test_an_ankle_beside_a_foot_is_the_ankle():
    found = guess_names(*listed(KNOWN["ankle and foot"].tree()[0]))
    assert (found["left_ankle"], found["left_foot"]) == ("LeftAnkle", "LeftFoot")


def test_a_shoulder_without_an_arm_is_the_arm():
    parents, _ = PLAIN.tree()
    names = guess_names(*listed(parents))
    assert names["left_shoulder"] == "LeftShoulder" and names["left_collar"] == "LeftCollar"
    parents = {
        joint: "Chest4" if on and "Collar" in on else on
        for joint, on in parents.items()
        if "Collar" not in joint
    }
    names = guess_names(*listed(parents))
    assert names["left_shoulder"] == "LeftShoulder" and "left_collar" not in names


def test_an_end_site_stands_in_for_toes_and_wrists():
    parents, _ = PLAIN.tree()
    parents = {j: on for j, on in parents.items() if not j.endswith(("Toe", "Wrist"))}
    names = guess_names(*listed(parents), {"LeftAnkle", "RightElbow", "Head"})
    assert (names["left_foot"], names["right_wrist"]) == ("tip:LeftAnkle", "tip:RightElbow")
    assert "right_foot" not in names and "left_wrist" not in names


def test_our_own_names_are_taken_as_they_are():
    assert find_names(JOINTS, range(-1, 21)) == {joint: joint for joint in JOINTS}


def test_an_unsure_joint_is_asked_for_and_may_be_said():
    parents, right = PLAIN.tree()
    parents = {
        joint.replace("RightKnee", "J12"): on and on.replace("RightKnee", "J12")
        for joint, on in parents.items()
    }
    with pytest.raises(ValueError, match=r"right_knee \('J12'\?\): say so \(--joints right_knee=J12"):
        find_names(*listed(parents))
    assert "right_knee" not in guess_names(*listed(parents))
    assert find_names(*listed(parents), given={"right_knee": "J12"}) == right | {"right_knee": "J12"}


def test_what_is_said_changes_the_other_guesses():
    parents, _ = KNOWN["Mixamo"].tree()
    found = find_names(*listed(parents), given={"left_hip": "LeftLeg", "left_knee": "LeftFoot"})
    assert found["left_knee"] == "LeftFoot" and found.get("left_ankle") in (
        None,
        "LeftToeBase",
        "LeftToe_End",
    )
    assert found["right_knee"] == "RightLeg"


def test_an_animal_is_no_person_unless_it_is_said():
    parents, heads = quadruped()
    where = np.array([heads[joint] for joint in parents])
    with pytest.raises(ValueError, match=r"four feet.*--joints left_hip=NAME"):
        find_names(*listed(parents), places=where)
    assert (
        find_names(*listed(parents), places=where, given={"left_hip": "LeftUpLeg"})["left_wrist"]
        == "LeftHand"
    )
