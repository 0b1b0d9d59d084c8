"""L2P, L2Q, NPSS, centimetres and sliding of gaps: cases whose answers are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.metrics.gaps.inbetween import aligned, gap_sums, npss_sums

GAP = (10, 25)
ONE = np.ones((22, 3))


def standing(frames: int = 35) -> Motion:
    rotations = np.tile(np.array([1.0, 0, 0, 0]), (frames, 22, 1))
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    return Motion.from_pelvis(30.0, np.tile([0.0, 0.0, STANDING_PELVIS], (frames, 1)), rotations)


def in_gap(motion: Motion, **fields) -> Motion:
    """The motion with other values inside the gap."""
    inside = slice(*GAP)
    made = {}
    for name, values in fields.items():
        array = getattr(motion, name).copy()
        array[inside] = np.broadcast_to(values, array.shape)[inside]
        made[name] = array
    return replace(motion, **made)


def fft_npss(real: np.ndarray, ours: np.ndarray) -> float:
    """NPSS of one window (T,D) by numpy's FFT, step by step as the paper words it; the reference of this test."""
    distances, weights = [], []
    for ours_d, real_d in zip(ours.T, real.T):
        power, our_power = (np.real(np.fft.fft(series)) ** 2 for series in (real_d, ours_d))
        share, our_share = power / power.sum(), our_power / our_power.sum()
        distances.append(sum(abs(share[: k + 1].sum() - our_share[: k + 1].sum()) for k in range(len(real))))
        weights.append(power.sum())
    return float(np.average(distances, weights=weights))


def test_identical_motions_have_no_error():
    found = gap_sums(standing(), standing(), GAP, ONE)
    assert found.l2p == found.l2q == found.centimetres == found.npss == found.slip == found.pop == 0
    assert found.power > 0 and found.steps == found.most_steps == 2 * 16


def test_a_constant_offset_is_measured_in_all_units():
    """4 cm aside and 3 cm ahead: 5 cm for each joint; |.| over 22 joints, x counting in units of 2 cm."""
    truth = standing()
    made = in_gap(truth, trans=truth.trans + np.array([0.04, 0.03, 0.0], dtype=np.float32))
    scale = np.tile([0.02, 1.0, 1.0], (22, 1))
    found = gap_sums(truth, made, GAP, scale)
    assert found.centimetres == pytest.approx(5.0, abs=1e-4)
    assert found.l2p == pytest.approx(np.sqrt(22 * (2.0**2 + 0.03**2)), rel=1e-5)
    assert found.l2q == 0 and found.npss == 0
    # both feet stand: 16 steps each, of which the one into the gap and the one out of it are 5 cm in 1/30 s
    assert found.slip == pytest.approx(2 * 2 * 5.0 * 30, rel=1e-4)
    assert found.pop == pytest.approx(5.0, rel=1e-4)


def test_frames_outside_the_gap_do_not_count():
    truth = standing()
    away = truth.trans.copy()
    away[: GAP[0] - 1] += 1.0
    away[GAP[1] + 1 :] += 1.0
    found = gap_sums(truth, replace(truth, trans=away), GAP, ONE)
    assert found.l2p == 0 and found.slip == 0


def test_a_pop_is_looked_for_at_the_borders():
    truth = standing()
    trans = truth.trans.copy()
    trans[17, 0] += 0.5  # in the middle
    assert gap_sums(truth, replace(truth, trans=trans), GAP, ONE).pop == 0
    trans[10:, 2] += 0.1  # a step up as the gap begins
    assert gap_sums(truth, replace(truth, trans=trans), GAP, ONE).pop == pytest.approx(10.0, rel=1e-4)
    fast = truth.trans + np.arange(35)[:, None] * np.array([0.2, 0, 0], dtype=np.float32)
    assert gap_sums(truth, replace(truth, trans=fast), GAP, ONE).pop < 1e-4  # an even speed is none
    assert (
        gap_sums(truth, replace(truth, trans=trans), (1, 34), ONE).pop == 0
    )  # nothing to see beyond the ends


def test_lifted_feet_glide_though_they_do_not_slide():
    truth = standing()
    along = np.arange(35)[:, None] * np.array([0.02, 0, 0], dtype=np.float32)  # 60 cm/s
    on_the_floor = gap_sums(truth, replace(truth, trans=truth.trans + along), GAP, ONE)
    lifted = gap_sums(truth, replace(truth, trans=truth.trans + along + np.float32([0, 0, 0.05])), GAP, ONE)
    assert on_the_floor.slip / on_the_floor.steps == pytest.approx(60, rel=1e-3) and lifted.steps == 0
    assert on_the_floor.glide == pytest.approx(60, rel=1e-3) == lifted.glide
    assert gap_sums(truth, truth, GAP, ONE).glide == 0


def test_a_turned_hand_counts_in_l2q_alone():
    """A hand has no joint behind it. Two quaternions 60 degrees apart are 2 sin(15 degrees) apart."""
    truth = standing()
    rotations = truth.rotations.copy()
    rotations[:, JOINT["left_wrist"]] = quat.rotvec_to_quat(np.array([np.radians(60), 0, 0]))
    found = gap_sums(truth, in_gap(truth, rotations=rotations), GAP, ONE)
    assert found.l2q == pytest.approx(2 * np.sin(np.radians(15)), rel=1e-5)
    assert found.l2p < 1e-6 and found.centimetres < 1e-5


def test_the_sign_of_a_quaternion_does_not_matter():
    rng = np.random.default_rng(3)
    truth = standing()
    rotations = truth.rotations * rng.choice([-1, 1], (len(truth), 22, 1))
    found = gap_sums(truth, replace(truth, rotations=rotations), GAP, ONE)
    assert found.l2q < 1e-9 and found.npss < 1e-9


def test_aligned_series_do_not_jump():
    turning = quat.rotvec_to_quat(np.linspace(0, 5, 40)[:, None, None] * np.array([0, 0, 1.0]))
    flipped = turning * np.where(np.arange(40) % 3 == 0, -1.0, 1.0)[:, None, None]
    real, ours = aligned(turning, flipped)
    np.testing.assert_allclose(ours, real)
    assert np.abs(np.diff(real, axis=0)).max() < 0.1


def test_npss_of_sines_is_the_distance_of_their_frequencies():
    """cos at 2 of 32 has its power at k = 2 and 30, half each; at 5, at 5 and 27: three frequencies apart, twice."""
    times = np.arange(32) / 32
    slow, fast = (np.cos(2 * np.pi * k * times)[:, None] for k in (2, 5))
    distance, weight = npss_sums(slow, fast)
    assert weight == pytest.approx(2 * 16.0**2)
    assert distance / weight == pytest.approx(0.5 * 3 + 0.5 * 3)
    assert npss_sums(slow, 0.1 * slow)[0] == pytest.approx(
        0, abs=1e-9
    )  # shares: loudness alone does not count


def test_npss_agrees_with_an_fft():
    rng = np.random.default_rng(0)
    for frames in (5, 15, 30, 45):
        real, ours = rng.normal(size=(2, frames, 88)).cumsum(axis=1)
        distance, weight = npss_sums(real, ours)
        assert distance / weight == pytest.approx(fft_npss(real, ours), rel=1e-9)


def test_series_without_power_weigh_nothing():
    silent, loud = np.zeros((15, 1)), np.ones((15, 1))
    assert npss_sums(silent, loud) == (0.0, 0.0)
    distance, weight = npss_sums(loud, silent)
    assert distance / weight == pytest.approx(15.0)  # all of it is missing, at each of the 15 frequencies


@pytest.mark.parametrize(
    ("made", "gap", "fault"),
    [
        (standing(34), GAP, "34 frames at 30 fps"),
        (replace(standing(), fps=20.0), GAP, "at 20 fps"),
        (standing(), (0, 5), "gap 0:5"),
        (standing(), (30, 35), "gap 30:35"),
        (standing(), (12, 12), "gap 12:12"),
    ],
)
def test_faults_are_named(made, gap, fault):
    with pytest.raises(ValueError, match=fault):
        gap_sums(standing(), made, gap, ONE)
