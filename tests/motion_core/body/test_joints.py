"""The joints' table: a tree, two sides that mirror each other, parts that cover the body."""

from __future__ import annotations

import pytest

from motion_core.body.joints import (
    FOOT_JOINTS,
    JOINT,
    JOINTS,
    PARENT_OF,
    PARENTS,
    PARTS,
    joint_indices,
    mirrored_name,
)


def test_every_parent_comes_before_its_children():
    assert len(JOINTS) == len(set(JOINTS)) == len(PARENTS) == 22
    assert PARENTS[0] == -1 and PARENT_OF[JOINTS[0]] is None
    for number, name in enumerate(JOINTS[1:], start=1):
        assert 0 <= PARENTS[number] < number
        assert JOINTS[PARENTS[number]] == PARENT_OF[name] and JOINT[name] == number


def test_the_two_sides_are_the_same_tree():
    for name, parent in PARENT_OF.items():
        assert mirrored_name(mirrored_name(name)) == name
        assert mirrored_name(name) in JOINT
        assert parent is None or PARENT_OF[mirrored_name(name)] == mirrored_name(parent)
    assert {mirrored_name(name) for name in FOOT_JOINTS} == set(FOOT_JOINTS)


def test_upper_and_lower_body_are_everything_once():
    halves = PARTS["upper_body"] + PARTS["lower_body"]
    assert sorted(halves) == sorted(JOINTS)
    for side in ("left", "right"):
        for part in ("arm", "leg"):
            assert {mirrored_name(name) for name in PARTS[f"{side}_{part}"]} == set(
                PARTS[mirrored_name(f"{side}_{part}")]
            )


def test_indices_of_joints_and_parts_are_sorted_and_single():
    assert joint_indices(["right_wrist", "head", "head", "neck"]) == sorted(
        JOINT[name] for name in ("right_wrist", *PARTS["head"])
    )
    assert joint_indices([]) == []
    with pytest.raises(ValueError, match=r"unknown joint or body part 'left_paw'; use one of left_arm"):
        joint_indices(["head", "left_paw"])
