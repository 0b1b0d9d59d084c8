"""Near copies: planted windows are found wherever they lie, against a search of every window; new motions are not."""

import time

import numpy as np
import pytest

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT
from motion_core.metrics.measures import copies
from motion_core.metrics.measures.copies import NEAR, CopyIndex, aligned_distance, near_copies


def dance(seed: int, frames: int, fps: float = 20.0) -> Motion:
    """A smooth motion of every joint, unlike those of other seeds, that turns and travels."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames)[:, None, None] / fps
    waves = rng.normal(0, 0.4, (1, 22, 3)) * np.sin(rng.uniform(2, 5) * t + rng.uniform(0, 6, (1, 22, 3)))
    rotations = quat.rotvec_to_quat(waves)
    turn = quat.multiply(quat.about_z(rng.normal() * t[:, 0, 0]), UPRIGHT)
    rotations[:, 0] = quat.multiply(turn, rotations[:, 0])
    ground = np.cumsum(rng.normal(0, 0.02, (frames, 2)) + rng.normal(0, 0.03, 2), axis=0)
    height = STANDING_PELVIS + 0.05 * np.sin(3 * t[:, :, 0] + rng.uniform(0, 6))
    return Motion.from_pelvis(fps, np.concatenate([ground, height], axis=1), rotations)


def shaken(motion: Motion, seed: int = 0) -> Motion:
    """About 1 cm off in most joints."""
    rng = np.random.default_rng(seed)
    shake = quat.rotvec_to_quat(rng.normal(0, 0.02, (len(motion), 22, 3)))
    return Motion(motion.fps, motion.trans, quat.multiply(motion.rotations, shake))


@pytest.fixture(scope="module")
def clips():
    return [dance(seed, frames) for seed, frames in enumerate([90, 40, 130, 61, 75, 50, 200, 33])]


@pytest.fixture(scope="module")
def index(clips):
    return CopyIndex.build(clips)


def test_a_window_is_found_from_any_place_and_heading(clips, index):
    part = clips[6].slice(71, 131).moved(yaw=2.5, offset=(4, -7, 0))
    near = index.nearest(part)
    assert (near.clip, near.start, near.mirrored) == (6, 71, False)
    assert near.distance == pytest.approx(0, abs=1e-5)


def test_the_mirror_image_counts_too(clips, index):
    near = index.nearest(clips[2].slice(20, 80).mirror())
    assert (near.clip, near.start, near.mirrored) == (2, 20, True)
    assert near.distance == pytest.approx(0, abs=1e-5)


def test_a_shaken_window_is_as_near_as_it_was_shaken(clips, index):
    part = clips[0].slice(13, 73)
    near = index.nearest(shaken(part).moved(yaw=-1, offset=(1, 2, 0)))
    assert (near.clip, near.start) == (0, 13)
    apart = np.linalg.norm(shaken(part).joints() - part.joints(), axis=-1).mean()
    assert 0.003 < near.distance <= apart * 1.02  # the best fit of squares, not of distances


def test_agrees_with_a_search_of_every_window(clips, index):
    for seed in range(3):
        made = shaken(clips[seed].slice(2, 36), seed)
        joints, best = made.joints(), np.inf
        for side in (joints, made.mirror().joints()):
            for clip in clips:
                whole = clip.joints()
                for start in range(len(whole) - len(side) + 1):
                    best = min(best, aligned_distance(side, whole[start : start + len(side)]))
        assert index.nearest(made).distance == pytest.approx(best, abs=1e-9)


def test_a_clip_half_as_long_counts_from_its_start(clips, index):
    longer = clips[1].concatenate(dance(99, 30))  # 40 of its 70 frames are clip 1
    near = index.nearest(longer)
    assert (near.clip, near.start) == (1, 0) and near.distance == pytest.approx(0, abs=1e-5)
    assert index.nearest(clips[1].concatenate(dance(99, 60))).distance > NEAR  # 40 of 100


def test_a_motion_longer_than_twice_every_clip_has_no_nearest():
    near = CopyIndex.build([dance(0, 20), dance(1, 30)]).nearest(dance(0, 70))
    assert near.distance == np.inf and near.clip == -1
    assert near_copies([dance(0, 70)], CopyIndex.build([dance(0, 20)])) == 0


def test_share_of_copies_among_new_motions(clips, index):
    made = [dance(50, 60), clips[4].slice(3, 63), dance(51, 60), shaken(clips[6].slice(100, 160))]
    assert near_copies(made, index) == 0.5
    assert near_copies(made, index, limit=1e-4) == 0.25
    assert near_copies(made, index, limit=10) == 1


def test_other_frame_rates_are_resampled(clips, index):
    near = index.nearest(clips[0].slice(10, 70).resample(30))
    assert (near.clip, near.start) == (0, 10) and near.distance < 0.006
    again = CopyIndex.build([clip.resample(60) for clip in clips])
    assert again.nearest(clips[0].slice(10, 70)).distance < 0.006


def test_a_single_frame_and_a_single_short_clip():
    pose = dance(3, 1)
    near = CopyIndex.build([pose]).nearest(pose.moved(1.0))
    assert near.distance == pytest.approx(0, abs=1e-5) and near.clip == 0


def test_best_alignment_beats_any_other(clips):
    a, b = clips[0].slice(0, 30).joints(), shaken(clips[0].slice(0, 30)).moved(0.3, (1, 0, 0)).joints()
    best = aligned_distance(a, b)
    for yaw in (-0.2, 0.2):
        turn = quat.about_z(0.3 + yaw)
        turned = quat.rotate(turn, a.astype(float))
        turned[..., :2] += (b - turned)[..., :2].mean(axis=(0, 1))
        assert best < np.linalg.norm(turned - b, axis=-1).mean()


def test_long_sets_go_in_pieces(clips, index, monkeypatch):
    monkeypatch.setattr(copies, "CHUNK", 37)
    pieces = CopyIndex.build(clips)
    assert np.allclose(pieces.joints, index.joints, atol=1e-6) and np.array_equal(pieces.ends, index.ends)


@pytest.mark.slow
def test_fast_enough_for_hundreds_of_motions(index):
    """40,000 frames: the whole search costs a few milliseconds a motion, far from a loop over windows."""
    many = CopyIndex.build([dance(seed, 100) for seed in range(400)])
    made = dance(1000, 80)
    many.nearest(made)
    started = time.perf_counter()
    many.nearest(made)
    assert time.perf_counter() - started < 1.0


def test_bad_input_is_named(index):
    with pytest.raises(ValueError, match="no training clip"):
        CopyIndex.build([])
    with pytest.raises(ValueError, match="no motions"):
        near_copies([], index)
