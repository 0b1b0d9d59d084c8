"""Words for a part of a motion, on an untrained network: where they arrive, and what stays."""

from __future__ import annotations

import numpy as np
from editing_motions import stepping

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import joint_indices
from motion_core.generators.part_words import can_graft
from motion_core.tasks import Edit, Sampling

FEW = Sampling(4, {"steps": 3})


def test_joints_without_feet_can_be_grafted():
    assert can_graft(joint_indices(["left_arm"])) and can_graft(joint_indices(["upper_body"]))
    assert not can_graft(joint_indices(["legs"])) and not can_graft(joint_indices(["left_arm", "pelvis"]))


def test_an_arm_goes_as_far_as_it_shall(generator):
    given, arm = stepping(90), joint_indices(["right_arm"])
    others = np.setdiff1d(np.arange(22), arm)

    def turned(strength: float) -> np.ndarray:
        made = generator.run(Edit(given, ("right_arm",), "waves", (20, 80), strength), FEW)
        np.testing.assert_array_equal(made.rotations[:, others], given.rotations[:, others])
        np.testing.assert_array_equal(made.rotations[:20], given.rotations[:20])
        return quat.angle_between(made.rotations[:, arm].astype(float), given.rotations[:, arm].astype(float))

    whole, half = turned(1.0), turned(0.5)
    assert whole[40:60].max() > 0.3
    np.testing.assert_allclose(half[40:60], whole[40:60] / 2, atol=0.02)
    assert whole[20].max() < 0.2 * whole[40:60].max()  # it eases in


def test_a_span_hears_its_words_alone(generator):
    """What is made of the words does not depend on what is around; the frames around are the given ones."""
    given = stepping(100)
    made = generator.run(Edit(given, (), "bows", (30, 80)), FEW)
    outside = np.r_[0:30, 80:100]
    np.testing.assert_array_equal(made.rotations[outside], given.rotations[outside])
    np.testing.assert_array_equal(made.trans[outside], given.trans[outside])
    other = generator.run(Edit(given, (), "runs", (30, 80)), FEW)
    assert np.abs(made.rotations[45:65] - other.rotations[45:65]).max() > 1e-3


def test_a_span_longer_than_a_clip(generator):
    given = stepping(generator.studio.longest + 80)
    made = generator.run(Edit(given, ("left_arm",), "waves", (10, len(given) - 10)), FEW)
    assert len(made) == len(given)
    arm = joint_indices(["left_arm"])
    assert np.abs(made.rotations[100:-30, arm] - given.rotations[100:-30, arm]).max(axis=(1, 2)).min() > 1e-3
