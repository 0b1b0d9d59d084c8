"""Gaps finished: cubics where they are short, everything kept bit for bit, ends that are no gaps untouched."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from editing_motions import same_frames, stepping, swaying

from motion_core.editing.fill import hermite
from motion_core.generators.bridge import CUBIC, MODEL, bridge, model_share, upright


def test_the_model_takes_over_with_the_length():
    shares = [model_share(seconds) for seconds in np.linspace(0, 1, 41)]
    assert shares[0] == model_share(CUBIC) == 0 and model_share(MODEL) == shares[-1] == 1
    assert all(b >= a for a, b in pairwise(shares))


def test_a_gap_of_three_frames_is_the_cubic():
    motion = swaying(1, 60, 30.0)
    kept = np.ones(60, dtype=bool)
    kept[20:23] = False
    wrong = motion.trans.copy()
    wrong[20:23] += 0.05
    made = bridge(replace(motion, trans=wrong), kept)
    curve = hermite(motion, (20, 23))
    np.testing.assert_allclose(made.pelvis[20:23, :2], curve.pelvis[20:23, :2], atol=1e-4)
    assert same_frames(made, motion, kept)


@pytest.mark.parametrize("fps", [20.0, 30.0, 60.0])
def test_what_is_kept_keeps_its_bits(fps):
    motion = stepping(100, fps)
    kept = np.ones(100, dtype=bool)
    kept[10:18] = kept[30:70] = kept[95:] = False
    made = bridge(motion, kept)
    assert same_frames(made, motion, kept)
    ends = np.zeros(100, dtype=bool)
    ends[95:] = True
    assert same_frames(made, motion, ends), "behind the last kept frame there is no gap"


def test_nothing_between_kept_frames_is_nothing_to_do():
    motion = swaying(2)
    kept = np.zeros(len(motion), dtype=bool)
    assert bridge(motion, kept) is motion
    kept[:10] = True
    assert bridge(motion, kept) is motion
    assert bridge(motion, np.ones(len(motion), dtype=bool)) is motion


@pytest.mark.parametrize("most", [0.01, 0.04])
def test_placed_feet_pull_the_pelvis_down_no_further_than_said(most):
    before = stepping(60)
    trans = before.trans.copy()
    trans[20:40, 2] -= 0.08 * np.hanning(20)
    after = replace(before, trans=trans)
    made = upright(before, after, most)
    sunk = before.trans[:, 2] - made.trans[:, 2]
    assert sunk.max() <= most + 1e-5 and sunk.max() > 0.5 * most
    assert np.array_equal(made.trans[:15], before.trans[:15])
    assert np.array_equal(made.rotations, before.rotations)


def test_feet_that_leave_the_pelvis_alone_stay_placed():
    before = stepping(60)
    after = replace(before, rotations=before.mirror().rotations)
    assert upright(before, after) is after
