"""`Motion`: checked when made; cut, joined, resampled, mirrored and moved as the body would be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, MIRROR, REST_JOINTS, REST_PELVIS, STANDING_PELVIS, UPRIGHT

fast = settings(max_examples=25, derandomize=True, deadline=None)


def rest(frames=3, fps=20.0, **more):
    """Standing in the rest pose over the origin, facing -Y."""
    rotations = np.tile(quat.IDENTITY, (frames, 22, 1))
    rotations[:, 0] = UPRIGHT
    return Motion.from_pelvis(fps, np.tile([0.0, 0.0, STANDING_PELVIS], (frames, 1)), rotations, **more)


def tumbling(frames=12, seed=0, fps=20.0):
    rng = np.random.default_rng(seed)
    rotations = quat.normalize(rng.normal(size=(frames, 22, 4)))
    return Motion.from_pelvis(fps, rng.normal(0, 2, (frames, 3)), rotations)


def same_pose(a, b, metres=1e-5):
    return a.fps == b.fps and len(a) == len(b) and np.abs(a.joints() - b.joints()).max() < metres


def test_the_rest_pose_stands_on_the_floor_facing_minus_y():
    motion = rest()
    joints = motion.joints()[0]
    assert joints[:, 2].min() == pytest.approx(0.018, abs=1e-4)  # the ball of the foot, above its sole
    assert joints[JOINT["left_wrist"], 0] > 0.6  # left at +X
    assert joints[JOINT["left_foot"], 1] < joints[JOINT["left_ankle"], 1] - 0.05  # toes to -Y
    assert joints[JOINT["head"], 2] > 1.4
    assert np.allclose(motion.heading(), 0)
    # the pelvis is trans + REST_PELVIS, in SMPL's axes: AMASS's convention
    assert np.allclose(motion.trans[0] + REST_PELVIS, joints[JOINT["pelvis"]])


def test_kinematics_follows_the_chain():
    """Against the definition: a joint hangs at its rest offset, turned by all joints above it."""
    motion = tumbling(2)
    joints, matrices = motion.joints(), quat.quat_to_matrix(motion.rotations.astype(np.float64))
    spine = matrices[:, JOINT["pelvis"]] @ (REST_JOINTS[JOINT["spine1"]] - REST_JOINTS[JOINT["pelvis"]])
    assert np.allclose(joints[:, JOINT["spine1"]], joints[:, JOINT["pelvis"]] + spine, atol=1e-6)
    thigh = matrices[:, JOINT["pelvis"]] @ matrices[:, JOINT["left_hip"]]
    shin = REST_JOINTS[JOINT["left_knee"]] - REST_JOINTS[JOINT["left_hip"]]
    assert np.allclose(joints[:, JOINT["left_knee"]], joints[:, JOINT["left_hip"]] + thigh @ shin, atol=1e-6)


def test_tips_extend_their_joints():
    tips, joints = rest().tips(), rest().joints()
    assert tips["head_top"][0, 2] == pytest.approx(1.70, abs=0.02)
    assert tips["right_hand"][0, 0] < joints[0, JOINT["right_wrist"], 0]
    assert np.allclose(tips["left_hand"] * [-1, 1, 1], tips["right_hand"], atol=1e-6)


@fast
@given(yaw=st.floats(-3, 3))
def test_heading_is_the_yaw_to_the_left(yaw):
    motion = rest().moved(yaw=yaw)
    assert np.allclose(motion.heading(), yaw, atol=1e-6)
    feet, hips = (("left_ankle", "left_foot"), ("right_hip", "left_hip"))
    forward, left = (
        np.diff(motion.joints()[0, [JOINT[a], JOINT[b]]], axis=0)[0, :2] for a, b in (feet, hips)
    )
    assert left @ [np.cos(yaw), np.sin(yaw)] == pytest.approx(np.linalg.norm(left), abs=1e-6)
    assert forward @ [np.sin(yaw), -np.cos(yaw)] > 0.9 * np.linalg.norm(forward)


def test_heading_runs_on_over_full_turns():
    yaw = np.linspace(0, 4 * np.pi, 60)
    rotations = rest(60).rotations.astype(np.float64)
    rotations[:, 0] = quat.multiply(quat.about_z(yaw), UPRIGHT)
    assert np.allclose(Motion(20, np.zeros((60, 3)), rotations).heading(), yaw, atol=1e-5)


@fast
@given(seed=st.integers(0, 999), yaw=st.floats(-7, 7))
def test_moved_moves_the_joints_rigidly(seed, yaw):
    motion, offset = tumbling(4, seed), np.array([1.0, -2.0, 0.5])
    expected = quat.rotate(quat.about_z(yaw), motion.joints().astype(np.float64)) + offset
    assert np.allclose(motion.moved(yaw, offset).joints(), expected, atol=1e-5)


def test_facing_front(walking_motion):
    front = walking_motion.moved(yaw=2.0, offset=(4, 5, 0)).facing_front()
    assert front.heading()[0] == pytest.approx(0, abs=1e-5)
    assert np.allclose(front.pelvis[0, :2], 0, atol=1e-6)
    assert np.allclose(front.pelvis[:, 2], walking_motion.pelvis[:, 2], atol=1e-6)
    assert same_pose(front, walking_motion.facing_front(), 1e-4)


@fast
@given(seed=st.integers(0, 999))
def test_mirror(seed):
    motion = tumbling(5, seed)
    mirrored = motion.mirror()
    assert np.allclose(mirrored.joints(), motion.joints()[:, MIRROR] * [-1, 1, 1], atol=1e-5)
    assert np.allclose(mirrored.mirror().rotations, motion.rotations, atol=1e-6)
    assert np.array_equal(mirrored.mirror().trans, motion.trans)
    tips, other = motion.tips(), mirrored.tips()
    assert np.allclose(other["left_hand"], tips["right_hand"] * [-1, 1, 1], atol=1e-5)


def test_mirror_turns_the_heading_round(walking_motion):
    assert np.allclose(walking_motion.mirror().heading(), -walking_motion.heading(), atol=1e-5)


def test_slice_is_pythons():
    motion = tumbling(10)
    for start, stop in ((0, 10), (3, 7), (-4, None), (2, -2), (9, 100)):
        part = motion.slice(start, stop)
        assert np.array_equal(part.trans, motion.trans[start:stop])
        assert np.array_equal(part.rotations, motion.rotations[start:stop])
    for start, stop in ((5, 5), (10, None), (7, 3)):
        with pytest.raises(ValueError, match=r"10 frames are empty"):
            motion.slice(start, stop)


def test_concatenate_aligned_starts_where_the_first_ends(walking_motion):
    second = walking_motion.moved(yaw=1.0, offset=(9, 9, 0))
    both = walking_motion.concatenate(second)
    assert len(both) == 2 * len(walking_motion)
    seam = len(walking_motion)
    assert np.allclose(both.pelvis[seam, :2], walking_motion.pelvis[-1, :2], atol=1e-5)
    assert both.heading()[seam] == pytest.approx(walking_motion.heading()[-1], abs=1e-4)
    assert np.allclose(both.pelvis[seam:, 2], second.pelvis[:, 2], atol=1e-5)  # heights stay
    assert same_pose(both.slice(seam).facing_front(), second.facing_front(), 1e-4)
    assert np.array_equal(walking_motion.concatenate(second, align=False).trans[seam:], second.trans)


def test_concatenate_refuses_another_frame_rate(walking_motion):
    with pytest.raises(ValueError, match=r"20 and 30.*resample"):
        walking_motion.concatenate(walking_motion.resample(30))


@pytest.mark.parametrize("fps", [23.976, 24000 / 1001, 29.97, 60.0, 10.0, 20.0, 7.0])
def test_resample_keeps_time(walking_motion, fps):
    result = walking_motion.resample(fps)
    assert result.fps == fps
    assert (len(result) - 1) / fps == pytest.approx((len(walking_motion) - 1) / 20, abs=0.5 / fps + 1e-9)
    # frame k lies at k / fps, whatever the rates: read the walk, linear in time, back
    times = np.minimum(np.arange(len(result)) / fps, (len(walking_motion) - 1) / 20)
    assert np.allclose(result.pelvis[:, 1], -times * 20 * 0.06, atol=1e-4)


def test_resample_up_and_down_again(walking_motion):
    back = walking_motion.resample(60).resample(20)
    assert same_pose(back, walking_motion, 1e-4)
    assert same_pose(walking_motion.resample(20), walking_motion, 1e-6)


def test_resample_slerps():
    yaw = np.array([0.0, 1.0])
    rotations = rest(2).rotations.astype(np.float64)
    rotations[:, 0] = quat.multiply(quat.about_z(yaw), UPRIGHT)
    rotations[1] *= -1  # the same rotation on the other side: the short way must still be taken
    turned = Motion(10, np.zeros((2, 3)), rotations).resample(40)
    assert np.allclose(turned.heading(), [0, 0.25, 0.5, 0.75, 1.0], atol=1e-5)


def test_a_single_frame_resamples_and_holds():
    one = rest(1)
    assert len(one.resample(60)) == 1
    assert one.seconds == pytest.approx(0.05)
    held = one.at_frames(np.array([-1.0, 0.0, 5.0]))
    assert same_pose(held, rest(3))


def test_at_frames_holds_both_ends(walking_motion):
    held = walking_motion.at_frames(np.array([-3.0, 0.0, 0.5, 39.0, 99.0]))
    ends = walking_motion.joints()
    assert np.allclose(held.joints()[[0, 1, 3, 4]], ends[[0, 0, -1, -1]], atol=1e-5)
    assert np.allclose(held.pelvis[2], walking_motion.pelvis[:2].mean(0), atol=1e-6)


def test_everything_else_is_carried_along():
    motion = rest(4, betas=np.arange(16.0), gender="female", meta={"text": "stands"})
    for changed in (motion.slice(1), motion.mirror(), motion.moved(1.0), motion.resample(30)):
        assert changed.gender == "female"
        assert changed.meta == {"text": "stands"}
        assert np.array_equal(changed.betas, np.arange(16))


def test_it_does_not_change_with_the_arrays_it_was_made_of():
    trans, rotations = np.zeros((3, 3), dtype=np.float32), rest(3).rotations.copy()
    motion = Motion(20, trans, rotations)
    trans += 1
    rotations[:] = 0
    assert np.array_equal(motion.trans, np.zeros((3, 3)))
    assert np.allclose(np.linalg.norm(motion.rotations, axis=-1), 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        motion.fps = 30


def test_quaternions_are_normalized():
    motion = rest(2)
    assert same_pose(Motion(20, motion.trans, motion.rotations * 5.0), motion)
    assert motion.rotations.dtype == motion.trans.dtype == motion.joints().dtype == np.float32


@pytest.mark.parametrize("fps", [0, -20, float("nan"), float("inf"), 1000.1])
def test_impossible_frame_rates(fps):
    with pytest.raises(ValueError, match="fps is"):
        Motion(fps, np.zeros((1, 3)), rest(1).rotations)
    with pytest.raises(ValueError, match="fps is"):
        rest().resample(fps)


def test_bad_arrays_name_the_fault():
    rotations = rest(3).rotations.copy()
    for trans in (np.zeros((0, 3)), np.zeros(3), np.zeros((3, 2))):
        with pytest.raises(ValueError, match="trans has shape"):
            Motion(20, trans, rotations)
    with pytest.raises(ValueError, match=r"\(3, 22, 4\), expected \(4, 22, 4\)"):
        Motion(20, np.zeros((4, 3)), rotations)
    with pytest.raises(ValueError, match="not finite at frame 1"):
        Motion(20, np.array([[0, 0, 0], [0, np.nan, 0], [0, 0, np.inf]]), rotations)
    for value in (0.0, np.nan):
        rotations[2, 5] = value
        with pytest.raises(ValueError, match=r"\(2, 5\)"):
            Motion(20, np.zeros((3, 3)), rotations)


def test_a_motion_made_of_a_motions_arrays_is_the_same_bit_for_bit():
    rng = np.random.default_rng(0)
    motion = Motion(20.0, rng.normal(size=(500, 3)), quat.normalize(rng.normal(size=(500, 22, 4))))
    for _ in range(3):
        again = Motion(20.0, motion.trans, motion.rotations)
        np.testing.assert_array_equal(again.rotations, motion.rotations)
        motion = again
    scaled = Motion(20.0, motion.trans, motion.rotations * 1.001)
    np.testing.assert_allclose(scaled.rotations, motion.rotations, atol=1e-6)


def test_making_a_motion_again_keeps_its_bits():
    motion = tumbling(3000)
    assert np.array_equal(motion.slice(0).rotations, motion.rotations)
    scaled = quat.normalize(motion.rotations.astype(np.float64)).astype(np.float32)
    assert not np.array_equal(scaled, motion.rotations)  # else the line above would say nothing


@pytest.mark.parametrize("fps", [0.0, -1.0, 1e-9, 0.009, np.nan, np.inf, 1001.0])
def test_what_is_no_frame_rate_is_refused(fps):
    with pytest.raises(ValueError, match=r"it must lie from 0\.01 to 1000"):
        rest(fps=fps)
    with pytest.raises(ValueError, match=r"it must lie from 0\.01 to 1000"):
        rest().resample(fps)


def test_betas_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="betas are not finite"):
        rest(betas=[0.0, np.nan])


def test_no_frame_rate_makes_more_frames_than_there_is_room_for():
    slow = rest(frames=1000, fps=0.01)
    assert len(slow.resample(0.02)) == 1999
    with pytest.raises(ValueError, match="100000 s at 60 fps are 5994001 frames: at most 2000000 are made"):
        slow.resample(60.0)
