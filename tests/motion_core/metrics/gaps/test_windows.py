"""Windows cut as LAFAN1 cuts them, and the scale of L2P."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import swaying
from gap_store import save_gap_store

from motion_core.metrics.gaps.windows import (
    BEFORE,
    FPS,
    Window,
    cut_windows,
    load_gaps,
    position_scale,
    store_scale,
)
from motion_core.tasks import TaskError

LENGTHS = (30, 60, 100)


def test_windows_begin_every_stride_and_face_front_before_the_gap():
    motion = swaying(1, 150).moved(yaw=1.0).moved(offset=(3.0, 2.0, 0.0))
    windows = cut_windows(motion, 65, 40)
    assert [len(window) for window in windows] == [65, 65, 65]  # at 0, 40 and 80; 120 + 65 is too far
    for start, window in zip((0, 40, 80), windows):
        assert abs(window.heading()[BEFORE - 1]) < 1e-5
        np.testing.assert_allclose(window.pelvis[:, :2].mean(0), 0, atol=1e-5)
        same = motion.slice(start, start + 65)
        np.testing.assert_array_equal(window.rotations[:, 1:], same.rotations[:, 1:])
    assert cut_windows(motion.slice(0, 64), 65, 40) == []


def test_all_gaps_use_the_same_windows(tmp_path):
    split = load_gaps(save_gap_store(tmp_path, LENGTHS))
    assert split.clips == 2 and "1 of 3 clips are left out" in split.notes[0]
    short, long = split.with_gap(5), split.with_gap(45)
    assert len(short) == len(long) == len(split.windows)
    assert (len(short[0].motion), len(long[0].motion)) == (25, 65) and short[0].gap == (10, 15)
    assert short[0].motion.fps == FPS and short[0].keep == ((0, 10), (15, 25))
    made = load_gaps(save_gap_store(tmp_path, LENGTHS), sources=["made"])
    assert len(made.windows) == len(split.windows) and made.notes[0].startswith("only clips of made")
    one = load_gaps(save_gap_store(tmp_path, LENGTHS), gaps=(30,), after=1, limit=1)
    assert one.clips == 1 and len(one.with_gap(30)[0].motion) == 41


def test_nothing_of_the_gap_is_left_to_be_seen():
    motion = swaying(2, 40)
    hidden = Window(motion, (10, 30), 0).hidden
    np.testing.assert_array_equal(hidden.rotations[10:30], np.tile(motion.rotations[9], (20, 1, 1)))
    np.testing.assert_array_equal(hidden.trans[10:30], np.tile(motion.trans[9], (20, 1)))
    np.testing.assert_array_equal(hidden.trans[30:], motion.trans[30:])


def test_the_scale_is_that_of_windows_put_in_place(tmp_path):
    store = save_gap_store(tmp_path, LENGTHS)
    motions = [store.clip(k).motion.resample(FPS) for k in range(3)]
    windows = [window for motion in motions for window in cut_windows(motion, 50, 20)]
    joints = np.concatenate([window.joints() for window in windows]).astype(np.float64)
    expected = np.maximum(joints.std(axis=0), 1e-3)
    np.testing.assert_allclose(store_scale(store), expected, rtol=1e-3, atol=1e-6)
    moved = [motion.moved(yaw=2.0).moved(offset=(5, 5, 0)) for motion in motions]
    np.testing.assert_allclose(position_scale(moved), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("asked", "kind", "fault"),
    [
        ({"name": "test"}, TaskError, "use train or val"),
        ({"gaps": (0,)}, TaskError, "gap is 0"),
        ({"gaps": (500,)}, ValueError, "shorter gaps than 500"),
        ({"after": 0}, TaskError, "after the gap is 0"),
        ({"limit": 0}, TaskError, "--limit is 0"),
        ({"sources": ["ghost"]}, ValueError, "unknown source 'ghost'"),
    ],
)
def test_faults_are_named(tmp_path, asked, kind, fault):
    with pytest.raises(kind, match=fault):
        load_gaps(save_gap_store(tmp_path, LENGTHS), **asked)


def test_clips_too_short_for_a_scale_are_named():
    with pytest.raises(ValueError, match="no training clip has 50 frames"):
        position_scale([swaying(0, 40)])
