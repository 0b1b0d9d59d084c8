"""The 205 features: there and back, conventions by hand, torch against numpy, crops, bad input."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from dancing_motions import apart, dancing
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, REST_PELVIS, UPRIGHT
from motion_core.features.smpl205 import (
    DIM,
    FEATURE_JOINTS,
    SLICES,
    canonical,
    crop,
    decode,
    encode,
    features_to_joints,
    integrate_root,
    local_matrices,
    split,
    world_matrices,
)

FPS = 20.0


def standing(yaw, pelvis):
    """The rest pose, turned and placed: yaw (T,), pelvis (T,3)."""
    rotations = np.tile(quat.IDENTITY, (len(yaw), 22, 1))
    rotations[:, 0] = quat.multiply(quat.about_z(yaw), UPRIGHT)
    return Motion.from_pelvis(FPS, pelvis, rotations)


def assert_round_trip(motion, metres=1e-4, radians=1e-3):
    distance, angle = apart(decode(encode(motion), motion.fps), motion)
    assert distance < metres
    assert angle < radians


def test_slices_tile_the_vector():
    edges = [(part.start, part.stop) for part in SLICES.values()]
    assert [start for start, _ in edges] == [0] + [stop for _, stop in edges[:-1]]
    assert edges[-1][1] == DIM
    assert len(FEATURE_JOINTS) * 3 == SLICES["joints"].stop - SLICES["joints"].start


@settings(max_examples=20, derandomize=True, deadline=None)
@given(seed=st.integers(0, 10**6), turns=st.floats(-12, 12), frames=st.sampled_from([1, 2, 3, 200]))
def test_round_trip(seed, turns, frames):
    assert_round_trip(dancing(frames, seed, turns))


@settings(max_examples=20, derandomize=True, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_round_trip_of_any_rotations(seed):
    """Tumbling in every direction, so that the root passes near and through its gimbal."""
    rng = np.random.default_rng(seed)
    rotations = quat.normalize(rng.normal(size=(60, 22, 4)))
    assert_round_trip(Motion(FPS, rng.normal(0, 5, (60, 3)), rotations))


def test_round_trip_of_three_minutes():
    assert_round_trip(dancing(3600, turns=90), metres=1e-3)


@pytest.mark.parametrize("side", [1, -1], ids=["left", "right"])
def test_lying_on_the_side_keeps_its_heading(side):
    """The left axis points straight up or down: its heading is undefined, rounding must not spin it."""
    rng = np.random.default_rng(0)
    roll = quat.rotvec_to_quat(
        np.array([0.0, -side * np.pi / 2, 0.0])
    )  # about world Y, lifts or sinks the left
    rotations = np.tile(quat.IDENTITY, (50, 22, 1))
    jitter = quat.rotvec_to_quat(rng.normal(0, 1e-6, (50, 3)))
    rotations[:, 0] = quat.multiply(quat.multiply(jitter, roll), UPRIGHT)
    rotations[0, 0] = UPRIGHT  # starts on its feet
    motion = Motion.from_pelvis(FPS, np.tile([0.0, 0.0, 0.2], (50, 1)), rotations)
    left = quat.rotate(motion.rotations[1:, 0].astype(float), np.array([1.0, 0, 0]))
    assert np.allclose(left[:, 2], side, atol=1e-3)
    assert np.abs(encode(motion)[:, SLICES["yaw_velocity"]]).max() < 1e-3
    assert_round_trip(motion)


@pytest.mark.parametrize("pitch", [np.pi / 2, -np.pi / 2], ids=["front", "back"])
def test_lying_on_front_or_back_has_a_steady_heading(pitch):
    turn = quat.multiply(quat.rotvec_to_quat(np.array([pitch, 0.0, 0.0])), UPRIGHT)
    rotations = np.tile(quat.IDENTITY, (30, 22, 1))
    rotations[:, 0] = quat.multiply(quat.about_z(np.full(30, 0.7)), turn)
    x0 = encode(Motion.from_pelvis(FPS, np.tile([0.0, 0.0, 0.1], (30, 1)), rotations))
    assert x0[0, SLICES["yaw_velocity"]] == pytest.approx(0.7, abs=1e-5)
    assert np.abs(x0[1:, SLICES["yaw_velocity"]]).max() < 1e-6


def test_a_cartwheel_turns_at_most_half_round_in_a_frame():
    """Head over heels about the facing axis: the left axis passes through the vertical twice a turn."""
    roll = np.linspace(0, 6 * np.pi, 120)[:, None] * np.array([[0.0, 1.0, 0.0]])
    rotations = np.tile(quat.IDENTITY, (120, 22, 1))
    rotations[:, 0] = quat.multiply(quat.rotvec_to_quat(roll), UPRIGHT)
    motion = Motion.from_pelvis(FPS, np.tile([0.0, 0.0, 1.0], (120, 1)), rotations)
    assert np.abs(encode(motion)[:, SLICES["yaw_velocity"]]).max() < np.pi + 1e-4
    assert_round_trip(motion)


def test_conventions_by_hand():
    """Walking forward 0.05 m a frame while facing +X, which is a yaw of +90 degrees from -Y."""
    frames = 5
    pelvis = np.stack([1.0 + 0.05 * np.arange(frames), np.full(frames, 2.0), np.full(frames, 0.9)], axis=1)
    x0 = split(encode(standing(np.full(frames, np.pi / 2), pelvis)))
    assert np.allclose(x0["root_height"], 0.9 - REST_PELVIS[2], atol=1e-6)
    assert np.allclose(x0["root_velocity"][1:], [0, -0.05], atol=1e-6)  # straight ahead is -Y of the heading
    assert np.allclose(x0["root_velocity"][0], [2.0, -1.0], atol=1e-6)  # the start, seen from the heading
    assert np.allclose(x0["yaw_velocity"][:, 0], [np.pi / 2, 0, 0, 0, 0], atol=1e-6)
    rows = x0["rot6d"].reshape(frames, 22, 6)
    assert np.allclose(rows[:, 1:], [1, 0, 0, 0, 1, 0], atol=1e-6)
    assert np.allclose(rows[:, 0], [1, 0, 0, 0, 0, -1], atol=1e-6)  # first two rows of +90 degrees about X
    joints = x0["joints"].reshape(frames, 23, 3)
    assert np.all(joints[:, FEATURE_JOINTS.index("left_hand"), 0] > 0.7)  # left is +X of the heading
    assert np.all(joints[:, FEATURE_JOINTS.index("right_hand"), 0] < -0.7)
    assert np.all(joints[:, FEATURE_JOINTS.index("left_foot"), 1] < -0.05)  # toes point ahead, -Y


def test_turning_left_is_positive():
    x0 = encode(standing(np.array([0.0, 0.1, 0.3]), np.zeros((3, 3))))
    assert np.allclose(x0[:, SLICES["yaw_velocity"]][:, 0], [0, 0.1, 0.2], atol=1e-6)


def test_features_but_the_first_entries_ignore_place_and_heading():
    motion = dancing(50)
    moved = encode(motion.moved(yaw=2.0, offset=(5.0, -7.0, 0.0)))
    assert np.allclose(canonical(moved), canonical(encode(motion)), atol=1e-5)


def test_joints_agree_with_the_motion():
    motion = dancing(20)
    x0 = encode(motion)
    joints = x0[:, SLICES["joints"]].reshape(20, 23, 3)
    yaw = np.cumsum(x0[:, SLICES["yaw_velocity"]].astype(float))
    world = quat.rotate(quat.about_z(yaw)[:, None], joints.astype(float)) + motion.pelvis[:, None]
    assert np.allclose(world[:, : len(JOINT) - 1], motion.joints()[:, 1:], atol=1e-5)
    assert np.allclose(world[:, FEATURE_JOINTS.index("left_hand")], motion.tips()["left_hand"], atol=1e-5)


def test_torch_agrees_with_numpy():
    motion = dancing(200)
    x = torch.from_numpy(encode(motion))[None].repeat(2, 1, 1)
    pelvis, yaw = integrate_root(x)
    assert np.allclose(pelvis[1].numpy(), motion.pelvis, atol=1e-4)
    expected = quat.quat_to_matrix(motion.rotations)
    assert np.allclose(world_matrices(x, yaw)[1].numpy(), expected, atol=1e-4)
    assert np.allclose(local_matrices(x)[1, :, 1:].numpy(), expected[:, 1:], atol=1e-6)
    assert np.allclose(features_to_joints(x)[1].numpy(), motion.joints(), atol=1e-4)


def test_joints_have_finite_gradients_even_of_zeros():
    for start in (torch.zeros(2, 4, DIM), torch.from_numpy(encode(dancing(4)))):
        x = start.clone().requires_grad_()
        features_to_joints(x).square().sum().backward()
        assert torch.isfinite(x.grad).all()
        assert x.grad[..., SLICES["root_velocity"]].abs().sum() > 0


@pytest.mark.slow
def test_gradient_is_the_slope():
    x = torch.from_numpy(encode(dancing(3))).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: features_to_joints(x)[..., :3, :], x, atol=1e-5)


def test_what_a_network_writes_decodes():
    """Noisy, unnormalised 6D values still give rotations; zeros give the identity."""
    rng = np.random.default_rng(1)
    noisy = decode(rng.normal(0, 1, (30, DIM)).astype(np.float32), FPS)
    assert np.allclose(np.linalg.norm(noisy.rotations, axis=-1), 1, atol=1e-6)
    assert np.isfinite(decode(np.zeros((2, DIM)), FPS).joints()).all()
    x0 = encode(dancing(30))
    scaled = x0.copy()
    scaled[:, SLICES["rot6d"]] *= 3.0
    assert apart(decode(scaled, FPS), decode(x0, FPS))[1] < 1e-6


def test_neighbouring_quaternions_lie_on_one_side():
    """Also where a joint turns all the way round, as an arm does in a windmill."""
    motion = dancing(200)
    rotations = motion.rotations.astype(np.float64).copy()
    rotations[:, JOINT["left_shoulder"]] = quat.about_z(np.linspace(0, 6 * np.pi, 200))
    rotations = decode(encode(Motion(FPS, motion.trans, rotations)), FPS).rotations
    assert np.all(np.sum(rotations[1:] * rotations[:-1], axis=-1) > 0)


def test_a_crop_is_the_slice_facing_front():
    motion = dancing(100)
    cropped = decode(crop(encode(motion), 30, 70), FPS)
    assert np.allclose(cropped.pelvis[0, :2], 0, atol=1e-6)
    part = motion.slice(30, 70)
    shift = np.linalg.norm(cropped.joints()[:, 0] - cropped.joints()[:1, 0], axis=-1)
    assert np.allclose(shift, np.linalg.norm(part.pelvis - part.pelvis[:1], axis=-1), atol=1e-4)
    assert np.allclose(crop(encode(motion), 30, 70), canonical(encode(part)), atol=1e-5)


def test_crop_leaves_its_source_alone_and_takes_torch():
    features = encode(dancing(10))
    before = features.copy()
    on_torch = crop(torch.from_numpy(features)[None], 2, 8)
    assert on_torch.shape == (1, 6, DIM)
    assert np.array_equal(on_torch[0].numpy(), crop(features, 2, 8))
    assert np.array_equal(features, before)


def test_bad_input_names_the_fault():
    features = encode(dancing(5))
    with pytest.raises(ValueError, match=r"frames 5:9 .* empty"):
        crop(features, 5, 9)
    with pytest.raises(ValueError, match=r"\(5, 204\)"):
        decode(features[:, :-1], FPS)
    with pytest.raises(ValueError, match="at least one frame"):
        decode(features[:0], FPS)
    features[3, SLICES["yaw_velocity"]] = np.nan
    with pytest.raises(ValueError, match="yaw_velocity at frame 3 is nan"):
        decode(features, FPS)


def test_encoding_200_frames_takes_milliseconds():
    motion = dancing(200)
    times = []
    for _ in range(10):
        start = time.perf_counter()
        encode(motion)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.02  # about 2 ms on a quiet machine
