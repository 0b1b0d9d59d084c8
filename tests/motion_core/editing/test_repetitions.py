"""Bodies that do something a known number of times are counted."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import standing, swaying
from hypothesis import given
from hypothesis import strategies as st
from repeated_motions import FPS, bumps, moved, turned

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.editing.repetitions import KINDS, ROUNDS, find_repetitions


@pytest.mark.parametrize("times", [1, 2, 3, 5])
def test_jumps_bows_kicks_and_squats(times):
    shape = bumps(times)
    assert len(find_repetitions(moved(0.3 * shape), "jump")) == times
    assert len(find_repetitions(turned({"spine1": np.radians(50) * shape}), "bow")) == times
    assert len(find_repetitions(turned({"right_hip": -np.radians(70) * shape}), "kick")) == times
    assert len(find_repetitions(moved(-0.4 * shape), "squat")) == times


def test_where_they_are():
    found = find_repetitions(moved(0.3 * bumps(2)), "jump")
    for repetition in found:
        assert repetition.start < repetition.peak < repetition.stop
    assert found[0].stop <= found[1].start + 8 and abs(found[0].peak - 28) <= 1


@pytest.mark.parametrize(("kind", "degrees"), ROUNDS.items())
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("side", [1, -1])
def test_turns(kind, degrees, times, side):
    yaw = np.radians(degrees) * times * side * np.clip(np.linspace(-0.2, 1.2, 100), 0, 1)
    still = standing(100, FPS)
    rotations = still.rotations.astype(float).copy()
    turn = np.stack([np.cos(yaw / 2), 0 * yaw, 0 * yaw, np.sin(yaw / 2)], axis=-1)
    rotations[:, JOINT["pelvis"]] = quat.multiply(turn, rotations[:, JOINT["pelvis"]])
    assert len(find_repetitions(Motion.from_pelvis(FPS, still.pelvis, rotations), kind)) == times


@pytest.mark.parametrize("times", [1, 2, 4])
def test_steps_are_counted_of_both_feet(times):
    still = standing(len(bumps(times)), FPS)
    for length, found in ((0.6, 2 * times), (0.05, 0)):  # metres; a foot that shifts takes no step
        pelvis = still.pelvis.astype(float)
        pelvis[:, 1] -= length * np.cumsum(bumps(times)) / bumps(1).sum()
        gliding = Motion.from_pelvis(FPS, pelvis, still.rotations)
        assert len(find_repetitions(gliding, "step")) == found


def test_a_foot_drawn_beside_the_other_takes_no_step():
    still = standing(len(bumps(3)), FPS)
    pelvis = still.pelvis.astype(float)
    way = np.cumsum(bumps(3)) / bumps(1).sum()
    pelvis[:, 1] -= np.minimum(way, 2) * 0.6 + np.maximum(way - 2, 0) * 0.3
    assert (
        len(find_repetitions(Motion.from_pelvis(FPS, pelvis, still.rotations), "step")) == 4
    )  # of both feet's three


@pytest.mark.parametrize("kind", [*KINDS, *ROUNDS])
def test_who_stands_does_nothing(kind):
    assert find_repetitions(standing(60), kind) == []
    assert find_repetitions(standing(1), kind) == []


@given(st.sampled_from([*KINDS, *ROUNDS]), st.integers(0, 50), st.integers(1, 80))
def test_whatever_is_done_they_are_in_order_and_inside(kind, seed, frames):
    found = find_repetitions(swaying(seed, frames), kind)
    assert [r.peak for r in found] == sorted(r.peak for r in found)
    assert all(0 <= r.start <= r.peak <= r.stop < frames for r in found)
