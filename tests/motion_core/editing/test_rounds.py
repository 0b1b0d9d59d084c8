"""The stretch of a motion that comes round to where it began."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import stepping, swaying

from motion_core.editing.rounds import apart, find_round
from motion_core.metrics.measures.errors import heading_frame


def gap_of(motion) -> float:
    """Metres between the joints of the first and the last pose, each about its pelvis and facing front."""
    joints = heading_frame(motion.joints())
    return float(np.linalg.norm(joints[-1] - joints[0], axis=-1).max())


def test_a_gait_is_cut_at_whole_steps():
    """A cycle lasts 22 frames: 80 frames are none of whole cycles, 67 and 89 (with the last pose again) are."""
    walk = stepping(160).moved(yaw=0.7)
    found = find_round(walk, 80, 14)
    assert len(found) == 80 and found.fps == walk.fps
    assert gap_of(found) < 0.03 < gap_of(walk.slice(0, 80))
    straight = find_round(walk, 80, 0)
    assert any(np.allclose(straight.rotations, walk.rotations[k : k + 80], atol=1e-6) for k in range(81))


def test_the_best_stretch_is_found_anywhere():
    motion = swaying(4, 90)
    found = find_round(motion, 40, 10)
    assert gap_of(found) <= min(gap_of(motion.slice(k, k + 40)) for k in range(0, 50, 10)) + 0.05


def test_how_far_apart_the_ends_are():
    walk = stepping(160)
    whole, half = (apart(walk.slice(40, 40 + frames)) for frames in (23, 12))
    assert whole < 0.3 < 1.0 < half  # velocities of the ends are those of one-sided steps


def test_too_short_a_motion_is_named():
    with pytest.raises(ValueError, match="30 frames: a round of 40"):
        find_round(swaying(0, 30), 40, 5)
