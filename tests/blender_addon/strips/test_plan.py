"""What has to be made so that prompt strips become one motion, and what stays."""

from __future__ import annotations

import numpy as np
import pytest
from strip_lists import WALK, WAVE, heads, make, reasons

pytestmark = pytest.mark.usefixtures("session")


def test_a_gap_is_bridged(context, rig, lay):
    lay(WALK, ("a person waves", 35, 60))
    make()
    poses = heads(context, rig, 1, 60)
    steps = np.linalg.norm(np.diff(poses, axis=0), axis=-1).max(axis=1)
    assert steps[23:36].max() < 2 * np.percentile(steps, 95)
    assert steps[25:33].min() > 0
    rig.laban_strips.strips[0].seed = 9  # the gap belongs to what stays
    make()
    now = heads(context, rig, 1, 60)
    np.testing.assert_allclose(now[24:], poses[24:], atol=1e-5)
    assert np.abs(now[5:15] - poses[5:15]).max() > 0.01
    assert reasons(context, rig) == []


def test_a_strip_longer_than_the_longest_clip(context, rig, lay):
    lay(("a person walks", 1, 301), WAVE)  # 12.5 s; the model makes 9.8
    rig.laban_strips.strips[1].start, rig.laban_strips.strips[1].end = 301, 2701  # 100 s
    make()
    assert tuple(rig.animation_data.action.frame_range) == (1, 2701)
    steps = np.linalg.norm(np.diff(heads(context, rig, 1, 2701), axis=0), axis=-1).max(axis=1)
    assert steps[299:303].max() < 2 * np.percentile(steps, 95)
    assert steps[898:903].max() < 2 * np.percentile(steps, 95)  # a part of 25 s ends in frame 901
    assert steps.min() > 0
    assert reasons(context, rig) == []
