"""Loops: the end is the beginning again, in place and in velocity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import accelerations, seam_velocity_jump, standing, stepping, swaying, two_rounds
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.editing.loop import SHUFFLE, apart, close_loop, find_round, straighten
from motion_core.metrics.measures.errors import heading_frame

fast = settings(max_examples=20, derandomize=True, deadline=None)


@fast
@given(st.integers(0, 10_000), st.booleans(), st.integers(20, 70))
def test_the_seam_is_closed(seed, travel, frames):
    loop = close_loop(swaying(seed, frames=frames), travel=travel)
    _, again = two_rounds(loop)
    assert np.linalg.norm(loop.joints()[-1] - again.joints()[0], axis=-1).max() < 1e-3
    assert seam_velocity_jump(loop) < 0.02
    assert len(loop) == frames


@pytest.mark.parametrize("travel", [True, False])
def test_the_seam_is_no_harder_than_the_motion(travel):
    motion = stepping(75)
    both, _ = two_rounds(close_loop(motion, travel=travel))
    assert accelerations(both)[70:78].max() < 1.5 * accelerations(motion).max()


def test_in_place_the_root_returns():
    loop = close_loop(stepping(80).moved(yaw=0.4), travel=False)
    assert np.linalg.norm(loop.pelvis[-1] - loop.pelvis[0]) < 1e-5
    assert np.ptp(loop.pelvis[:, 0]) < 0.6 and np.ptp(loop.pelvis[:, 1]) < 0.6
    assert abs(loop.heading()[-1] - loop.heading()[0]) < 1e-4


def test_travelling_the_root_goes_on():
    motion = stepping(80)
    loop = close_loop(motion)
    ours, own = (np.linalg.norm(m.pelvis[-1, :2] - m.pelvis[0, :2]) for m in (loop, motion))
    assert ours == pytest.approx(own, rel=0.02)
    assert loop.pelvis[-1, 2] == pytest.approx(loop.pelvis[0, 2], abs=1e-5)


def test_a_drifting_walk_is_made_straight_and_a_turning_one_is_not():
    motion = swaying(0, frames=60)
    for turn, expected in ((0.3, 0.0), (1.5, 1.5)):
        rotations = motion.rotations.astype(float)
        turned = [motion.slice(k, k + 1).moved(yaw=turn * k / 59).rotations[0] for k in range(60)]
        rotations[:] = turned
        start = swaying(0, frames=60).heading()
        loop = close_loop(replace(motion, rotations=rotations))
        drift = loop.heading()[-1] - loop.heading()[0]
        assert drift == pytest.approx(expected, abs=0.05 + (abs(start[-1] - start[0]) if expected else 0))


def test_who_hardly_travels_stays():
    """Standing people drift by some centimetres a round; feet that stand could not be locked."""
    still = standing(60)
    for pace, expected in ((0.5 * SHUFFLE, 0.0), (2 * SHUFFLE, 2 * SHUFFLE * 59 / 20)):
        drifting = replace(
            still, trans=still.trans + np.arange(60)[:, None] / 20 * np.array([pace, 0.0, 0.0])
        )
        made = straighten(drifting)
        assert np.linalg.norm(made.pelvis[-1] - made.pelvis[0]) == pytest.approx(expected, abs=1e-6)


def test_a_whole_turn_in_place_stays_one():
    still = standing(60)
    spin = np.array([still.slice(k, k + 1).moved(yaw=2 * np.pi * k / 59).rotations[0] for k in range(60)])
    loop = close_loop(replace(still, rotations=spin), travel=False)
    assert loop.heading()[-1] - loop.heading()[0] == pytest.approx(2 * np.pi, abs=1e-3)


def test_what_is_a_loop_already_stays():
    phase = np.linspace(0, 2 * np.pi, 41)
    still = standing(41)
    pelvis = still.pelvis.astype(float)
    pelvis[:, 2] += 0.03 * np.cos(phase)
    motion = replace(still, trans=pelvis - (still.pelvis - still.trans))
    assert np.abs(close_loop(motion, travel=False).joints() - motion.joints()).max() < 1e-3


def test_too_short():
    with pytest.raises(ValueError, match="at least 5"):
        close_loop(standing(4))


def test_the_seam_of_a_turning_walk_is_closed_too():
    """The next round starts turned; what is compared are velocities in the world."""
    motion = swaying(3)
    bent = [motion.slice(k, k + 1).moved(yaw=1.6 * (k / 59) ** 2) for k in range(60)]
    loop = close_loop(
        replace(
            motion,
            trans=np.concatenate([part.trans for part in bent]),
            rotations=np.concatenate([part.rotations for part in bent]),
        )
    )
    assert abs(loop.heading()[-1] - loop.heading()[0]) > 1.0
    assert seam_velocity_jump(loop) < 0.02


def gap_of(motion) -> float:
    """Metres between the joints of the first and the last pose, each about its pelvis and facing front."""
    joints = heading_frame(motion.joints())
    return float(np.linalg.norm(joints[-1] - joints[0], axis=-1).max())


def test_a_gait_is_cut_at_whole_steps():
    """A cycle lasts 22 frames: 80 frames are none of whole cycles, 67 and 89 (with the last pose again) are."""
    walk = stepping(160).moved(yaw=0.7)
    found = find_round(walk, 80, 14)
    assert len(found) == 80 and found.fps == walk.fps
    assert gap_of(found) < 0.03 < gap_of(walk.slice(0, 80))
    straight = find_round(walk, 80, 0)
    assert any(np.allclose(straight.rotations, walk.rotations[k : k + 80], atol=1e-6) for k in range(81))


def test_the_best_stretch_is_found_anywhere():
    motion = swaying(4, 90)
    found = find_round(motion, 40, 10)
    assert gap_of(found) <= min(gap_of(motion.slice(k, k + 40)) for k in range(0, 50, 10)) + 0.05


def test_how_far_apart_the_ends_are():
    walk = stepping(160)
    whole, half = (apart(walk.slice(40, 40 + frames)) for frames in (23, 12))
    assert whole < 0.3 < 1.0 < half  # velocities of the ends are those of one-sided steps


def test_too_short_a_motion_is_named():
    with pytest.raises(ValueError, match="30 frames: a round of 40"):
        find_round(swaying(0, 30), 40, 5)
