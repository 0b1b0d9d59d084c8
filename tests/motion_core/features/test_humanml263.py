"""HumanML3D's features: there and back, conventions by hand (Y up, half angles, contacts), bad input."""

from __future__ import annotations

import numpy as np
import official_humanml3d as official
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, JOINTS, REST_JOINTS, STANDING_PELVIS, UPRIGHT
from motion_core.features.humanml263 import (
    CONTACT_JOINTS,
    DIM,
    FPS,
    SLICES,
    decode_263,
    encode_263,
    features_to_motion,
    motion_to_features,
    y_up_to_z_up,
    z_up_to_y_up,
)

OTHERS = [name for name in JOINTS if name != "pelvis"]


def standing(yaw, pelvis):
    """Joints (T,22,3) of the rest pose, turned and placed: yaw (T,), pelvis (T,3)."""
    rotations = np.tile(quat.IDENTITY, (len(yaw), 22, 1))
    rotations[:, 0] = quat.multiply(quat.about_z(yaw), UPRIGHT)
    return Motion.from_pelvis(FPS, pelvis, rotations).joints()


def path(frames, step=(0.0, 0.0, 0.0)):
    return np.arange(frames)[:, None] * np.array(step) + [0, 0, STANDING_PELVIS]


def wandering(frames=196, seed=0, turns=1.5):
    """A body that sways in all joints, turns, and starts away from the origin facing anywhere."""
    rng = np.random.default_rng(seed)
    phase = np.linspace(0, 8 * np.pi, frames)[:, None, None]
    rotations = quat.rotvec_to_quat(
        rng.normal(0, 0.25, (1, 22, 3)) * np.sin(phase + rng.uniform(0, 6, (1, 22, 3)))
    )
    yaw = np.linspace(0, 2 * np.pi * turns, frames) + rng.uniform(-3, 3)
    rotations[:, 0] = quat.multiply(quat.multiply(quat.about_z(yaw), UPRIGHT), rotations[:, 0])
    steps = rng.normal(0, 0.04, (frames, 3)) * [1, 1, 0.1]
    return Motion.from_pelvis(FPS, np.cumsum(steps, axis=0) + [2, -3, 1.5], rotations)


def rigidly_apart(a, b):
    """Largest distance (metres) between joints (T,22,3) after the best common turn about Z and shift."""
    a, b = (joints.astype(np.float64).reshape(-1, 3) for joints in (a, b))
    a, b = a - a.mean(0), b - b.mean(0)
    turn = np.angle(np.sum((b[:, 0] + 1j * b[:, 1]) * np.conj(a[:, 0] + 1j * a[:, 1])))
    return np.linalg.norm(quat.rotate(quat.about_z(turn), a) - b, axis=-1).max()


def test_slices_tile_the_vector():
    edges = [(part.start, part.stop) for part in SLICES.values()]
    assert [start for start, _ in edges] == [0] + [stop for _, stop in edges[:-1]]
    assert edges[-1][1] == DIM


def test_the_door():
    facing, left, up = [0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]
    assert np.array_equal(z_up_to_y_up(np.array([facing, left, up])), [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    points = np.random.default_rng(0).normal(size=(5, 2, 3))
    assert np.array_equal(y_up_to_z_up(z_up_to_y_up(points)), points)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("turns", [0.0, 1.5, -4.0, 30.0])
def test_joints_there_and_back(seed, turns):
    joints = wandering(seed=seed, turns=turns).joints()
    features = encode_263(joints)
    assert features.shape == (195, DIM)
    assert features.dtype == np.float32
    assert rigidly_apart(decode_263(features), joints[:-1]) < 1e-4


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("turns", [0.0, 0.3, 1.5])
def test_every_value_is_the_official_one(seed, turns):
    """But for the sign of one step, each time the heading passes the direction behind the first frame's."""
    joints = wandering(seed=seed, turns=turns).joints()
    theirs, ours = official.process(z_up_to_y_up(joints.astype(float))), encode_263(joints)
    behind = official.turns_through_the_back(z_up_to_y_up(joints))
    assert behind.sum() == (turns > 1)
    assert np.allclose(ours[behind, 0], -theirs[behind, 0], atol=1e-5)
    theirs[behind, 0] *= -1
    assert np.abs(ours - theirs).max() < 1e-5


def test_hips_count_against_the_shoulders_in_the_smoothed_heading():
    """Twisted hips turn the heading the other way, and by more than the shoulders' share."""
    joints = standing(np.zeros(200), path(200)).astype(float)
    twisted = joints.copy()
    hips = [JOINT["left_hip"], JOINT["right_hip"]]
    twisted[:, hips, 1] += np.linspace(0, 0.08, len(joints))[:, None] * [1, -1]  # left hip back
    change = np.cumsum(encode_263(twisted)[:, 0] - encode_263(joints)[:, 0])
    assert change[-1] > 0.05  # positive turns right; a body whose left hip goes back turns left


def test_what_is_decoded_stands_on_the_floor_at_the_origin_facing_front():
    joints = decode_263(encode_263(wandering().joints()))
    assert joints[..., 2].min() == pytest.approx(0, abs=0.05)  # the lowest point may lie in the dropped frame
    assert np.allclose(joints[0, JOINT["pelvis"], :2], 0, atol=1e-6)
    pairs = (("right_hip", "left_hip"), ("right_shoulder", "left_shoulder"))
    across = sum(joints[0, JOINT[left]] - joints[0, JOINT[right]] for right, left in pairs)
    assert across[1] == pytest.approx(0, abs=1e-5)
    assert across[0] > 0.3
    again = decode_263(encode_263(np.concatenate([joints, joints[-1:]])))
    assert np.abs(again + [0, 0, joints[..., 2].min()] - joints).max() < 1e-4


def test_place_and_heading_do_not_matter():
    motion = wandering()
    assert np.allclose(
        encode_263(motion.moved(2.0, (5, -1, 3)).joints()), encode_263(motion.joints()), atol=1e-4
    )


def test_walking_ahead():
    """0.05 m a frame along -Y, the way the body faces: +Z in HumanML3D's axes."""
    features = encode_263(standing(np.zeros(30), path(30, (0, -0.05, 0))))
    assert np.allclose(features[:, SLICES["root_velocity"]], [0, 0.05], atol=1e-6)
    assert np.allclose(features[:, SLICES["yaw_velocity"]], 0, atol=1e-6)
    assert np.allclose(features[:, SLICES["velocities"]].reshape(-1, 22, 3), [0, 0, 0.05], atol=1e-6)
    lowest = REST_JOINTS[:, 1].min()
    height = REST_JOINTS[JOINT["pelvis"], 1] - lowest
    assert np.allclose(features[:, SLICES["root_height"]], height, atol=1e-6)
    positions = features[0, SLICES["positions"]].reshape(-1, 3)
    expected = REST_JOINTS[1:] - REST_JOINTS[JOINT["pelvis"]] * [1, 0, 1] - [0, lowest, 0]
    assert np.allclose(
        positions, expected, atol=1e-5
    )  # the rest frame is HumanML3D's: Y up, facing +Z, left +X
    assert positions[OTHERS.index("left_wrist"), 0] > 0.6


def test_walking_to_the_left_of_the_heading():
    """Facing +X (a yaw of 90 degrees) and stepping along +Y, which is to the left: +X of the heading frame."""
    features = encode_263(standing(np.full(30, np.pi / 2), path(30, (0, 0.04, 0))))
    assert np.allclose(features[:, SLICES["root_velocity"]], [0.04, 0], atol=1e-6)


def test_turning_left_is_half_as_fast_and_negative():
    """The half-angle quirk. Away from the ends the smoothing leaves an even turn as it is."""
    rate = 0.03
    features = encode_263(standing(rate * np.arange(400), path(400)))
    middle = slice(100, 300)
    assert np.allclose(features[middle, SLICES["yaw_velocity"]], -rate / 2, atol=1e-6)
    positions = features[middle, SLICES["positions"]].reshape(200, -1, 3)
    assert np.abs(positions - positions[:1]).max() < 1e-4  # the body turns with its heading frame
    total = 2 * features[:, SLICES["yaw_velocity"]].sum()  # the smoothing shaves the ends, frame 0 is zero
    assert total == pytest.approx(-rate * 399, abs=1.0)


def test_quick_turns_to_and_fro_are_smoothed_out_of_the_heading():
    yaw = 0.5 * np.sin(2 * np.pi * np.arange(400) / 20)  # once a second
    features = encode_263(standing(yaw, path(400)))
    assert np.abs(features[100:300, SLICES["yaw_velocity"]]).max() < 1e-4
    # the turns are in the joints instead
    wrist = features[100:300, SLICES["positions"]].reshape(200, -1, 3)[:, OTHERS.index("left_wrist")]
    assert np.ptp(wrist[:, 2]) > 0.5


def test_velocity_is_seen_from_the_next_heading():
    """Walking straight on while turning: the root's step lies in the heading of the frame it leads to."""
    rate, frames = 0.03, 400
    features = encode_263(standing(rate * np.arange(frames), path(frames, (0, -0.05, 0))))
    half = np.concatenate([[0], np.cumsum(features[:, SLICES["yaw_velocity"]].astype(float))])
    for k in (0, 150, 250):
        root, joint = (2 * half[k + 1], 2 * half[k])  # heading frames: turned by 2 h about Y
        assert np.allclose(
            features[k, SLICES["root_velocity"]], 0.05 * np.array([np.sin(root), np.cos(root)]), atol=1e-5
        )
        pelvis = features[k, SLICES["velocities"]].reshape(22, 3)[JOINT["pelvis"]]
        assert np.allclose(pelvis, 0.05 * np.array([np.sin(joint), 0, np.cos(joint)]), atol=1e-5)


def test_contacts():
    joints = standing(np.zeros(10), path(10)).astype(np.float64)
    limit = np.sqrt(0.002)
    joints[5:, JOINT["left_ankle"], 2] += 1.01 * limit  # moves between frames 4 and 5: too far
    joints[7:, JOINT["right_foot"], 1] += 0.99 * limit  # still a contact
    contacts = encode_263(joints)[:, SLICES["contacts"]]
    expected = np.ones((9, 4))
    expected[4, CONTACT_JOINTS.index("left_ankle")] = 0
    assert np.array_equal(contacts, expected)


def test_rotations_are_columns_and_rebuild_the_bones():
    """Chained from the root, each matrix carries its zero direction onto the bone."""
    joints = wandering(60, turns=0.2).joints()
    features = encode_263(joints)
    columns = features[:, SLICES["rot6d"]].reshape(-1, 21, 2, 3).astype(np.float64)
    matrices = np.stack(
        [columns[..., 0, :], columns[..., 1, :], np.cross(columns[..., 0, :], columns[..., 1, :])], -1
    )
    assert np.allclose(np.linalg.det(matrices), 1, atol=1e-5)
    half = np.concatenate([[0], np.cumsum(features[:-1, SLICES["yaw_velocity"]].astype(float))])
    zero = np.zeros_like(half)
    root = quat.quat_to_matrix(np.stack([np.cos(half), zero, np.sin(half), zero], -1))
    decoded = z_up_to_y_up(decode_263(features).astype(np.float64))

    def bone(a, b):
        v = decoded[:, JOINT[b]] - decoded[:, JOINT[a]]
        return v / np.linalg.norm(v, axis=-1, keepdims=True)

    thigh = root @ matrices[:, OTHERS.index("left_hip")] @ matrices[:, OTHERS.index("left_knee")]
    assert np.allclose(thigh @ [0, -1, 0], bone("left_hip", "left_knee"), atol=1e-4)
    foot = thigh @ matrices[:, OTHERS.index("left_ankle")] @ matrices[:, OTHERS.index("left_foot")]
    assert np.allclose(foot @ [0, 0, 1], bone("left_ankle", "left_foot"), atol=1e-4)
    arm = root @ matrices[:, OTHERS.index("right_collar")] @ matrices[:, OTHERS.index("right_shoulder")]
    assert np.allclose(arm @ [0, -1, 0], bone("right_collar", "right_shoulder"), atol=1e-4)


def test_features_to_motion_keeps_the_pose(walking_motion):
    joints = walking_motion.joints()
    motion = features_to_motion(encode_263(joints), FPS)
    assert len(motion) == len(joints) - 1
    assert motion.fps == FPS
    decoded = decode_263(encode_263(joints))
    assert np.abs(motion.joints() - decoded).max() < 1e-4


def test_a_larger_body_neither_floats_nor_slides(walking_motion):
    joints = decode_263(encode_263(walking_motion.joints()))
    ours = features_to_motion(encode_263(joints))
    larger = features_to_motion(encode_263(joints * 1.3))
    assert np.abs(larger.joints() - ours.joints()).max() < 1e-3


def test_motion_to_features_resamples(walking_motion):
    features = motion_to_features(walking_motion.resample(60))
    assert features.shape == (len(walking_motion) - 1, DIM)
    assert np.allclose(features, motion_to_features(walking_motion), atol=2e-3)


def test_two_frames_are_enough():
    joints = standing(np.zeros(2), path(2))
    assert encode_263(joints).shape == (1, DIM)
    assert len(features_to_motion(encode_263(joints))) == 1


def test_bad_input_names_the_fault():
    joints = standing(np.zeros(4), path(4))
    with pytest.raises(ValueError, match="at least two"):
        encode_263(joints[:1])
    with pytest.raises(ValueError, match=r"\(4, 21, 3\)"):
        encode_263(joints[:, :21])
    features = encode_263(joints)
    joints[2, JOINT["head"], 1] = np.nan
    with pytest.raises(ValueError, match="head at frame 2"):
        encode_263(joints)
    with pytest.raises(ValueError, match=r"\(3, 262\)"):
        decode_263(features[:, 1:])
    with pytest.raises(ValueError, match="at least one frame"):
        decode_263(features[:0])
    features[1, SLICES["contacts"]] = np.inf
    with pytest.raises(ValueError, match="contacts at frame 1 is inf"):
        decode_263(features)
