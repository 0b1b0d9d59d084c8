"""Two-bone IK: reaches, keeps its plane, never turns a knee the wrong way."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import standing, swaying
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT
from motion_core.editing.ik import LIMBS, bend_axes, place_limb, two_bone
from motion_core.editing.pose import Pose

fast = settings(max_examples=30, derandomize=True, deadline=None)


def upright(frames=1, bend=0.0):
    """Standing poses; bend: radians of both knees, thighs forward by half of it."""
    still = standing(frames)
    rotations = still.rotations.astype(float)
    for side in ("left", "right"):
        rotations[:, JOINT[f"{side}_hip"]] = quat.rotvec_to_quat(np.array([-bend / 2, 0, 0]))
        rotations[:, JOINT[f"{side}_knee"]] = quat.rotvec_to_quat(np.array([bend, 0, 0]))
    return Pose(still.pelvis, rotations)


@fast
@given(st.integers(0, 10_000), st.sampled_from(sorted(LIMBS)))
def test_the_end_reaches_its_target(seed, name):
    rng = np.random.default_rng(seed)
    pose, limb = Pose.of(swaying(seed, frames=20)), LIMBS[name]
    away = rng.normal(size=(20, 3))
    away *= rng.uniform(0.25, 0.99, (20, 1)) * limb.reach / np.linalg.norm(away, axis=1, keepdims=True)
    target = pose.at(limb.upper) + away
    place_limb(pose, limb, target)
    pose.update()
    assert np.linalg.norm(pose.at(limb.end) - target, axis=1).max() < 1e-6


@fast
@given(st.integers(0, 10_000), st.sampled_from(sorted(LIMBS)))
def test_its_own_place_changes_nothing(seed, name):
    pose, limb = Pose.of(swaying(seed, frames=20)), LIMBS[name]
    before = pose.positions.copy()
    forward = (np.cross(*_directions(pose, limb)) * bend_axes(pose, limb)).sum(1) > 0
    place_limb(pose, limb, pose.at(limb.end).copy(), pose.facing(limb.end).copy())
    pose.update()
    assert np.abs(pose.positions - before)[forward].max(initial=0) < 1e-6


def _directions(pose, limb):
    upper, lower = pose.at(limb.middle) - pose.at(limb.upper), pose.at(limb.end) - pose.at(limb.middle)
    return tuple(v / np.linalg.norm(v, axis=1, keepdims=True) for v in (upper, lower))


def _bend_sign(pose, limb):
    """Cosine of the angle between the bend's axis and the anatomical one."""
    axis = np.cross(*_directions(pose, limb))
    hinge = quat.rotate(pose.facing(limb.upper), np.array(limb.hinge))
    return (axis * hinge).sum(1) / np.maximum(np.linalg.norm(axis, axis=1), 1e-12)


@pytest.mark.parametrize("bend", [-0.5, -0.08, -0.01, 0.0, 0.01, 0.4])
def test_a_raised_foot_bends_the_knee_forward(bend):
    """From a straight, a bent and even an overstretched leg: the person faces -Y, and there goes the knee."""
    pose = upright(bend=bend)
    for name in ("left_leg", "right_leg"):
        limb = LIMBS[name]
        place_limb(pose, limb, pose.at(limb.end) + [0.0, 0.0, 0.25])
        pose.update()
        knee, hip, ankle = pose.at(limb.middle)[0], pose.at(limb.upper)[0], pose.at(limb.end)[0]
        assert knee[1] < (hip[1] + ankle[1]) / 2 - 0.1
        assert abs(knee[0] - hip[0]) < 0.1


def test_elbows_bend_forward_from_a_straight_arm():
    pose = upright()
    for side, sign in (("left", 1), ("right", -1)):
        limb = LIMBS[f"{side}_arm"]
        place_limb(pose, limb, pose.at(limb.end) + [-0.15 * sign, 0.0, 0.0])
        pose.update()
        assert pose.at(limb.end)[0, 1] == pytest.approx(upright().at(limb.end)[0, 1], abs=1e-6)
        assert pose.at(limb.middle)[0, 1] > pose.at(limb.end)[0, 1] + 0.05  # the elbow points back


def test_the_knee_does_not_jump_while_a_leg_straightens_and_bends():
    frames = 81
    pose, limb = upright(frames, bend=0.5), LIMBS["left_leg"]
    depth = 0.12 * np.cos(np.linspace(0, 4 * np.pi, frames))  # in and out of reach
    place_limb(pose, limb, pose.at(limb.end) - depth[:, None] * [0.2, 0.1, 1.0])
    pose.update()
    steps = np.linalg.norm(np.diff(pose.at(limb.middle), axis=0), axis=1)
    assert steps.max() < 0.08
    assert (_bend_sign(pose, limb) > 0.9).all()


def test_out_of_reach_points_there():
    pose, limb = upright(), LIMBS["left_arm"]
    shoulder = pose.at(limb.upper)
    place_limb(pose, limb, shoulder + [0.0, -3.0, 0.0])
    pose.update()
    arm = pose.at(limb.end) - pose.at(limb.upper)
    assert arm[0, 1] == pytest.approx(-limb.reach, rel=1e-3)


def test_a_turned_problem_has_the_turned_solution():
    rng = np.random.default_rng(3)
    root, middle, end, target, normal = rng.normal(size=(5, 6, 3))
    turn = quat.normalize(rng.normal(size=4))
    upper, lower = two_bone(root, middle, end, target, normal)
    points = [quat.rotate(np.broadcast_to(turn, (6, 4)), v) for v in (root, middle, end, target, normal)]
    for ours, theirs in zip((upper, lower), two_bone(*points)):
        back = quat.multiply(quat.multiply(turn, ours), quat.conjugate(turn))
        assert np.degrees(quat.angle_between(back, theirs).max()) < 1e-4


def test_normals_of_bent_limbs_are_their_own():
    pose = upright(5, bend=0.6)
    for name in ("left_leg", "right_leg"):
        axis = bend_axes(pose, LIMBS[name])
        own = np.cross(*_directions(pose, LIMBS[name]))
        assert np.allclose(axis, own / np.linalg.norm(own, axis=1, keepdims=True), atol=1e-9)
