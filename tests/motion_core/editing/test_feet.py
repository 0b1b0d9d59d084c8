"""Feet: contacts found and held, legs and floor respected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import same_frames, standing, stepping

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import ANKLE_HEIGHT, JOINT, SOLE
from motion_core.editing.contacts import find_contacts, runs
from motion_core.editing.feet import envelope
from motion_core.editing.planting import lock_feet
from motion_core.editing.pose import Pose
from motion_core.metrics.measures.physical import physical_scores


def sliding(motion, reference):
    """cm/s of the balls of the feet over the floor, mean over the contacts of `reference`."""
    contacts, pose = find_contacts(Pose.of(reference), reference.fps), Pose.of(motion)
    speeds = []
    for side in ("left", "right"):
        both = contacts[side].ball[1:] & contacts[side].ball[:-1]
        step = np.diff(pose.at(f"{side}_foot")[:, :2], axis=0)[both]
        speeds.append(np.linalg.norm(step, axis=1) * motion.fps * 100)
    return float(np.concatenate(speeds).mean())


def jumping(frames=40, fps=20.0):
    """Standing, then in the air from frame 14 to 26, then standing."""
    still = standing(frames)
    up = np.clip(1 - ((np.arange(frames) - 20) / 7.0) ** 2, 0, None) * 0.5
    pelvis = still.pelvis.astype(float)
    pelvis[:, 2] += up
    return Motion.from_pelvis(fps, pelvis, still.rotations)


def test_steps_are_found_one_after_the_other():
    motion = stepping(88)
    contacts = find_contacts(Pose.of(motion), motion.fps)
    for side in ("left", "right"):
        spans = [b - a for a, b in runs(contacts[side].ball)]
        assert 3 <= len(spans) <= 6 and min(spans[1:-1]) >= 6
    both = contacts["left"].ball & contacts["right"].ball
    neither = ~(contacts["left"].ball | contacts["right"].ball)
    assert both.mean() < 0.35 and neither.mean() < 0.35


def test_nobody_stands_in_the_air():
    motion = jumping()
    contacts = find_contacts(Pose.of(motion), motion.fps)
    for side in ("left", "right"):
        assert not contacts[side].ball[15:26].any()
        assert contacts[side].ball[:12].all() and contacts[side].ball[-12:].all()


def test_runs():
    assert runs(np.array([True, False, True, True])) == [(0, 1), (2, 4)]
    assert runs(np.zeros(3, dtype=bool)) == []


@pytest.mark.parametrize("slide", [0.0, 0.15, 0.3])
def test_feet_that_slide_stand_afterwards(slide):
    motion = stepping(slide=slide)
    locked = lock_feet(motion)
    assert sliding(locked, motion) < (
        0.5 if slide < 0.3 else 2.0
    )  # legs are too short for a third of a metre
    if slide:
        assert sliding(motion, motion) > 50 * slide
    assert physical_scores(locked).jerk < 1.2 * physical_scores(motion).jerk
    assert np.linalg.norm(locked.joints() - motion.joints(), axis=-1).max() < 0.2


def test_each_contact_is_one_place_on_the_floor_with_the_sole_flat():
    motion = stepping(slide=0.2)
    tilt = quat.rotvec_to_quat(np.tile([0.06, 0.03, 0.0], (len(motion), 1)))
    rotations = motion.rotations.astype(float)
    rotations[:, JOINT["left_ankle"]] = quat.multiply(rotations[:, JOINT["left_ankle"]], tilt)
    motion = replace(motion, rotations=rotations)
    contacts, pose = find_contacts(Pose.of(motion), motion.fps), Pose.of(lock_feet(motion))
    for side in ("left", "right"):
        ball, ankle = pose.at(f"{side}_foot"), pose.at(f"{side}_ankle")
        for start, stop in runs(contacts[side].ball):
            inside = slice(start + 1, stop - 1)  # it comes and goes softly
            assert np.ptp(ball[inside], axis=0).max() < 2e-3
            assert np.abs(ball[inside, 2] - SOLE).max() < 2e-3
        assert np.percentile(np.abs(ankle[contacts[side].flat, 2] - ANKLE_HEIGHT), 80) < 3e-3


def test_the_pelvis_sinks_for_a_leg_that_is_too_short():
    raised = standing().moved(offset=(0.0, 0.0, 0.03))  # straight legs, 3 cm above the floor
    locked = lock_feet(raised)
    assert np.abs(locked.joints()[:, JOINT["left_foot"], 2] - SOLE).max() < 2e-3
    assert np.all(locked.pelvis[:, 2] < raised.pelvis[:, 2] - 0.01)


def test_knees_never_flip():
    motion = stepping(slide=0.2)
    locked = Pose.of(lock_feet(motion))
    for side in ("left", "right"):
        knee = quat.quat_to_rotvec(locked.rotations[:, JOINT[f"{side}_knee"]])
        assert (knee[:, 0] > -0.11).all()  # a straight leg has -0.1
        assert np.degrees(np.linalg.norm(np.diff(knee, axis=0), axis=1)).max() < 60


def test_frozen_frames_keep_their_bits_and_hold_the_foot():
    motion = stepping(slide=0.2)
    frozen = np.zeros(len(motion), dtype=bool)
    frozen[[0, 20, 21, 50]] = True
    locked = lock_feet(motion, frozen=frozen)
    assert same_frames(locked, motion, frozen)
    steps = np.linalg.norm(np.diff(locked.joints(), axis=0), axis=-1)
    assert steps.max() < 1.4 * np.linalg.norm(np.diff(motion.joints(), axis=0), axis=-1).max()
    with pytest.raises(ValueError, match="80 frames"):
        lock_feet(motion, frozen=frozen[1:])


def test_in_the_air_nothing_is_changed():
    motion = jumping().slice(16, 24).moved(offset=(0, 0, 1.0))
    assert np.abs(lock_feet(motion).joints() - motion.joints()).max() < 1e-5


def test_short_motions_come_back():
    for frames in (1, 2, 3):
        assert len(lock_feet(stepping(80).slice(0, frames))) == frames


def test_the_envelope_covers_what_is_needed():
    need = np.zeros(50)
    need[[0, 20, 21, 49]] = [0.1, 0.3, 0.2, 0.05]
    curve = envelope(need, 4)
    assert np.all(curve >= need - 1e-12)
    assert np.abs(np.diff(curve)).max() < 0.1


def test_a_tilted_foot_beside_frozen_frames_is_not_tipped():
    motion = standing()
    tilt = quat.rotvec_to_quat(np.array([0.25, 0.0, 0.0]))
    rotations = motion.rotations.astype(float)
    rotations[:, JOINT["left_ankle"]] = quat.multiply(rotations[:, JOINT["left_ankle"]], tilt)
    tilted = replace(motion, rotations=rotations)
    frozen = np.zeros(40, dtype=bool)
    frozen[10:20:3] = True
    foot = Pose.of(lock_feet(tilted, frozen=frozen)).facing("left_foot")
    assert np.degrees(quat.angle_between(foot[:-1], foot[1:]).max()) < 0.1


def test_a_contact_begins_and_ends_on_the_floor():
    """Not while the ball still comes down or goes up: held then, the foot would be pushed through the floor."""
    motion = stepping(88)
    pose = Pose.of(motion)
    for side, contact in find_contacts(pose, motion.fps).items():
        height = pose.at(f"{side}_foot")[:, 2]
        for start, stop in runs(contact.ball):
            assert max(height[start], height[stop - 1]) < np.percentile(height[start:stop], 10) + 0.013
