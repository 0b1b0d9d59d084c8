"""Feet that swing clear the floor; those that stand, and frames that stay, are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import same_frames, standing, stepping

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, SOLE
from motion_core.editing.contacts import speed_of
from motion_core.editing.pose import Pose
from motion_core.editing.swings import CLEARANCE, FAST, lift_swings


def shuffling(frames: int = 80, fps: float = 20.0) -> Motion:
    """`stepping` with half of the bend of its knees, so that the swinging foot scrapes along the floor."""
    walk = stepping(frames, fps)
    rotations = walk.rotations.astype(float)
    for side in ("left", "right"):
        knee = JOINT[f"{side}_knee"]
        bent = quat.rotvec_to_quat(quat.quat_to_rotvec(rotations[:, knee]) * 0.35)
        rotations[:, knee] = bent
    pelvis = walk.pelvis.astype(float)
    scraped = Motion.from_pelvis(fps, pelvis, rotations)
    lowest = scraped.joints()[:, [JOINT["left_foot"], JOINT["right_foot"]], 2].min()
    return scraped.moved(offset=(0.0, 0.0, SOLE - float(lowest)))


def lowest_of_fast_feet(motion: Motion) -> float:
    """Metres above a standing foot: the 5th percentile over all frames in which a ball is fast."""
    pose, found = Pose.of(motion), []
    for side in ("left", "right"):
        ball = pose.at(f"{side}_foot")
        fast = speed_of(ball[:, :2], motion.fps) > FAST
        found.append(ball[fast, 2] - SOLE)
    return float(np.percentile(np.concatenate(found), 5))


def test_a_scraping_foot_is_lifted_and_the_way_kept():
    before = shuffling()
    after = lift_swings(before)
    assert lowest_of_fast_feet(before) < 0.6 * CLEARANCE < 0.75 * CLEARANCE < lowest_of_fast_feet(after)
    floor = [JOINT["left_foot"], JOINT["right_foot"]]
    np.testing.assert_allclose(after.joints()[:, floor, :2], before.joints()[:, floor, :2], atol=0.005)
    np.testing.assert_allclose(after.pelvis[:, :2], before.pelvis[:, :2], atol=1e-5)
    assert (
        np.abs(np.diff(after.joints(), 3, axis=0)).max()
        < 1.6 * np.abs(np.diff(before.joints(), 3, axis=0)).max()
    )


def test_feet_that_stand_and_short_clips_stay():
    still = standing()
    assert lift_swings(still) is still
    two = shuffling().slice(20, 22)
    assert lift_swings(two) is two


def test_frozen_frames_stay_bit_for_bit():
    walk = shuffling()
    frozen = np.zeros(len(walk), dtype=bool)
    frozen[:20] = frozen[60:] = True
    after = lift_swings(walk, frozen=frozen)
    assert same_frames(after, walk, frozen) and not same_frames(after, walk, ~frozen)
    assert lift_swings(walk, frozen=np.ones(len(walk), dtype=bool)) is walk
    with pytest.raises(ValueError, match="give one each"):
        lift_swings(walk, frozen=frozen[:10])
