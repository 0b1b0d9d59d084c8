"""Torch forward kinematics against the motion's own, and against hand-made poses."""

from __future__ import annotations

import numpy as np
import torch

from motion_core.body import quaternions as quat
from motion_core.body.kinematics import forward_kinematics, joint_kinematics
from motion_core.body.motion import Motion
from motion_core.body.rotations import quat_to_matrix, rotvec_to_matrix
from motion_core.body.skeleton import JOINT, PARENTS, REST_JOINTS


def random_motion(frames=8, seed=0):
    rng = np.random.default_rng(seed)
    return Motion(20.0, rng.normal(0, 2, (frames, 3)), quat.normalize(rng.normal(size=(frames, 22, 4))))


def test_matches_the_motion():
    motion = random_motion()
    trans, matrices = torch.from_numpy(motion.trans), quat_to_matrix(torch.from_numpy(motion.rotations))
    joints = forward_kinematics(trans, matrices)
    assert joints.dtype == torch.float32
    assert np.allclose(joints.numpy(), motion.joints(), atol=1e-5)


def test_orientations_match_the_motion():
    motion = random_motion()
    matrices = quat_to_matrix(torch.from_numpy(motion.rotations).double())
    positions, orientations = joint_kinematics(torch.from_numpy(motion.pelvis).double(), matrices)
    expected_positions, expected = motion.kinematics()
    assert np.allclose(positions.numpy(), expected_positions, atol=1e-6)
    assert np.allclose(orientations.numpy(), quat.quat_to_matrix(expected), atol=1e-6)


def test_rest_pose_is_the_rest_body():
    matrices = torch.eye(3).expand(22, 3, 3)
    assert np.allclose(forward_kinematics(torch.zeros(3), matrices).numpy(), REST_JOINTS, atol=1e-6)


def test_a_bent_knee_moves_only_what_hangs_on_it():
    matrices = torch.eye(3).repeat(22, 1, 1)
    matrices[JOINT["left_knee"]] = rotvec_to_matrix(torch.tensor([np.pi / 2, 0.0, 0.0]))
    joints = forward_kinematics(torch.zeros(3), matrices).numpy()
    below = {JOINT["left_ankle"], JOINT["left_foot"]}
    for joint in range(len(PARENTS)):
        assert np.allclose(joints[joint], REST_JOINTS[joint], atol=1e-6) == (joint not in below)
    # +90 degrees about X takes the shin from straight down (-Y) to the back (-Z)
    shin = joints[JOINT["left_ankle"]] - joints[JOINT["left_knee"]]
    assert shin[2] < -0.35


def test_leading_shapes_broadcast():
    matrices = quat_to_matrix(torch.from_numpy(random_motion(6).rotations)).reshape(2, 3, 22, 3, 3)
    joints = forward_kinematics(torch.zeros(2, 3, 3), matrices)
    assert joints.shape == (2, 3, 22, 3)
    assert torch.allclose(joints[1, 2], forward_kinematics(torch.zeros(3), matrices[1, 2]), atol=1e-6)


def test_gradient_is_the_slope():
    motion = random_motion(1)
    trans = torch.from_numpy(motion.trans).double().requires_grad_()
    vectors = torch.from_numpy(quat.quat_to_rotvec(motion.rotations.astype(np.float64))).requires_grad_()
    assert torch.autograd.gradcheck(lambda t, v: forward_kinematics(t, rotvec_to_matrix(v)), (trans, vectors))


def test_gradient_at_rest_is_finite():
    vectors = torch.zeros(1, 22, 3, requires_grad=True)
    joints = forward_kinematics(torch.zeros(1, 3), rotvec_to_matrix(vectors))
    joints[:, JOINT["left_wrist"]].sum().backward()
    assert torch.isfinite(vectors.grad).all()
    assert vectors.grad[0, JOINT["left_shoulder"]].abs().max() > 0.1
    assert vectors.grad[0, JOINT["right_knee"]].abs().max() == 0
