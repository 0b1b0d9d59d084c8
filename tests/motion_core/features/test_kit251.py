"""KIT-ML's features: a body there and back, its sides, its units, and one frame."""

import numpy as np
import pytest
from dancing_motions import dancing

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.features.kit251 import BODY, DIM, FPS, SLICES, UNITS, decode, encode


def seen_from_pelvis(motion, frames):
    """Joints (T,22,3) seen from the pelvis and its heading."""
    joints = motion.joints()[:frames].astype(float) - motion.pelvis[:frames, None]
    return quat.rotate(quat.about_z(-motion.heading()[:frames])[:, None], joints)


def standing(frames=10, arm=0.0, step=0.0):
    """The rest pose facing -Y, the left arm raised by an angle, walking ahead by `step` metres a frame."""
    rotations = np.tile(quat.IDENTITY, (frames, 22, 1)).astype(float)
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    rotations[:, JOINT["left_shoulder"]] = quat.about_z(np.full(frames, arm))
    pelvis = np.tile([0, 0, STANDING_PELVIS], (frames, 1)) + np.arange(frames)[:, None] * [0, -step, 0]
    return Motion.from_pelvis(FPS, pelvis, rotations)


@pytest.mark.parametrize("seed", range(3))
def test_a_body_comes_back_within_a_centimetre(seed):
    motion = dancing(96, seed, turns=0.4).resample(FPS)
    features = encode(motion)
    assert features.shape == (len(motion) - 1, DIM) and features.dtype == np.float32
    again = decode(features)
    apart = np.linalg.norm(
        seen_from_pelvis(again, len(again)) - seen_from_pelvis(motion, len(again)), axis=-1
    )
    assert apart.mean() < 0.01 and apart.max() < 0.06


def test_left_stays_left_though_features_are_mirrored():
    raised = encode(standing(arm=1.2))[0, SLICES["positions"]].reshape(-1, 3)
    hand = raised[BODY.joints.index("right_wrist") - 1]  # KIT's joint 7, named left there
    assert BODY.joints.index("right_wrist") == 7 and hand[0] < 0
    assert hand[1] > raised[BODY.joints.index("left_wrist") - 1][1] + 0.3 * UNITS
    back = decode(encode(standing(arm=1.2))).joints()[0]
    assert back[JOINT["left_wrist"], 2] > back[JOINT["right_wrist"], 2] + 0.3


def test_units_and_the_way_ahead():
    x0 = encode(standing(step=0.1))
    assert np.allclose(x0[:, SLICES["root_velocity"]], [0, 0.1 * UNITS], atol=1e-3)
    motion = decode(x0)
    assert np.allclose(np.diff(motion.pelvis, axis=0), [0, -0.1, 0], atol=1e-3)
    assert motion.fps == FPS and abs(motion.joints()[0, :, 2].min()) < 0.1


def test_one_pose_is_held():
    assert encode(standing(1)).shape == (1, DIM)
    with pytest.raises(ValueError, match=r"\(2, 250\)"):
        decode(np.zeros((2, 250)))
