"""Motions and sentences as points: alike from any place, heading and rate; windows; what is refused."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_tmr import bowing, save_tiny_tmr

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, STANDING_PELVIS, UPRIGHT
from motion_core.checkpoint import CheckpointInfo, load_checkpoint, save_checkpoint
from motion_core.embedding import load_embedder
from motion_core.features import smpl205
from motion_core.formats import FormatError
from motion_core.generators.weights import ENV_WEIGHTS
from motion_core.models.tmr import TMR, TMRConfig
from motion_core.tasks import TaskError


def checkpoint(folder, name, features="smpl205", width=205, **more):
    """A tiny TMR of those features that was trained on 40 frames."""
    config = TMRConfig(
        features=width, text_width=384, width=32, layers=1, text_layers=1, decoder_layers=0, heads=2,
        feedforward=32, trained_frames=40, **more,
    )  # fmt: skip
    torch.manual_seed(1)
    info = CheckpointInfo(
        "tmr",
        config.to_json(),
        features,
        np.zeros(width),
        np.full(width, 0.5),
        20.0,
        "text",
        text_encoder="minilm",
    )
    save_checkpoint(folder / name, TMR(config).state_dict(), info)
    return folder / name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_tiny_tmr(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def embedder(folder):
    return load_embedder(checkpoint=checkpoint(folder, "small.safetensors", stack=4), device="cpu")


@pytest.fixture(scope="module")
def strolling():
    """Two seconds of somebody who goes and turns, smoothly."""
    rng, frames = np.random.default_rng(3), 37
    phase = np.linspace(0, 6, frames)
    rotations = quat.rotvec_to_quat(rng.normal(0, 0.2, (1, 22, 3)) * np.sin(phase)[:, None, None])
    rotations[:, 0] = quat.multiply(
        quat.about_z(phase / 5), np.broadcast_to([0.5**0.5, 0.5**0.5, 0, 0], (frames, 4))
    )
    pelvis = np.stack([np.sin(phase), -phase / 3, np.full(frames, 0.93)], 1)
    return Motion.from_pelvis(20.0, pelvis, rotations)


@settings(max_examples=15, derandomize=True, deadline=None)
@given(yaw=st.floats(-3, 3), x=st.floats(-50, 50), y=st.floats(-50, 50))
def test_place_and_heading_do_not_matter(embedder, strolling, yaw, x, y):
    here, there = embedder.motions([strolling, strolling.moved(yaw, (x, y, 0))])
    assert np.abs(here - there).max() < 2e-3  # millimetres of float32 at 50 m


def test_a_higher_rate_is_brought_down(embedder, strolling):
    fast = strolling.resample(100.0)
    one, two = embedder.motions([strolling, fast])
    assert len(fast) > 4 * len(strolling) and np.abs(one - two).max() < 1e-3


def test_a_motion_does_not_depend_on_its_company_nor_on_its_turn(embedder, strolling):
    motions = [bowing(0.3, n) for n in (1, 90, 17, 41, 40)] + [strolling]
    together = embedder.motions(motions)
    alone = np.concatenate([embedder.motions([motion]) for motion in motions])
    assert together.shape == (6, 32) and together.dtype == np.float32 and np.all(np.isfinite(together))
    assert np.abs(together - alone).max() < 1e-5
    assert np.abs(embedder.motions(motions[::-1])[::-1] - together).max() < 1e-5
    assert np.array_equal(embedder.motions(motions), together)


def test_a_long_motion_is_the_mean_of_its_windows(embedder, strolling):
    long = strolling.at_frames(np.linspace(0, 36, 100))
    starts = (0, 30, 60)  # three windows of 40 frames, spread evenly over 100
    parts = embedder.motions([long.slice(start, start + 40) for start in starts])
    assert np.abs(embedder.motions([long])[0] - parts.mean(0)).max() < 1e-5
    assert np.abs(parts[0] - parts[2]).max() > 1e-2


def test_a_single_frame_and_none_at_all(embedder):
    assert np.all(np.isfinite(embedder.motions([bowing(0.1, 1)])))
    assert embedder.motions([]).shape == (0, 32) and embedder.texts([]).shape == (0, 32)


def test_progress_counts_motions(embedder):
    told = []
    embedder.motions([bowing(0.1, 3000)] * 3, on_batch=lambda *counts: told.append(counts))
    assert (
        told[-1] == (3, 3)
        and [done for done, _ in told] == sorted(done for done, _ in told)
        and len(told) > 1
    )


def test_a_motion_that_is_not_finite_is_named(embedder):
    broken = bowing(0.1, 5)
    broken.rotations[3, 2, 1] = np.nan
    with pytest.raises(ValueError, match="motion 1 is not finite"):
        embedder.motions([bowing(0.1, 9), broken])


def test_one_pass_encodes_like_many(strolling):
    lying = bowing(0.1, 6)
    on_side = np.array([0.5, 0.5, -0.5, 0.5])  # the left axis points up: there is no heading
    lying.rotations[:, 0] = on_side
    motions = [strolling, bowing(0.5, 12), bowing(0.2, 1)]
    for group in (motions, [motions[0], lying, *motions[1:]], [lying]):
        for motion, x0 in zip(group, smpl205.encode_canonical(group), strict=True):
            assert np.abs(smpl205.canonical(smpl205.encode(motion)) - x0).max() < 1e-6


def test_texts_are_points_of_the_same_space(embedder):
    texts = ["a person bows", "someone runs", "a person bows"]
    points = embedder.texts(texts)
    assert points.shape == (3, 32) and points.dtype == np.float32
    assert np.array_equal(points[0], points[2]) and np.abs(points[0] - points[1]).max() > 1e-3
    assert np.abs(embedder.texts(texts[1:2])[0] - points[1]).max() < 1e-5


def test_humanml_features_are_read_too(folder, strolling):
    embedder = load_embedder(
        checkpoint=checkpoint(folder, "guo.safetensors", "humanml263", 263), device="cpu"
    )
    points = embedder.motions([strolling, strolling.moved(1.0, (3, 2, 0)), bowing(0.1, 1)])
    assert embedder.features == "humanml263" and np.all(np.isfinite(points))
    assert np.abs(points[0] - points[1]).max() < 2e-3 < np.abs(points[0] - points[2]).max()


def test_the_bundled_folder_and_the_fingerprint(folder, monkeypatch, tmp_path):
    monkeypatch.setenv(ENV_WEIGHTS, str(folder))
    embedder = load_embedder(device="cpu")
    assert (embedder.features, embedder.fps, embedder.licence) == ("smpl205", 20.0, "CC0 (random numbers)")
    assert embedder.fingerprint == hashlib.sha256((folder / "tmr.safetensors").read_bytes()).hexdigest()
    other = load_embedder(checkpoint=save_tiny_tmr(tmp_path, seed=6) / "tmr.safetensors", device="cpu")
    assert other.fingerprint != embedder.fingerprint == load_embedder(device="cpu").fingerprint


def raising(side, seconds=3.0):
    """Somebody who stands, raises one arm sideways above the head and lowers it again."""
    frames = round(seconds * 20)
    arms_down = {"left_shoulder": [0, 0, -1.3], "right_shoulder": [0, 0, 1.3]}
    rotvec = np.zeros((frames, 22, 3))
    for joint, turned in arms_down.items():
        rotvec[:, JOINT[joint]] = turned
    up = np.sin(np.linspace(0, np.pi, frames)) ** 2  # 0 hanging, 1 above the head
    sign = 1 if side == "left" else -1
    rotvec[:, JOINT[f"{side}_shoulder"], 2] += sign * 2.5 * up
    rotations = quat.rotvec_to_quat(rotvec)
    rotations[:, JOINT["pelvis"]] = UPRIGHT
    return Motion.from_pelvis(20.0, np.tile([0, 0, STANDING_PELVIS], (frames, 1)), rotations)


def test_the_bundled_model_tells_left_from_right(monkeypatch):
    monkeypatch.delenv(ENV_WEIGHTS, raising=False)
    embedder = load_embedder(device="cpu")
    said = embedder.texts(["raise the left hand", "raise the right hand", "a person runs forward"])
    shown = embedder.motions([raising("left"), raising("right")])
    said, shown = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (said, shown))
    cosine = shown @ said.T
    assert cosine[0, 0] > cosine[0, 1] + 0.2 and cosine[1, 1] > cosine[1, 0] + 0.2
    assert np.all(cosine[:, 2] < cosine.diagonal() - 0.2)
    assert np.abs(smpl205.encode(raising("left").mirror()) - smpl205.encode(raising("right"))).max() < 1e-5


def test_what_is_no_retrieval_model_is_refused(folder, make_tiny, tmp_path):
    make_tiny(tmp_path / "mdm.safetensors", "text")
    with pytest.raises(FormatError, match="'mdm', not 'tmr'"):
        load_embedder(checkpoint=tmp_path / "mdm.safetensors")
    with pytest.raises(FormatError, match=r"'fish'.*smpl205, .*humanml263"):
        load_embedder(checkpoint=checkpoint(tmp_path, "fish.safetensors", "fish", 251))
    with pytest.raises(TaskError, match=r"'clip'.*tmr"):
        load_embedder("clip")
    with pytest.raises(FileNotFoundError, match=r"absent\.safetensors"):
        load_embedder(checkpoint=tmp_path / "absent.safetensors")


def test_a_checkpoint_that_does_not_fit_itself_is_refused(folder, tmp_path):
    tensors, info = load_checkpoint(folder / "tmr.safetensors")
    tensors.pop("motion.tokens")
    save_checkpoint(tmp_path / "half.safetensors", tensors, info)
    with pytest.raises(FormatError, match=r"motion\.tokens"):
        load_embedder(checkpoint=tmp_path / "half.safetensors")
