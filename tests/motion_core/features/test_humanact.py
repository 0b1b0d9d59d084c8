"""HumanAct12's and UESTC's poses: there and back, the camera's axes by hand, bad input."""

import numpy as np
import pytest
from dancing_motions import dancing

from motion_core.body.skeleton import JOINT, SOLE
from motion_core.features import FEATURES
from motion_core.features.humanact import TO_WORLD, decode_positions, decode_rotations, encode_positions

KINDS = ("smpl24rot6d", "joints22")


@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back(kind):
    motion = dancing(60, turns=0.5)
    again = FEATURES[kind].decode(FEATURES[kind].encode(motion), 20.0)
    assert (
        np.abs(again.joints() - again.pelvis[:, None] - motion.joints() + motion.pelvis[:, None]).max() < 1e-5
    )
    assert np.abs(np.diff(again.pelvis - motion.pelvis, axis=0)).max() < 1e-5
    assert again.joints()[..., 2].min() == pytest.approx(SOLE, abs=1e-5)
    assert np.allclose(again.pelvis[0, :2], 0, atol=1e-6)


def test_the_cameras_axes():
    """Right stays right, down is down, and what is away from the camera is behind somebody who faces it."""
    assert np.allclose(TO_WORLD @ [0, 1, 0], [0, 0, -1]) and np.allclose(TO_WORLD @ [0, 0, 1], [0, 1, 0])
    assert np.linalg.det(TO_WORLD) == pytest.approx(1)
    joints = encode_positions(dancing(5, turns=0.0)).reshape(5, 22, 3)
    assert np.all(joints[:, JOINT["head"], 1] < joints[:, JOINT["left_ankle"], 1])


def test_what_a_network_writes_decodes():
    rng = np.random.default_rng(0)
    for kind in KINDS:
        motion = FEATURES[kind].decode(rng.normal(0, 1, (12, FEATURES[kind].dim)), 20.0)
        assert np.isfinite(motion.joints()).all() and len(motion) == 12
    still = decode_rotations(np.zeros((3, 150)), 20.0)
    assert np.isfinite(still.joints()).all()


def test_bad_input_names_the_fault():
    with pytest.raises(ValueError, match=r"\(3, 149\)"):
        decode_rotations(np.zeros((3, 149)), 20.0)
    broken = np.zeros((3, 66))
    broken[1, 5] = np.nan
    with pytest.raises(ValueError, match="positions at frame 1"):
        decode_positions(broken, 20.0)
