"""What is given of a clip: columns that go together, and where the body stands in the world."""

from __future__ import annotations

import numpy as np
import torch

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, PARTS, joint_indices
from motion_core.features import FeatureStats
from motion_core.features.known import (
    KNOWN_DIM,
    STEPS,
    WORLD_ROOT,
    columns_without,
    known_values,
    path_columns,
    poses_known,
)
from motion_core.features.smpl205 import DIM, SLICES, canonical, decode, encode


def wandering(frames: int = 40, seed: int = 0) -> Motion:
    rng = np.random.default_rng(seed)
    vectors = np.cumsum(rng.normal(0, 0.04, (frames, 22, 3)), axis=0)
    return Motion(20.0, np.cumsum(rng.normal(0, 0.05, (frames, 3)), 0), quat.rotvec_to_quat(vectors))


def test_the_world_columns_are_where_the_body_is():
    x0 = canonical(encode(wandering()))
    stats = FeatureStats(np.full(DIM, 0.3), np.full(DIM, 2.0))
    known = known_values(torch.from_numpy(stats.normalize(x0))[None], stats)[0].numpy()
    assert known.shape == (40, KNOWN_DIM)
    floor = decode(x0, 20.0).pelvis[:, :2]
    assert np.ptp(floor) > 0.2
    np.testing.assert_allclose(known[:, WORLD_ROOT.start : WORLD_ROOT.start + 2], floor, atol=1e-4)
    np.testing.assert_allclose(np.hypot(*known[:, -2:].T), 1, atol=1e-5)
    with torch.autocast("cpu", torch.bfloat16):
        again = known_values(torch.from_numpy(stats.normalize(x0))[None], stats)[0].numpy()
    np.testing.assert_array_equal(again, known)


def test_a_step_is_known_where_both_its_poses_are():
    frames = torch.tensor([True, True, False, True, False, True, True])
    known = poses_known(frames)
    assert known[:, 0].tolist() == frames.tolist() and known[:, -1].tolist() == frames.tolist()
    assert known[:, STEPS.start].tolist() == [True, True, False, False, False, False, True]
    batch = poses_known(torch.stack([frames, ~frames]))
    assert torch.equal(batch[0], known)


def test_freeing_joints_frees_exactly_what_they_move():
    """Turn the joints of a part: the features that change are those that `columns_without` leaves unknown."""
    motion = wandering(3)
    for part in ("left_arm", "legs", "head", "upper_body", "spine"):
        joints = joint_indices(PARTS[part])
        turned = motion.rotations.copy()
        turned[:, joints] = quat.multiply(turned[:, joints], quat.rotvec_to_quat(np.array([0.3, -0.2, 0.4])))
        changed = np.abs(encode(motion) - encode(Motion(20.0, motion.trans, turned))).max(0) > 1e-5
        kept = columns_without(joints).numpy()
        assert not (changed & kept[:DIM]).any(), part
        assert kept[WORLD_ROOT].all() and kept[: SLICES["rot6d"].start].all()
        assert (~kept[:DIM]).sum() <= changed.sum() * 1.1 + 3
    assert not columns_without([JOINT["pelvis"]]).any()


def test_a_path_is_four_columns_or_two():
    assert path_columns().sum() == 4 and path_columns(heading=False).sum() == 2
