"""Pins: met to the millimetre, nothing else touched, what cannot be met is told."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import accelerations, same_frames, speeds, standing, stepping, swaying
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT, JOINTS
from motion_core.editing.pins import MET, MET_DEGREES, PinMiss, meet_pins, pin_frames
from motion_core.editing.pose import Pose
from motion_core.tasks.pins_and_paths import Pin

fast = settings(max_examples=30, derandomize=True, deadline=None)
LIMB_ENDS = ("left_wrist", "right_wrist", "left_foot", "right_foot", "left_ankle", "right_ankle")


def place(motion, joint, frame, off=(0.0, 0.0, 0.0)):
    return tuple(Pose.of(motion).at(joint)[frame] + off)


@fast
@given(st.integers(0, 10_000), st.sampled_from(JOINTS))
def test_any_joint_is_brought_near_where_it_is(seed, joint):
    """Ten centimetres off at one moment: every joint of the body gets there within a millimetre."""
    rng = np.random.default_rng(seed)
    motion = swaying(seed)
    off = rng.normal(size=3)
    pin = Pin(joint, 1.5, 1.5, place(motion, joint, 30, 0.08 * off / np.linalg.norm(off)))
    result, misses = meet_pins(motion, [pin])
    assert misses == []
    assert np.linalg.norm(result.joints()[30, JOINT[joint]] - pin.position) < MET
    assert np.isfinite(result.joints()).all()


@fast
@given(st.integers(0, 10_000), st.sampled_from(LIMB_ENDS))
def test_a_hand_or_foot_is_held_throughout_its_span(seed, joint):
    motion = swaying(seed).at_frames(np.concatenate([np.arange(20), np.full(20, 20), np.arange(20, 40)]))
    rng = np.random.default_rng(seed)
    pin = Pin(joint, 1.0, 1.8, place(motion, joint, 25, rng.normal(0, 0.04, 3)))
    result, misses = meet_pins(motion, [pin])
    off = np.linalg.norm(result.joints()[20:37, JOINT[joint]] - pin.position, axis=1)
    if not misses:
        assert off.max() < MET
    else:
        assert misses[0].metres == pytest.approx(off.max(), abs=1e-5)
        assert "cannot reach" in misses[0].reason


def test_a_hand_that_holds_while_the_body_walks_on():
    motion = stepping(slide=0.0)
    start = place(motion, "left_wrist", 30, (0.1, -0.25, 0.1))
    result, misses = meet_pins(motion, [Pin("left_wrist", 1.5, 1.9, start)])
    assert misses == []
    held = result.joints()[30:39, JOINT["left_wrist"]]
    assert np.linalg.norm(held - start, axis=1).max() < MET
    assert speeds(result).max() < 1.5 * speeds(motion).max()
    assert accelerations(result).max() < 1.5 * accelerations(motion).max()


def test_far_away_nothing_changes_at_all():
    motion = swaying(3, frames=100)
    result, misses = meet_pins(
        motion, [Pin("right_wrist", 2.5, 2.5, place(motion, "right_wrist", 50, (0.05, 0, 0.05)))]
    )
    assert misses == []
    away = np.abs(np.arange(100) - 50) > 8
    assert same_frames(result, motion, away)
    assert not same_frames(result, motion, ~away)


def test_the_feet_stay_when_the_trunk_leans():
    motion = standing()
    reach = place(motion, "left_wrist", 20, (0.1, -0.35, -0.55))
    result, misses = meet_pins(motion, [Pin("left_wrist", 1.0, 1.2, reach)])
    assert misses == []
    feet = [JOINT["left_foot"], JOINT["right_foot"]]
    assert np.abs(result.joints()[:, feet] - motion.joints()[:, feet]).max() < 1e-3


def test_pins_of_different_joints_are_met_together():
    motion = stepping()
    pins = [
        Pin("left_wrist", 1.5, 1.6, place(motion, "left_wrist", 30, (0.1, -0.2, 0.2))),
        Pin("right_wrist", 1.4, 1.5, place(motion, "right_wrist", 30, (-0.05, -0.3, 0.3))),
        Pin("left_foot", 1.5, 1.5, place(motion, "left_foot", 30, (0.05, 0.05, 0.1))),
        Pin("head", 1.5, 1.5, place(motion, "head", 30, (0.02, -0.04, -0.02))),
    ]
    result, misses = meet_pins(motion, pins)
    assert misses == []
    assert all(np.linalg.norm(result.joints()[30, JOINT[pin.joint]] - pin.position) < MET for pin in pins)


def test_a_joint_without_a_pin_at_the_time_follows_the_body():
    """The head goes aside while the wrist's pin is far off in time: the arm goes with it, and both pins are met."""
    motion = stepping(80)
    pins = [
        Pin("head", 1.0, 1.0, place(motion, "head", 20, (0.15, -0.1, -0.08))),
        Pin("left_wrist", 2.0, 2.0, place(motion, "left_wrist", 40, (0.05, -0.1, 0.1))),
    ]
    result, misses = meet_pins(motion, pins)
    assert misses == []
    alone, _ = meet_pins(motion, pins[:1])
    assert np.abs(result.joints()[:30] - alone.joints()[:30]).max() < 1e-3


def test_pelvis_pins_move_and_turn_the_whole_body():
    motion = stepping(100)
    pins = [
        Pin("pelvis", 0.0, 0.0, place(motion, "pelvis", 0), heading=0.0),
        Pin("pelvis", 4.0, 4.0, (2.0, -3.0, 0.85), heading=1.2),
        Pin("pelvis", 2.0, 2.0, None, heading=0.8),
    ]
    result, misses = meet_pins(motion, pins)
    assert misses == []
    assert np.linalg.norm(result.pelvis[80] - pins[1].position) < MET
    assert np.degrees(np.abs(result.heading()[[40, 80]] - [0.8, 1.2])).max() < MET_DEGREES
    assert accelerations(result).max() < 1.3 * accelerations(motion).max()


def test_a_heading_is_reached_the_short_way():
    motion = swaying(2, yaw=3.0)
    result, misses = meet_pins(motion, [Pin("pelvis", 2.0, 2.0, heading=-3.0)])
    assert misses == []
    turned = quat.angle_between(result.rotations[:, JOINT["pelvis"]], motion.rotations[:, JOINT["pelvis"]])
    assert turned.max() < 1.0


def test_frozen_frames_are_never_changed():
    motion = swaying(6)
    frozen = np.zeros(60, dtype=bool)
    frozen[:5], frozen[40:45] = True, True
    pins = [
        Pin("pelvis", 1.0, 1.0, place(motion, "pelvis", 20, (0.3, 0.2, -0.05)), heading=0.5),
        Pin("left_foot", 1.8, 1.9, place(motion, "left_foot", 37, (0.05, 0.0, 0.05))),
        Pin("right_wrist", 2.1, 2.1, place(motion, "right_wrist", 42, (0.2, 0.0, 0.0))),
    ]
    result, misses = meet_pins(motion, pins, frozen)
    assert same_frames(result, motion, frozen)
    assert [miss.pin for miss in misses] == [pins[2]]
    assert misses[0].metres == pytest.approx(0.2, abs=1e-3)
    assert "1 of its 1 frames are kept" in misses[0].reason
    assert np.linalg.norm(result.pelvis[20] - pins[0].position) < MET


def test_contradictions_are_told_and_the_first_is_honoured():
    motion = swaying(7)
    first = Pin("left_wrist", 1.0, 1.5, place(motion, "left_wrist", 25))
    second = Pin("left_wrist", 1.4, 2.0, tuple(np.array(first.position) + [0.0, 0.0, 0.5]))
    same = Pin("left_wrist", 1.2, 1.3, first.position)
    result, misses = meet_pins(motion, [first, second, same])
    told = {miss.pin: miss for miss in misses}
    assert second in told and same not in told
    assert told[second].metres >= 0.5 - 1e-3
    assert "the pin of left_wrist at 1 to 1.5 s wants it 50.0 cm away" in told[second].reason
    assert np.linalg.norm(result.joints()[24, JOINT["left_wrist"]] - first.position) < 0.05


@pytest.mark.parametrize("height", [2.3, 2.6, 4.0])
@pytest.mark.parametrize("joint", ["right_wrist", "head"])
def test_nobody_floats_after_a_pin_that_is_too_high(height, joint):
    """The body comes on its toes and reaches up; it was lifted 0.7 m off the floor, and the pin counted as met."""
    motion = stepping()
    x, y, _ = place(motion, joint, 40)
    result, (miss,) = meet_pins(motion, [Pin(joint, 2.0, 2.0, (x, y, height))])
    assert miss.metres > 0.1 and miss.reason.startswith(f"{joint} cannot reach it")
    balls = [JOINT["left_foot"], JOINT["right_foot"]]
    lowest, before = (m.joints()[:, balls, 2].min(axis=1) for m in (result, motion))
    assert (lowest - before).max() < 0.05
    assert result.joints()[40, JOINT[joint], 2] > motion.joints()[40, JOINT[joint], 2] + 0.05


def test_out_of_reach_says_by_how_much():
    motion = standing()
    pin = Pin("right_wrist", 1.0, 1.0, (0.0, 0.0, 4.0))
    result, misses = meet_pins(motion, [pin])
    assert isinstance(misses[0], PinMiss) and misses[0].pin is pin
    assert 0.5 < misses[0].metres < 3.0
    assert f"{misses[0].metres:.3f} m" in misses[0].reason
    assert np.isfinite(result.joints()).all()


def test_a_pin_behind_the_end_is_a_miss():
    _, misses = meet_pins(standing(40), [Pin("head", 9.0, 10.0, (0.0, 0.0, 1.0))])
    assert "ends before 9 s" in misses[0].reason


def test_frames_of_pins():
    motion = standing(40)  # 20 fps
    assert list(pin_frames(motion, Pin("head", 0.5, 0.6, (0, 0, 1)))) == [10, 11, 12]
    assert list(pin_frames(motion, Pin("head", 0.52, 0.52, (0, 0, 1)))) == [10]
    assert list(pin_frames(motion, Pin("head", 1.9, 99.0, (0, 0, 1)))) == [38, 39]
    assert len(pin_frames(motion, Pin("head", 2.5, 3.0, (0, 0, 1)))) == 0


def test_no_pins_change_nothing():
    motion = swaying(1)
    result, misses = meet_pins(motion, [])
    assert result is motion and misses == []
