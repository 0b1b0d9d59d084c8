"""Which way is up in files that do not say it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from foreign_bvh import MIXAMO, foreign_text, march

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, UPRIGHT
from motion_core.formats.bvh import bvh_to_motion, read_bvh, write_bvh
from motion_core.formats.reading import UPS, check_up
from motion_core.formats.up_axis import AXES, TO_Z_UP, standing_rest

DOWN = {"back": (-1.0, 0.0, 0.0), "front": (1.0, 0.0, 0.0), "side": (0.0, 1.0, 0.0)}


def lying(motion: Motion, way: str) -> Motion:
    """The same person on the floor, 0.1 m above it."""
    turn = quat.rotvec_to_quat(np.array(DOWN[way]) * np.pi / 2)
    rotations = motion.rotations.astype(np.float64)
    rotations[:, 0] = quat.multiply(turn, rotations[:, 0])
    return Motion.from_pelvis(
        motion.fps, quat.rotate(turn, motion.pelvis) * [1, 1, 0] + [0, 0, 0.1], rotations
    )


def read(motion: Motion, up: str) -> Motion:
    return bvh_to_motion(read_bvh(foreign_text(motion, 3, up=up).encode()), MIXAMO)


@pytest.mark.parametrize("up", ["y", "z"])
@pytest.mark.parametrize("frames", [1, 2, 40, 90])
def test_who_stands_or_marches_is_upright(up, frames):
    found = read(march().slice(0, frames), up)
    assert found.joints()[:, JOINT["head"], 2].min() > 1.3
    assert found.meta["read"].startswith(f"{up.upper()} up; cm; 30 Hz")


@pytest.mark.parametrize(
    ("way", "frames"), [("back", 1), ("back", 90), ("side", 2), ("side", 90), ("front", 1)]
)
def test_who_lies_stays_down_where_the_skeleton_stands_at_rest(tmp_path, way, frames):
    write_bvh(tmp_path / "a.bvh", lying(march(), way).slice(0, frames))
    text = (tmp_path / "a.bvh").read_text()
    for ours, theirs in MIXAMO.items():
        text = re.sub(rf"(ROOT|JOINT) {ours}$", rf"\1 {theirs}", text, flags=re.MULTILINE)
    found = bvh_to_motion(read_bvh(text.encode()))
    assert "Y up" in found.meta["read"] and found.joints()[:, JOINT["head"], 2].max() < 0.7


@pytest.mark.parametrize("up", UPS)
def test_the_axis_points_up_and_the_turn_mirrors_nothing(up):
    axis = np.zeros(3)
    axis[AXES[up[-1]]] = -1.0 if up.startswith("-") else 1.0
    np.testing.assert_allclose(quat.rotate(TO_Z_UP[up], axis), [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(TO_Z_UP[up]), 1.0)
    np.testing.assert_allclose(TO_Z_UP["y"], UPRIGHT)


def test_an_unknown_axis_is_named():
    with pytest.raises(ValueError, match="up is 'north': use one of y, z"):
        check_up("north")


def test_a_heap_stands_nowhere():
    along = np.array([1.0, 0.0, 0.0])
    assert standing_rest(np.zeros(3), along, along) is None
    np.testing.assert_array_equal(standing_rest(np.zeros(3), along, -along), along)
