"""The lab's and STMC's 205 features: value by value as theirs, there and back, and apart from ours as said."""

from __future__ import annotations

import numpy as np
import official_rifke as official
import pytest
from dancing_motions import apart, dancing

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT, REST_PELVIS
from motion_core.features import FEATURES
from motion_core.features.smpl205 import SLICES, decode, encode
from motion_core.features.smpl205_official import decode_lab, decode_stmc, encode_lab, encode_stmc

BACKWARD = {"smpl205-lab": True, "smpl205-stmc": False}
THEIRS = {"smpl205-lab": official.lab_features, "smpl205-stmc": official.stmc_features}


def smpl_of(motion):
    """World rotations of the pelvis and local ones of the rest (T,22,3,3), joints with both hands (T,24,3)."""
    tips = motion.tips()
    hands = np.stack([tips["left_hand"], tips["right_hand"]], 1)
    joints = np.concatenate([motion.joints(), hands], 1).astype(np.float64)
    return quat.quat_to_matrix(motion.rotations.astype(np.float64)), joints


def of_network(motion, seed=0):
    """Features as a network writes them: rows that are not orthonormal, a pelvis with a turn of its own."""
    return encode(motion) + np.random.default_rng(seed).normal(0, 0.05, (len(motion), 205)).astype(np.float32)


@pytest.mark.parametrize("kind", sorted(BACKWARD))
@pytest.mark.parametrize("seed", range(3))
def test_every_value_is_the_official_one(kind, seed):
    motion = dancing(150, seed, turns=0.3)
    found, wanted = FEATURES[kind].encode(motion), THEIRS[kind](*smpl_of(motion))
    difference = found - wanted
    turns = SLICES["yaw_velocity"]  # the lab's jump by a whole turn where the angle passes the half one
    difference[:, turns] -= 2 * np.pi * np.round(difference[:, turns] / (2 * np.pi))
    assert found.dtype == np.float32 and np.abs(difference).max() < 1e-5


@pytest.mark.parametrize("kind", sorted(BACKWARD))
@pytest.mark.parametrize("seed", range(3))
def test_what_a_network_writes_decodes_to_the_official_body(kind, seed):
    x0 = of_network(dancing(150, seed), seed)
    found, (rotations, pelvis) = FEATURES[kind].decode(x0, 20.0), official.decoded(x0, BACKWARD[kind])
    assert np.abs(found.pelvis - pelvis).max() < 1e-5
    assert np.abs(quat.quat_to_matrix(found.rotations.astype(float)) - rotations).max() < 1e-5


@pytest.mark.parametrize(("encode_it", "decode_it"), [(encode_lab, decode_lab), (encode_stmc, decode_stmc)])
@pytest.mark.parametrize("frames", [1, 2, 3, 200])
def test_there_and_back(encode_it, decode_it, frames):
    motion = dancing(frames)
    again = decode_it(encode_it(motion), 20.0)
    yaw = float(motion.heading()[0] - again.heading()[0])
    again = again.moved(yaw=yaw)
    again = again.moved(offset=tuple((motion.pelvis[0] - again.pelvis[0]).tolist()))
    distance, angle = apart(again, motion)
    assert distance < 1e-4 and angle < 1e-3


def test_the_labs_height_is_the_pelvis_and_ours_is_that_of_trans():
    motion = dancing(20)
    difference = encode_lab(motion) - encode(motion)
    assert np.allclose(difference[:, SLICES["root_height"]], REST_PELVIS[2]) and REST_PELVIS[2] > 0.02
    assert not difference[:, 1:].any()
    assert np.allclose(decode_lab(encode_lab(motion), 20.0).pelvis, motion.pelvis, atol=1e-5)


def test_only_ours_keeps_the_pelvis_own_turn():
    x0 = encode(dancing(30, turns=0.0))
    turned = decode(x0, 20.0)
    rotations = turned.rotations.astype(float)
    rotations[:, JOINT["pelvis"]] = quat.multiply(
        quat.about_z(np.full(30, 0.2)), rotations[:, JOINT["pelvis"]]
    )
    matrices = quat.quat_to_matrix(rotations)
    yaw = np.cumsum(x0[:, SLICES["yaw_velocity"]][:, 0])
    own = quat.quat_to_matrix(quat.about_z(-yaw)) @ matrices[:, JOINT["pelvis"]]
    x0[:, 4:10] = own[:, :2].reshape(30, 6)
    ours, lab = decode(x0, 20.0).heading(), decode_lab(x0, 20.0).heading()
    assert np.allclose(np.unwrap(ours) - np.unwrap(lab), 0.2, atol=1e-5)


def test_bad_input_names_the_fault():
    for back in (decode_lab, decode_stmc):
        with pytest.raises(ValueError, match=r"\(3, 204\)"):
            back(np.zeros((3, 204)), 20.0)
