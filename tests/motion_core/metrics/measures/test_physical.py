"""Floor metrics on motions whose answers are known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT
from motion_core.metrics.measures.physical import mean_of_scores, physical_scores


def standing(frames: int = 30, velocity: float = 0.0, height: float = 0.0, fps: float = 20.0) -> Motion:
    """The rest pose, upright, gliding along -Y at `velocity` m/s, `height` metres too high."""
    rotations = np.tile(quat.IDENTITY, (frames, 22, 1))
    rotations[:, 0] = UPRIGHT
    pelvis = np.zeros((frames, 3))
    pelvis[:, 1] = -velocity * np.arange(frames) / fps
    pelvis[:, 2] = STANDING_PELVIS + height
    return Motion.from_pelvis(fps, pelvis, rotations)


def test_a_glide_slides_at_its_speed():
    assert physical_scores(standing(velocity=0.5)).sliding == pytest.approx(50, rel=1e-3)
    assert physical_scores(standing(velocity=0.5).resample(60)).sliding == pytest.approx(50, rel=1e-3)


def test_a_body_at_rest_scores_zero():
    scores = physical_scores(standing())
    assert scores.sliding == pytest.approx(0, abs=1e-3)
    assert scores.penetration == pytest.approx(0, abs=1e-3)
    assert scores.floating == pytest.approx(0, abs=1e-3)
    assert scores.jerk == pytest.approx(0, abs=0.2)  # float32 positions, cubed frame rate


def test_depth_and_height_are_in_centimetres():
    assert physical_scores(standing(height=-0.02)).penetration == pytest.approx(2, rel=1e-2)
    assert physical_scores(standing(height=0.1)).floating == pytest.approx(10, rel=1e-2)
    assert np.isnan(physical_scores(standing(height=0.1, velocity=1)).sliding)  # in the air nothing slides


def test_short_motions_and_means():
    assert np.isnan(physical_scores(standing(frames=1)).sliding)
    means = mean_of_scores([physical_scores(m) for m in (standing(frames=1), standing(velocity=0.2))])
    assert means.sliding == pytest.approx(20, rel=1e-3)
    assert np.isnan(mean_of_scores([physical_scores(standing(frames=1))]).sliding)
