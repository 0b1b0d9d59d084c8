"""Fillings that miss their neighbours, joined to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from editing_motions import accelerations, same_frames, swaying
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.editing.borders import join_borders

fast = settings(max_examples=15, derandomize=True, deadline=None)


def missed(motion: Motion, kept: np.ndarray, seed: int, size: float = 0.15) -> Motion:
    """Another pose and place in the free frames, the same all along: a filling that pops at its ends."""
    rng = np.random.default_rng(seed)
    turn = quat.rotvec_to_quat(rng.normal(0, size, (22, 3)))
    rotations = np.where(kept[:, None, None], motion.rotations, quat.multiply(motion.rotations, turn))
    trans = np.where(kept[:, None], motion.trans, motion.trans + rng.normal(0, size / 3, 3))
    return replace(motion, trans=trans, rotations=rotations)


@fast
@given(st.integers(0, 1000), st.integers(4, 14))
def test_what_is_missed_everywhere_alike_is_taken_back(seed, length):
    motion = swaying(seed, 60)
    kept = np.ones(60, dtype=bool)
    kept[20 : 20 + length] = False
    popping = missed(motion, kept, seed)
    joined = join_borders(popping, kept)
    assert same_frames(joined, motion, kept)
    off, was = (np.linalg.norm(m.joints() - motion.joints(), axis=-1).max() for m in (joined, popping))
    assert off < 0.6 * was
    assert accelerations(joined).max() < 1.5 * accelerations(motion).max() + 2 < accelerations(popping).max()


def test_beyond_the_last_kept_frame_the_motion_goes_on_from_there():
    motion = swaying(3, 60)
    kept = np.arange(60) < 20
    joined = join_borders(missed(motion, kept, 1), kept)
    assert same_frames(joined, motion, kept)
    assert accelerations(joined)[17:22].max() < 2 * accelerations(motion)[17:22].max()


def test_single_keys_are_met_from_both_sides():
    motion = swaying(5, 61)
    kept = np.zeros(61, dtype=bool)
    kept[[0, 30, 60]] = True
    joined = join_borders(missed(motion, kept, 2), kept)
    assert same_frames(joined, motion, kept)
    assert accelerations(joined).max() < 2 * accelerations(motion).max()


def test_nothing_to_join_changes_nothing():
    motion = swaying(0, 30)
    for kept in (np.ones(30, dtype=bool), np.zeros(30, dtype=bool), np.arange(30) != 12):
        assert same_frames(join_borders(motion, kept), motion, np.ones(30, dtype=bool))
    with pytest.raises(ValueError, match="mask of kept frames 29"):
        join_borders(motion, np.ones(29, dtype=bool))
