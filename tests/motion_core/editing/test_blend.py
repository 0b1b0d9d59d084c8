"""Blends and crossfades: ends exact, middles sensible."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import same_frames, speeds, stepping, swaying

from motion_core.body import quaternions as quat
from motion_core.editing.blend import blend, crossfade

EVERY = np.ones(60, dtype=bool)


def test_weights_of_zero_and_one_are_the_motions_themselves():
    a, b = swaying(1), swaying(2)
    assert blend(a, b, 0.0) is a and blend(a, b, 1.0) is b


def test_half_way_is_between():
    a, b = swaying(1), swaying(2)
    half = blend(a, b, 0.5)
    whole = quat.angle_between(a.rotations[:, 1:], b.rotations[:, 1:])
    assert np.allclose(quat.angle_between(a.rotations[:, 1:], half.rotations[:, 1:]), whole / 2, atol=1e-3)
    assert np.allclose(half.pelvis[:, 2], (a.pelvis[:, 2] + b.pelvis[:, 2]) / 2, atol=1e-6)


def test_a_motion_blended_with_itself_stays():
    a = swaying(3)
    assert np.abs(blend(a, a, 0.3).joints() - a.joints()).max() < 1e-4


def test_walks_in_different_directions_keep_their_pace():
    """A mean of positions would slow down to a half here; a mean of steps does not."""
    a, b = stepping(60), stepping(60).moved(yaw=2.0)
    half = blend(a, b, 0.5)
    lengths = [np.linalg.norm(np.diff(m.pelvis[:, :2], axis=0), axis=1).sum() for m in (a, half)]
    assert lengths[1] == pytest.approx(lengths[0], rel=0.01)
    assert half.heading()[30] == pytest.approx(a.heading()[30] + 1.0, abs=0.02)


def test_a_weight_per_frame_leads_from_one_to_the_other():
    a, b = swaying(1), swaying(2)
    mixed = blend(a, b, np.linspace(0, 1, 60))
    assert np.allclose(mixed.rotations[0, 1:], a.rotations[0, 1:], atol=1e-6)
    assert np.degrees(quat.angle_between(mixed.rotations[-1, 1:], b.rotations[-1, 1:]).max()) < 0.1


def test_a_crossfade_joins_without_a_jump():
    a, b = swaying(1), swaying(2, yaw=2.0).moved(offset=(9, 9, 0))
    joined = crossfade(a, b, 12)
    assert len(joined) == 60 + 60 - 12
    assert same_frames(joined.slice(0, 48), a.slice(0, 48), EVERY[:48])
    assert speeds(joined).max() < 1.5 * max(speeds(a).max(), speeds(b).max())
    tail = np.linalg.norm(np.diff(joined.pelvis[60:], axis=0), axis=1)
    assert np.allclose(tail, np.linalg.norm(np.diff(b.pelvis[12:], axis=0), axis=1), atol=1e-4)


def test_what_does_not_fit_is_refused():
    a = swaying(1)
    with pytest.raises(ValueError, match="60 and 59"):
        blend(a, a.slice(1), 0.5)
    with pytest.raises(ValueError, match=r"1\.5"):
        blend(a, a, 1.5)
    with pytest.raises(ValueError, match="20 and 30"):
        crossfade(a, swaying(1, fps=30.0), 5)
    with pytest.raises(ValueError, match="1 to 60"):
        crossfade(a, a, 61)
