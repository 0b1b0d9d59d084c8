"""Meeting given frames: bit for bit, from anywhere, without a pop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import accelerations, same_frames, speeds, swaying
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT, UPRIGHT, joint_indices
from motion_core.editing.meet import keep_joints, meet
from motion_core.editing.root import running_mean, turned_path, yaw_of

fast = settings(max_examples=10, derandomize=True, deadline=None)
FRAMES = 60


def mask(*spans, frames=FRAMES):
    kept = np.zeros(frames, dtype=bool)
    for start, stop in spans:
        kept[start:stop] = True
    return kept


@fast
@given(st.integers(0, 10_000), st.floats(-3.14, 3.14), st.sampled_from([0.02, 0.2, 0.7]))
def test_kept_frames_are_the_targets_bit_for_bit(seed, yaw, density):
    rng = np.random.default_rng(seed)
    kept = rng.random(FRAMES) < density
    motion, target = swaying(seed), swaying(seed + 1, yaw=yaw).moved(offset=(3, -2, 0.1))
    result = meet(motion, target, kept)
    assert same_frames(result, target, kept)
    assert np.isfinite(result.joints()).all()
    assert result.meta == motion.meta and result.fps == motion.fps


def test_nothing_kept_is_the_motion_and_everything_kept_the_target():
    motion, target = swaying(1), swaying(2)
    assert same_frames(meet(motion, target, mask()), motion, mask((0, FRAMES)))
    assert same_frames(meet(motion, target, mask((0, FRAMES))), target, mask((0, FRAMES)))


def test_what_is_not_kept_of_the_target_is_not_read():
    motion, target = swaying(1), swaying(2)
    kept = mask((0, 5), (50, 60))
    other = meet(swaying(9), target, kept)  # equals the target where kept, and nowhere else
    assert same_frames(meet(motion, target, kept), meet(motion, other, kept), mask((0, FRAMES)))


def test_a_motion_that_already_meets_its_target_stays():
    motion = swaying(3)
    result = meet(motion, motion, mask((0, 3), (20, 21), (55, 60)))
    assert np.abs(result.joints() - motion.joints()).max() < 1e-5


@fast
@given(st.integers(0, 10_000), st.floats(-2.9, 2.9))
def test_a_turned_and_shifted_motion_is_brought_back_whole(seed, yaw):
    """One rigid move of the whole motion is undone everywhere, kept or not, also beyond the kept frames."""
    target = swaying(seed)
    moved = target.moved(yaw=yaw, offset=(4.0, -7.0, 0.0))
    for kept in (mask((20, 25)), mask((0, 1)), mask((59, 60)), mask((10, 12), (40, 41))):
        result = meet(moved, target, kept)
        assert np.abs(result.joints() - target.joints()).max() < 2e-4


@fast
@given(st.integers(0, 10_000), st.floats(-2.97, 2.97))
def test_no_pop_at_the_borders(seed, yaw):
    """Near a border no joint is much faster, nor accelerates much harder, than somewhere in the two motions."""
    target = swaying(seed + 1)
    motion = swaying(seed).moved(yaw=yaw, offset=(2.0, 1.0, 0.0))
    kept = mask((0, 10), (50, 60))
    result = meet(motion, target, kept)
    limit = max(speeds(motion).max(), speeds(target).max())
    assert speeds(result).max() < 1.8 * limit + 0.5
    harsh = max(accelerations(motion).max(), accelerations(target).max())
    assert accelerations(result).max() < 2.5 * harsh + 5


def test_opposite_headings_turn_on_the_way():
    """170 degrees apart at the end: the body turns within the gap, evenly, and walks on where it is then headed."""
    motion = swaying(4)
    away = swaying(4).moved(yaw=np.radians(170), offset=(1.0, 1.0, 0.0))
    target = motion.slice(0, 30).concatenate(away.slice(30), align=False)
    kept = mask((0, 8), (52, 60))
    result = meet(motion, target, kept)
    assert same_frames(result, target, kept)
    turning = np.abs(np.diff(np.unwrap(result.heading()))) * result.fps
    assert np.degrees(turning.max()) < 2.2 * 170 / (44 / 20.0)


def test_beyond_the_last_kept_frame_the_pose_is_the_motions_own():
    motion = swaying(5)
    target = swaying(6, yaw=1.0).moved(offset=(5, 5, 0))
    result = meet(motion, target, mask((0, 10)))
    far = slice(9 + 10, None)  # half a second later
    joints = [j for j in range(22) if j != JOINT["pelvis"]]
    angles = quat.angle_between(result.rotations[far, joints], motion.rotations[far, joints])
    assert np.degrees(angles.max()) < 0.1
    ours, own = (np.diff(m.pelvis[far].astype(float), axis=0) for m in (result, motion))
    assert np.allclose(np.linalg.norm(ours, axis=1), np.linalg.norm(own, axis=1), atol=1e-4)


def test_someone_who_stands_is_not_dragged():
    """A metre is missing; the body stands from frame 20 to 40 and walks before and after: it stands all the same."""
    walk = swaying(7, frames=100)
    times = np.concatenate([np.arange(40.0), np.full(20, 40.0), np.arange(40, 80.0)])
    motion = walk.at_frames(times)
    target = replace(
        motion, trans=np.where(times[:, None] < 50, motion.trans, motion.trans - [0.0, 1.0, 0.0])
    )
    result = meet(motion, target, mask((0, 5), (95, 100), frames=100))
    stepped = np.linalg.norm(np.diff((result.pelvis - motion.pelvis)[:, :2].astype(float), axis=0), axis=1)
    assert stepped[46:54].max() < 0.25 * stepped[12:34].mean()


def test_someone_who_stands_is_not_turned_on_the_spot():
    walk = swaying(7, frames=100)
    motion = walk.at_frames(np.concatenate([np.arange(40.0), np.full(20, 40.0), np.arange(40, 80.0)]))
    target = motion.slice(0, 50).concatenate(motion.slice(50).moved(yaw=1.0), align=False)
    result = meet(motion, target, mask((0, 5), (95, 100), frames=100))
    turned = np.abs(np.diff(np.unwrap(result.heading() - motion.heading())))
    assert turned[46:54].max() < 0.25 * turned[12:34].mean()


def test_lone_frames_a_frame_apart():
    motion, target = swaying(8), swaying(9)
    kept = mask()
    kept[::2] = True
    result = meet(motion, target, kept)
    assert same_frames(result, target, kept)
    assert speeds(result).max() < 2 * max(speeds(motion).max(), speeds(target).max())


def test_what_does_not_fit_is_refused():
    motion = swaying(1)
    with pytest.raises(ValueError, match="60 frames, the target 59"):
        meet(motion, motion.slice(1), mask())
    with pytest.raises(ValueError, match="20 and 30"):
        meet(motion, swaying(1, fps=30.0), mask())


def test_yaw_of_a_lying_body_is_its_turn():
    lying = quat.multiply(quat.about_z(0.7), quat.rotvec_to_quat(np.array([np.pi / 2 - 0.1, 0, 0])))
    assert yaw_of(lying) == pytest.approx(0.7)
    turn = quat.multiply(quat.about_z(np.array([0.5, -2.0])), UPRIGHT)
    assert np.allclose(yaw_of(quat.multiply(turn, quat.conjugate(UPRIGHT))), [0.5, -2.0])


def test_a_turned_path_keeps_its_length():
    path = np.cumsum(np.random.default_rng(0).normal(size=(50, 2)), axis=0)
    bent = turned_path(path, np.linspace(0, 2, 50))
    assert np.allclose(
        np.linalg.norm(np.diff(bent, axis=0), axis=1), np.linalg.norm(np.diff(path, axis=0), axis=1)
    )
    assert np.array_equal(bent[0], path[0])


def test_running_mean_keeps_a_line_and_its_length():
    line = np.arange(30.0)
    assert np.allclose(running_mean(line, 7)[3:-3], line[3:-3])
    assert len(running_mean(line[:2], 99)) == 2


def test_headings_on_either_side_of_half_a_turn_are_near():
    """170 degrees apart at one key, 190 at the next: 20 degrees are turned in between, not 340."""
    motion = swaying(4)
    target = motion.slice(0, 30).moved(yaw=np.radians(170))
    target = target.concatenate(motion.slice(30).moved(yaw=np.radians(190)), align=False)
    sign = np.where(np.arange(FRAMES) < 30, 1.0, -1.0)  # q and -q are one rotation
    target = replace(target, rotations=target.rotations * sign[:, None, None])
    result = meet(motion, target, mask((10, 11), (50, 51)))
    turned = np.diff(np.unwrap(result.heading() - motion.heading()))
    assert np.degrees(np.abs(turned).sum()) == pytest.approx(20, abs=1)


def test_height_is_bridged_and_the_model_is_left_alone_in_a_long_gap():
    motion = swaying(4, frames=100)
    rotations = motion.rotations.astype(float)
    elbow = JOINT["left_elbow"]
    rotations[:, elbow] = quat.multiply(quat.rotvec_to_quat(np.array([0.0, 0.8, 0.0])), rotations[:, elbow])
    target = replace(motion, rotations=rotations)
    result = meet(motion, target, mask((0, 5), (95, 100), frames=100))
    angle = quat.angle_between(result.rotations[:, elbow], motion.rotations[:, elbow])
    assert angle[50] < 1e-3 and angle[3] == pytest.approx(0.8, abs=1e-3)


@pytest.mark.parametrize("names", [("left_arm",), ("legs", "head"), ("spine2",), ("left_wrist", "right_leg")])
def test_only_the_named_joints_change(names):
    motion, target = swaying(1), swaying(2)
    result = keep_joints(motion, target, names)
    ours = joint_indices(list(names))
    others = [j for j in range(22) if j not in ours]
    assert np.array_equal(result.rotations[:, ours], motion.rotations[:, ours])
    assert np.array_equal(result.rotations[:, others], target.rotations[:, others])
    assert np.array_equal(result.trans, target.trans)
    assert np.array_equal(keep_joints(motion, target, ours).rotations, result.rotations)


def test_the_pelvis_brings_its_place():
    motion, target = swaying(1), swaying(2).moved(offset=(1, 1, 0))
    result = keep_joints(motion, target, ["lower_body"])
    assert np.array_equal(result.trans, motion.trans)
    assert np.array_equal(result.rotations[:, JOINT["head"]], target.rotations[:, JOINT["head"]])


def test_joints_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="left_paw"):
        keep_joints(swaying(1), swaying(2), ["left_paw"])
    with pytest.raises(ValueError, match="60 frames at 20 fps and 59"):
        keep_joints(swaying(1), swaying(2).slice(1), ["head"])
