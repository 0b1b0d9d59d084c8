"""Corrections between knots: exact at the knots, smooth in between, quiet outside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.editing.spread import EASE, rotvecs_along, smoothstep, spread

fast = settings(max_examples=40, derandomize=True, deadline=None)
FPS = 20.0


@fast
@given(st.integers(0, 10_000), st.booleans(), st.booleans())
def test_knots_are_met_exactly_and_unknown_rows_are_not_read(seed, fade, paced):
    rng = np.random.default_rng(seed)
    frames = int(rng.integers(2, 80))
    known = rng.random(frames) < rng.random()
    values = rng.normal(size=(frames, 3))
    pace = rng.random(frames - 1) if paced else None
    result = spread(
        np.where(known[:, None], values, np.nan), known, FPS, pace=pace, fade=0.4 if fade else None
    )
    assert np.array_equal(result[known], values[known])
    assert np.isfinite(result).all()


@fast
@given(st.integers(2, 60), st.integers(0, 1000))
def test_a_straight_line_stays_one(gap, seed):
    """Two frames known on either side, on one line: the curve joins them with their slope, without a kink."""
    rng = np.random.default_rng(seed)
    line = rng.normal() + rng.normal() * np.arange(gap + 4) / FPS
    known = np.ones(gap + 4, dtype=bool)
    known[2:-2] = False
    result = spread(line[:, None], known, FPS)[:, 0]
    slope = abs(line[1] - line[0])
    assert np.abs(np.diff(result, 2)).max() <= slope * 4.5 / min(gap, EASE * FPS) + 1e-9


def test_velocity_is_continuous_at_knots():
    """In a finer and finer time the kink at the knots goes to zero: the curve has one slope there."""
    for paced in (False, True):
        kinks = []
        for fps in (50.0, 200.0, 800.0):
            time = np.arange(int(2 * fps)) / fps
            known = (time < 0.5) | (time > 1.5) | (np.abs(time - 1.0) < 0.5 / fps)
            result = spread(
                np.sin(2 * time)[:, None], known, fps, pace=np.ones(len(time) - 1) if paced else None
            )
            kinks.append(np.abs(np.diff(result[:, 0], 2)).max() * fps)
        assert kinks[2] < 0.3 * kinks[1] < 0.1 * kinks[0]


def test_outside_the_knots_it_stays_or_fades():
    known = np.zeros(61, dtype=bool)
    known[30] = True
    values = np.full((61, 1), 2.0)
    assert np.array_equal(spread(values, known, FPS), values)
    faded = spread(values, known, FPS, fade=EASE)[:, 0]
    assert faded[0] == faded[-1] == 0
    assert np.all(np.diff(faded[:31]) >= 0) and np.all(np.diff(faded[30:]) <= 0)
    assert faded[30 + round(EASE * FPS)] == pytest.approx(0, abs=1e-12)


def test_what_fades_is_gone_in_the_middle_of_a_long_gap_and_bridges_a_short_one():
    values = np.ones((101, 1))
    for gap, middle in ((8, 1.0), (20, 1.0), (60, 0.0)):
        known = np.ones(101, dtype=bool)
        known[20 : 20 + gap - 1] = False
        assert spread(values, known, FPS, fade=0.5)[19 + gap // 2, 0] == pytest.approx(middle, abs=1e-9)


def test_nothing_known_corrects_nothing():
    assert not spread(np.ones((5, 2)), np.zeros(5, dtype=bool), FPS).any()


def test_the_pace_decides_where_the_change_happens():
    known = np.zeros(101, dtype=bool)
    known[[0, -1]] = True
    values = np.linspace(0, 1, 101)[:, None]
    pace = np.ones(100)
    pace[30:70] = 0.0
    result = spread(values, known, FPS, pace=pace)[:, 0]
    assert abs(result[70] - result[30]) < 1e-6
    assert result[30] == pytest.approx(0.5, abs=0.01)


def test_no_overshoot_between_lone_knots():
    known = np.zeros(41, dtype=bool)
    known[::10] = True
    values = np.zeros((41, 1))
    values[::10, 0] = [0, 1, 1, 0.2, 0]
    result = spread(values, known, FPS)
    assert result.min() >= 0 and result.max() <= 1


def test_smoothstep_is_flat_at_its_ends():
    x = np.linspace(-1, 2, 3001)
    y = smoothstep(x)
    assert y[0] == 0 and y[-1] == 1 and np.abs(np.diff(y)).max() <= 1.5e-3 + 1e-9


def test_rotation_vectors_run_on_past_half_a_turn():
    angles = np.linspace(2.8, 3.6, 9)
    axis = np.array([0.6, 0.0, 0.8])
    found = rotvecs_along(quat.rotvec_to_quat(angles[:, None] * axis))
    assert np.allclose(found, angles[:, None] * axis, atol=1e-7)
