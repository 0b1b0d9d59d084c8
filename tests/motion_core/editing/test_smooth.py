"""Smoothing: jitter goes, the motion and its feet stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import same_frames, stepping, swaying

from motion_core.body import quaternions as quat
from motion_core.editing.contacts import find_contacts
from motion_core.editing.pose import Pose
from motion_core.editing.smooth import local_cubic, smooth
from motion_core.metrics.measures.physical import physical_scores


def shaken(motion, amount=0.02):
    noise = np.random.default_rng(0).normal(0, amount, (len(motion), 22, 3))
    return replace(motion, rotations=quat.multiply(motion.rotations, quat.rotvec_to_quat(noise)))


def test_jitter_goes():
    motion = swaying(1, frames=120, fps=60.0)
    noisy = shaken(motion)
    calm = smooth(noisy, 0.3)
    assert physical_scores(calm).jerk < 0.1 * physical_scores(noisy).jerk
    before, after = (np.linalg.norm(m.joints() - motion.joints(), axis=-1).mean() for m in (noisy, calm))
    assert after < 0.55 * before


def test_amplitude_stays():
    """A swing of 0.7 s under a window of 0.25 s loses less than two percent."""
    time = np.arange(200) / 60
    values = np.sin(2 * np.pi * time / 0.7)[:, None]
    assert np.abs(local_cubic(values, 15)).max() > 0.98
    motion = swaying(2, frames=120, fps=60.0)
    assert np.linalg.norm(smooth(motion).joints() - motion.joints(), axis=-1).max() < 0.01


def test_a_cubic_passes_unchanged_to_its_ends():
    time = np.linspace(-1, 1, 40)[:, None]
    values = np.concatenate([time**3, time**2 - time, np.ones_like(time)], axis=1)
    assert np.allclose(local_cubic(values, 9), values, atol=1e-12)


def test_feet_that_stand_stay_where_they_stood():
    motion = stepping()
    contacts, before = find_contacts(Pose.of(motion), motion.fps), Pose.of(motion)
    moved = {}
    for keep in (True, False):
        after = Pose.of(smooth(motion, 0.5, keep_contacts=keep))
        moved[keep] = max(
            np.abs((after.at(f"{side}_foot") - before.at(f"{side}_foot"))[contacts[side].ball]).max()
            for side in ("left", "right")
        )
    assert moved[True] < 1e-3 < 5e-3 < moved[False]


def test_frozen_frames_keep_their_bits():
    motion = shaken(swaying(3))
    frozen = np.zeros(60, dtype=bool)
    frozen[[0, 30, 31]] = True
    calm = smooth(motion, 0.4, frozen=frozen)
    assert same_frames(calm, motion, frozen)
    assert not same_frames(calm, motion, ~frozen)


def test_short_windows_and_short_motions_change_nothing():
    motion = swaying(1)
    assert smooth(motion, 0.0) is motion and smooth(motion, 0.1) is motion
    assert len(smooth(motion.slice(0, 3), 1.0)) == 3
    assert len(smooth(motion.slice(0, 6), 9.0)) == 6
    with pytest.raises(ValueError, match="seconds is -1"):
        smooth(motion, -1)
