"""A body that does a thing, and one that stands still beside it."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import standing
from repeated_motions import FPS, bumps, moved, turned

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.editing.deeds import DEEDS, is_done
from motion_core.wording import deeds as said

STILL = standing(80, FPS)


def going(metres: float) -> Motion:
    pelvis = STILL.pelvis.astype(float)
    pelvis[:, 1] -= np.linspace(0, metres, len(STILL))
    return Motion.from_pelvis(FPS, pelvis, STILL.rotations)


def facing(degrees: float) -> Motion:
    yaw = np.radians(degrees) * np.linspace(0, 1, len(STILL))
    rotations = STILL.rotations.astype(float)
    turn = np.stack([np.cos(yaw / 2), 0 * yaw, 0 * yaw, np.sin(yaw / 2)], axis=-1)
    rotations[:, JOINT["pelvis"]] = quat.multiply(turn, rotations[:, JOINT["pelvis"]])
    return Motion.from_pelvis(FPS, STILL.pelvis, rotations)


def test_all_that_words_say_can_be_found():
    assert set(DEEDS) == set(said.DEEDS)


@pytest.mark.parametrize("deed", DEEDS)
def test_who_stands_does_nothing(deed):
    assert not is_done(STILL, deed)


@pytest.mark.parametrize(
    ("deed", "motion"),
    [
        ("go", going(1.0)),
        ("turn", facing(180)),
        ("turn", facing(-180)),
        ("turn left", facing(60)),
        ("turn right", facing(-60)),
        ("sit", moved(-0.4 * bumps(1))),
        ("lie", moved(-0.7 * bumps(1))),
        ("squat", moved(-0.4 * bumps(1))),
        ("get up", moved(-0.4 * bumps(1))),
        ("kneel", moved(-0.5 * bumps(1))),
        ("pick up", moved(-1.1 * bumps(1))),
        ("jump", moved(0.3 * bumps(1))),
        ("bow", turned({"spine1": np.radians(50) * bumps(1)})),
        ("kick", turned({"right_hip": -np.radians(70) * bumps(1)})),
        ("raise", turned({"right_shoulder": np.radians(70) * bumps(1)}, axis=2)),
        ("raise left", turned({"left_shoulder": np.radians(70) * bumps(1)}, axis=2)),
        ("raise right", turned({"right_shoulder": np.radians(70) * bumps(1)}, axis=2)),
    ],
)
def test_who_does_it(deed, motion):
    assert is_done(motion, deed)


def test_the_other_side_does_not_count():
    assert not is_done(facing(60), "turn right") and not is_done(facing(-60), "turn left")
    assert not is_done(turned({"right_shoulder": np.radians(70) * bumps(1)}, axis=2), "raise left")


def test_a_sway_goes_nowhere_and_a_glimpse_is_not_judged():
    assert not is_done(going(0.2), "go")
    assert is_done(STILL.slice(0, round(FPS)), "go")
