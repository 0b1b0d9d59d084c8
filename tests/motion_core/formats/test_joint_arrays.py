"""Bare arrays of joints and features."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.body.skeleton import JOINT
from motion_core.features.humanml263 import decode_263, encode_263
from motion_core.formats import FormatError
from motion_core.formats.joint_arrays import features_to_joints, read_npy
from motion_core.formats.reading import Reading


def y_up(joints: np.ndarray) -> np.ndarray:
    return np.stack([joints[..., 0], joints[..., 2], -joints[..., 1]], axis=-1)


def shapes(joints: np.ndarray) -> dict[str, np.ndarray]:
    """Joints (T,22,3), Z up, as tools keep them."""
    hands = np.repeat(joints[:, -1:], 30, axis=1)
    return {
        "z up": joints,
        "humanml3d": y_up(joints).astype(np.float32),
        "centimetres": joints * 100,
        "with hands": np.concatenate([joints, hands], axis=1),
        "batch of one": joints[None],
        "mdm": y_up(joints).transpose(1, 2, 0),
    }


@pytest.mark.parametrize("kind", ["z up", "humanml3d", "centimetres", "with hands", "batch of one", "mdm"])
def test_joints_in_many_shapes(tmp_path, walking_motion, kind):
    joints = walking_motion.joints().astype(np.float64)
    np.save(tmp_path / "a.npy", shapes(joints)[kind])
    found = read_npy(tmp_path / "a.npy")
    assert found.fps == 20.0 and "20 Hz" in found.meta["read"]
    moved = found.joints() - found.joints()[:1, :1] * [1, 1, 0]
    assert np.abs(moved - (joints - joints[:1, :1] * [1, 1, 0])).max() < 0.06


def test_features_are_the_joints_they_hold(tmp_path, walking_motion):
    features = encode_263(walking_motion.resample(20.0).joints())
    np.testing.assert_allclose(y_up(decode_263(features)), features_to_joints(features), atol=1e-5)
    np.save(tmp_path / "a.npy", features)
    assert np.median(read_npy(tmp_path / "a.npy").joints()[:, JOINT["head"], 2]) > 1.3


def test_the_user_overrules(tmp_path, walking_motion):
    np.save(tmp_path / "a.npy", walking_motion.joints())
    found = read_npy(tmp_path / "a.npy", Reading(fps=50.0, unit="m", up="-z"))
    assert found.fps == 50.0 and "-Z up; m" in found.meta["read"]
    assert np.mean(found.joints()[:, JOINT["head"], 2]) < np.mean(found.joints()[:, JOINT["left_ankle"], 2])


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((20, 22, 3)), "its legs are 0"),
        (np.random.default_rng(0).normal(size=(20, 263)), "mean and deviation"),
        (np.zeros((20, 21, 3)), "KIT"),
        (np.zeros((20, 251)), "KIT"),
        (np.zeros((20, 66)), "(20, 66)"),
        (np.zeros(5), "(5,)"),
        (np.full((20, 22, 3), np.nan), "not finite"),
        (np.zeros((0, 22, 3)), "one frame at least"),
        (np.array([{"motion": 1}], dtype=object), "np.savez"),
    ],
)
def test_what_is_no_motion_is_refused(tmp_path, array, said):
    np.save(tmp_path / "bad.npy", array)
    with pytest.raises(FormatError) as caught:
        read_npy(tmp_path / "bad.npy")
    assert said in str(caught.value) and "bad.npy" in str(caught.value)
