"""What is read off a rig at rest: its front, and which bone is which joint."""

from __future__ import annotations

import numpy as np
import pytest
from rig_rests import Y_UP, Z_UP, RestStyle, foreign_rig

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINTS
from motion_core.retarget import (
    match_bones,
    rig_frame,
)

LYING = quat.rotvec_to_quat(np.array([0.3, 1.2, -0.4]))  # no axis of the armature is up


@pytest.mark.parametrize("space", [Z_UP, Y_UP, quat.about_z(0.7), LYING], ids=["z", "y", "turned", "lying"])
def test_the_rig_s_front_is_found(space):
    bones = foreign_rig(RestStyle(space=tuple(space)))
    assert quat.angle_between(rig_frame(bones, match_bones(b.name for b in bones)), space) < 0.05


def test_the_exact_name_wins_over_a_look_alike():
    names = ["L_Knee", *JOINTS, "R_Knee"]
    assert match_bones(names) == {joint: joint for joint in JOINTS}
