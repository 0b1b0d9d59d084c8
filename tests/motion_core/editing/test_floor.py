"""On the floor: neither floating nor sunk in, and not misled by one frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import accelerations, same_frames, stepping

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.editing.floor import meet_floor
from motion_core.metrics.measures.physical import physical_scores


@pytest.mark.parametrize("height", [-0.3, -0.02, 0.02, 0.5])
def test_a_motion_is_set_on_the_floor(height):
    motion = stepping()
    grounded = meet_floor(motion.moved(offset=(0.0, 0.0, height)))
    assert np.abs(grounded.joints() - meet_floor(motion).joints()).max() < 2e-3
    scores = physical_scores(grounded)
    assert scores.penetration < 0.2 and scores.floating < 0.5


def test_one_bad_frame_does_not_raise_all_the_others():
    motion = stepping()
    pelvis = motion.pelvis.astype(float)
    pelvis[40, 2] -= 0.2
    bad = Motion.from_pelvis(motion.fps, pelvis, motion.rotations)
    assert np.abs(meet_floor(bad).pelvis[:30, 2] - meet_floor(motion).pelvis[:30, 2]).max() < 5e-3


def test_a_jump_stays_a_jump():
    motion = stepping()
    pelvis = motion.pelvis.astype(float)
    pelvis[30:50, 2] += 0.4 * np.sin(np.linspace(0, np.pi, 20))
    jump = meet_floor(Motion.from_pelvis(motion.fps, pelvis, motion.rotations))
    assert np.ptp(jump.pelvis[:, 2]) == pytest.approx(np.ptp(pelvis[:, 2]), abs=0.01)


def test_a_foot_that_dips_in_is_lifted_smoothly():
    motion = stepping()
    pelvis = motion.pelvis.astype(float)
    pelvis[:, 2] -= 0.04 * np.exp(-(((np.arange(80) - 40) / 5.0) ** 2))
    dipped = Motion.from_pelvis(motion.fps, pelvis, motion.rotations)
    lifted = meet_floor(dipped)
    assert physical_scores(dipped).penetration > 0.3
    assert physical_scores(lifted).penetration < 0.1
    assert accelerations(lifted).max() < 1.5 * accelerations(dipped).max()


def test_toes_do_not_go_through_the_floor():
    motion = stepping()
    rotations = motion.rotations.astype(float)
    down = quat.rotvec_to_quat(np.array([0.8, 0.0, 0.0]))
    rotations[:, JOINT["left_foot"]] = quat.multiply(rotations[:, JOINT["left_foot"]], down)
    bent = replace(motion, rotations=rotations)
    assert bent.tips()["left_toe"][:, 2].min() < -0.02
    assert meet_floor(bent).tips()["left_toe"][:, 2].min() > -1e-3


def test_a_lying_body_is_laid_down():
    lying = np.tile(quat.IDENTITY, (30, 22, 1))
    lying[:, JOINT["pelvis"]] = quat.multiply(
        quat.rotvec_to_quat(np.array([-np.pi / 2, 0, 0])), stepping(1).rotations[0, 0]
    )
    motion = Motion.from_pelvis(20.0, np.tile([0.0, 0.0, 1.0], (30, 1)), lying)
    assert 0.05 < meet_floor(motion).pelvis[0, 2] < 0.25


def test_what_is_right_and_what_is_frozen_stays():
    motion = meet_floor(stepping())
    again = meet_floor(motion)
    assert np.abs(again.joints() - motion.joints()).max() < 2e-3
    frozen = np.zeros(80, dtype=bool)
    frozen[10:12] = True
    sunk = stepping().moved(offset=(0, 0, -0.02))
    assert same_frames(meet_floor(sunk, frozen=frozen), sunk, frozen)
