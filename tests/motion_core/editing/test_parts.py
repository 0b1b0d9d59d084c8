"""Some joints from one motion, everything else from another, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import swaying

from motion_core.body.skeleton import JOINT, joint_indices
from motion_core.editing.parts import keep_joints


@pytest.mark.parametrize("names", [("left_arm",), ("legs", "head"), ("spine2",), ("left_wrist", "right_leg")])
def test_only_the_named_joints_change(names):
    motion, target = swaying(1), swaying(2)
    result = keep_joints(motion, target, names)
    ours = joint_indices(list(names))
    others = [j for j in range(22) if j not in ours]
    assert np.array_equal(result.rotations[:, ours], motion.rotations[:, ours])
    assert np.array_equal(result.rotations[:, others], target.rotations[:, others])
    assert np.array_equal(result.trans, target.trans)
    assert np.array_equal(keep_joints(motion, target, ours).rotations, result.rotations)


def test_the_pelvis_brings_its_place():
    motion, target = swaying(1), swaying(2).moved(offset=(1, 1, 0))
    result = keep_joints(motion, target, ["lower_body"])
    assert np.array_equal(result.trans, motion.trans)
    assert np.array_equal(result.rotations[:, JOINT["head"]], target.rotations[:, JOINT["head"]])


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="left_paw"):
        keep_joints(swaying(1), swaying(2), ["left_paw"])
    with pytest.raises(ValueError, match="60 frames at 20 fps and 59"):
        keep_joints(swaying(1), swaying(2).slice(1), ["head"])
