"""How a body is held, and events counted, on bodies posed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from gliding_motions import FPS, FRAMES, moving
from posed_motions import SITTING, gait, posed

from motion_core.editing.contacts import runs
from motion_core.metrics.prompts.observed import Observed
from motion_core.metrics.prompts.postures import (
    events,
    feet_apart,
    lean_forward,
    longest,
    lowest_foot,
    on_toes,
    over_itself,
    roundness,
    seconds,
    shin,
    speed,
    steps,
    thigh,
    thrust,
    trunk,
    turned,
    unevenness,
    way_turned,
    wrists_apart,
)

HELD = np.array([0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1], dtype=bool)
STILL = posed()


def test_stretches_of_time():
    assert runs(HELD) == [(1, 3), (4, 7), (10, 11)] and runs(~HELD & HELD) == []
    assert seconds(STILL, HELD) == pytest.approx(6 / FPS) and longest(STILL, HELD) == pytest.approx(3 / FPS)
    assert longest(STILL, np.zeros(4, dtype=bool)) == 0


def test_events_are_joined_and_short_ones_left_out():
    assert events(STILL, HELD, apart=0) == 3 and events(STILL, HELD, apart=0.1) == 2
    assert events(STILL, HELD, least=0.1, apart=0.1) == 1 and events(STILL, HELD, apart=1) == 1
    assert events(STILL, np.ones(5, dtype=bool)) == 1 and events(STILL, np.zeros(5, dtype=bool)) == 0


def test_angles_of_a_seat():
    seat = posed(SITTING, height=0.5)
    assert thigh(seat, "left") == pytest.approx(np.full(FRAMES, 86), abs=6) and shin(seat, "left").max() < 12
    assert thigh(STILL, "right").max() < 10 and trunk(STILL).max() < 10
    assert lean_forward(posed(pitch=0.5))[0] == pytest.approx(
        np.degrees(0.5) + lean_forward(STILL)[0], abs=1e-3
    )
    assert over_itself(seat, "pelvis")[0] < over_itself(STILL, "pelvis")[0] - 0.3


def test_distances_and_speeds():
    apart = posed({"left_shoulder": [0, 0, 0], "right_shoulder": [0, 0, 0]})
    assert wrists_apart(apart)[0] == pytest.approx(1.366, abs=1e-3) and feet_apart(STILL)[0] == pytest.approx(
        0.18
    )
    assert lowest_foot(posed(height=1.2)).min() > 0.25 and abs(lowest_foot(STILL)).max() < 0.02
    assert np.median(speed(posed(velocity=(0, 1.5)))) == pytest.approx(1.5)
    assert on_toes(posed({"left_ankle": [0.6, 0, 0], "right_ankle": [0.6, 0, 0]})) > on_toes(STILL) + 0.03
    assert thrust(STILL, "left").max() < 1e-6


def test_ways():
    around = posed(velocity=(0, 1.0), turn=2 * np.pi)
    assert roundness(around) == pytest.approx(1, abs=0.1) and way_turned(around) > 300
    assert way_turned(Observed(around.motion.mirror())) == pytest.approx(-way_turned(around), abs=1)
    straight = posed(velocity=(0, 1.0))
    assert roundness(straight) < 0.01 and abs(way_turned(straight)) < 1 and way_turned(STILL) == 0
    assert turned(Observed(moving(turn=np.pi))) == pytest.approx(180, abs=5)


def test_steps_and_how_even_they_are():
    assert [steps(gait(0.4, 0.4, strides)) for strides in (1, 2, 3)] == [2, 4, 6]
    assert steps(STILL) == 0
    assert unevenness(gait(0.5, 0.2, 3, bob=0.02)) > unevenness(gait(0.35, 0.35, 3)) + 2
