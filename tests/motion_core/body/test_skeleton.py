"""The body's tables agree with one another."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import (
    ANKLE_HEIGHT,
    BODY_HEIGHT,
    FOOT_JOINTS,
    JOINT,
    JOINTS,
    MIRROR,
    OFFSETS,
    PARENT_OF,
    PARENTS,
    PARTS,
    REST_JOINTS,
    SOLE,
    STANDING_PELVIS,
    TIPS,
    UPRIGHT,
    joint_indices,
    mirrored_name,
)

# SMPL's own order of its first 22 joints and their parents.
SMPL_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)


def test_tree_is_smpls_and_parents_come_first():
    assert PARENTS == SMPL_PARENTS
    assert set(PARENT_OF) == set(JOINTS)
    assert all(parent < joint for joint, parent in enumerate(PARENTS))


def test_offsets_add_up_to_the_rest_joints():
    for name, joint in JOINT.items():
        position, at = np.zeros(3), name
        while (parent := PARENT_OF[at]) is not None:
            position += OFFSETS[JOINT[at]]
            at = parent
        assert np.allclose(REST_JOINTS[JOINT["pelvis"]] + position, REST_JOINTS[joint], atol=1e-6), name


def test_mirror_is_an_involution_and_the_body_symmetric():
    assert np.array_equal(MIRROR[MIRROR], np.arange(len(JOINTS)))
    assert np.allclose(REST_JOINTS[MIRROR], REST_JOINTS * [-1, 1, 1])
    assert [PARENTS[MIRROR[j]] for j in range(1, 22)] == [MIRROR[PARENTS[j]] for j in range(1, 22)]
    for name in JOINTS:
        assert mirrored_name(mirrored_name(name)) == name
    assert all(REST_JOINTS[JOINT[name], 0] > 0 for name in JOINTS if name.startswith("left_"))


def test_tips_hang_on_joints_and_mirror():
    for tip, (joint, offset) in TIPS.items():
        other_joint, other = TIPS[mirrored_name(tip)]
        assert other_joint == mirrored_name(joint)
        assert np.allclose(other, offset * [-1, 1, 1])


def test_an_adult_of_human_proportions():
    assert pytest.approx(1.70, abs=0.02) == BODY_HEIGHT
    assert pytest.approx(0.55 * BODY_HEIGHT, rel=0.06) == STANDING_PELVIS
    lowest = min(REST_JOINTS[JOINT[name], 1] for name in FOOT_JOINTS)
    assert REST_JOINTS[JOINT["pelvis"], 1] - lowest + SOLE == pytest.approx(STANDING_PELVIS)
    assert pytest.approx(REST_JOINTS[JOINT["left_ankle"], 1] - lowest + SOLE) == ANKLE_HEIGHT
    lengths = np.linalg.norm(OFFSETS, axis=-1)
    assert lengths[JOINT["left_knee"]] == pytest.approx(lengths[JOINT["left_ankle"]], rel=0.15)
    assert lengths[JOINT["left_elbow"]] == pytest.approx(lengths[JOINT["left_wrist"]], rel=0.1)


def test_upright_turns_y_up_to_z_up_facing_minus_y():
    assert np.allclose(quat.rotate(UPRIGHT, np.array([0, 1.0, 0])), [0, 0, 1])
    assert np.allclose(quat.rotate(UPRIGHT, np.array([0, 0, 1.0])), [0, -1, 0])
    assert np.allclose(quat.rotate(UPRIGHT, np.array([1.0, 0, 0])), [1, 0, 0])


def test_parts_share_the_body_out():
    upper, lower = set(PARTS["upper_body"]), set(PARTS["lower_body"])
    assert upper | lower == set(JOINTS)
    assert not upper & lower
    assert {mirrored_name(name) for name in PARTS["left_arm"]} == set(PARTS["right_arm"])
    assert {mirrored_name(name) for name in PARTS["left_leg"]} == set(PARTS["right_leg"])


def test_joint_indices():
    assert joint_indices(["right_knee", "pelvis"]) == [JOINT["pelvis"], JOINT["right_knee"]]
    # "head" is both a joint and the part that carries it: the part wins, neck included
    assert joint_indices(["head"]) == [JOINT["neck"], JOINT["head"]]
    assert joint_indices(["left_arm", "left_elbow"]) == sorted(JOINT[name] for name in PARTS["left_arm"])
    with pytest.raises(ValueError, match=r"'left_tail'.*left_arm"):
        joint_indices(["left_tail"])
