"""When feet stand: cases that the feet's own tests do not meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from editing_motions import standing

from motion_core.editing.contacts import find_contacts
from motion_core.editing.pose import Pose


def test_someone_who_jumps_to_another_place_in_a_frame_does_not_stand():
    """Half of the frames here, half a metre away: the middle of the feet is in neither place."""
    motion = standing(40)
    trans = motion.trans.copy()
    trans[20:] += np.float32([1, 0, 0])
    contacts = find_contacts(Pose.of(replace(motion, trans=trans)), motion.fps)
    assert not contacts["left"].ball.any()
    assert find_contacts(Pose.of(motion), motion.fps)["left"].ball.all()
