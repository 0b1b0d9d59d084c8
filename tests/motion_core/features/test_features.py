"""What is said of every kind of features, whatever it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.features import FEATURES, FeatureStats

KINDS = pytest.mark.parametrize("kind", FEATURES.values(), ids=FEATURES)


def elsewhere(motion: Motion) -> Motion:
    """The same motion, begun two metres away and turned by a radian."""
    turn = quat.about_z(np.full(len(motion), 1.0))
    rotations = motion.rotations.copy()
    rotations[:, JOINT["pelvis"]] = quat.multiply(turn, rotations[:, JOINT["pelvis"]])
    return Motion.from_pelvis(motion.fps, quat.rotate(turn, motion.pelvis) + [2.0, 0.0, 0.0], rotations)


@KINDS
def test_a_row_is_called_by_its_name_and_its_slices_tile_the_vector(kind):
    assert FEATURES[kind.name] is kind
    columns = [column for part in kind.slices.values() for column in range(part.start, part.stop)]
    assert columns == list(range(kind.dim))


@KINDS
def test_a_motion_comes_back(kind, walking_motion):
    motion = walking_motion.facing_front()
    x0 = kind.encode(motion)
    assert x0.shape[1] == kind.dim and x0.dtype == np.float32
    back = kind.decode(kind.canonical(x0), 20.0)
    assert len(back) == len(x0)
    steps = [np.linalg.norm(np.diff(m.pelvis[:, :2], axis=0), axis=1).sum() for m in (motion, back)]
    assert steps[1] == pytest.approx(steps[0], rel=0.1)


@KINDS
def test_neither_place_nor_heading_is_in_canonical_features(kind, walking_motion):
    if kind.name in ("smpl24rot6d", "joints22"):
        pytest.skip("official files of this kind keep where a clip stands and faces, and so do we")
    here, there = kind.encode_canonical([walking_motion, elsewhere(walking_motion)])
    np.testing.assert_allclose(here, there, atol=2e-3)
    start = kind.decode(here, 20.0)
    fitted = kind.name == "kit251"  # joints alone: the body is fitted to them, to some millimetres
    assert np.abs(start.pelvis[0, :2]).max() < (0.01 if fitted else 1e-5)


@KINDS
def test_a_stretch_is_a_clip_of_its_own_normalised_or_not(kind, walking_motion):
    x0 = kind.encode(walking_motion)
    stats = FeatureStats.fit([x0])
    plain, normal = kind.canonical(x0[5:15]), kind.canonical_normal(stats.normalize(x0)[5:15], stats)
    np.testing.assert_allclose(stats.denormalize(normal), plain, atol=1e-4)
    torch.testing.assert_close(kind.canonical(torch.from_numpy(x0[5:15])), torch.from_numpy(plain))


@KINDS
def test_many_motions_are_encoded_as_one_by_one_and_a_single_pose_too(kind, walking_motion):
    motions = [walking_motion, walking_motion.slice(0, 7), walking_motion.slice(3, 4)]
    for motion, x0 in zip(motions, kind.encode_canonical(motions)):
        np.testing.assert_allclose(x0, kind.canonical(kind.encode(motion)), atol=1e-6)


def test_what_can_be_held_fixed():
    assert FEATURES["humanml263"].known is None
    kind, known = FEATURES["smpl205"], FEATURES["smpl205"].known
    values = known.values(torch.zeros(2, 6, kind.dim), FeatureStats(np.zeros(kind.dim), np.ones(kind.dim)))
    assert values.shape == (2, 6, known.dim) and known.world_root.stop == known.dim
    assert known.poses(torch.ones(6, dtype=torch.bool)).shape == (6, known.dim)
    assert known.path(True).sum() == 4 and known.without([JOINT["head"]])[known.steps].all()
