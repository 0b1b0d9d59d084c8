"""What is looked for, and how names and lengths are scored."""

from __future__ import annotations

import numpy as np

from motion_core.body.skeleton import JOINT, PARENT_OF, REST_JOINTS
from motion_core.naming.spelling import spell
from motion_core.naming.targets import GIVEN, NEUTRAL, TARGETS, length_scores, name_scores

ROW = {target.joint: row for row, target in enumerate(TARGETS)}


def test_targets_are_our_joints_but_for_the_lower_back():
    assert set(ROW) == set(JOINT) - {"spine1", "spine2"}
    for target in TARGETS:
        above = PARENT_OF[target.joint]
        assert target.above == (above if above not in ("spine1", "spine2") else "pelvis")
        assert target.above is None or ROW[target.above] < ROW[target.joint]


def test_a_name_fits_its_joint_and_no_other():
    scores = name_scores(spell(["LeftUpLeg", "Bone.001", "LeftHandThumb1", "Hips", "LeftUpLeg2"]), {})
    assert scores[ROW["left_hip"], 0] == 1.0 and scores[ROW["right_hip"], 0] == -np.inf
    assert scores[ROW["left_knee"], 0] == -np.inf
    assert scores[ROW["pelvis"], 1] < NEUTRAL < 0 and np.all(scores[:, 2] == -np.inf)
    assert scores[ROW["pelvis"], 3] == 1.0
    assert scores[ROW["left_hip"], 4] < scores[ROW["left_hip"], 0]  # the first of a series


def test_what_is_given_is_that_joint_alone():
    scores = name_scores(spell(["Knee.L", "Shin.L"]), {"left_knee": 0})
    assert scores[ROW["left_knee"]].tolist() == [GIVEN, -np.inf]
    assert np.count_nonzero(np.isfinite(scores[:, 0])) == 1


def test_limbs_of_other_lengths_lose():
    shin = float(np.linalg.norm(REST_JOINTS[JOINT["left_ankle"]] - REST_JOINTS[JOINT["left_knee"]]))
    scores = length_scores(np.array([0.0, shin, 0.0, shin * 1.8, shin * 5]), "left_ankle", "left_knee")
    assert scores[0, 1] == 0 and scores[0, 3] == 0
    assert scores[0, 2] == -0.5 and -0.5 < scores[0, 4] < 0
