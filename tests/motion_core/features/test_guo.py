"""The features of Guo et al. for any skeleton: columns, and a body of a few joints there and back."""

import numpy as np
import pytest

from motion_core.features import humanml263, kit251
from motion_core.features.guo import Skeleton, features_to_joints, joints_to_features

NAMES = ("pelvis", "left_hip", "right_hip", "left_shoulder", "right_shoulder")
SMALL = Skeleton(
    joints=NAMES,
    zero={
        "left_hip": (1, 0, 0), "right_hip": (-1, 0, 0), "left_shoulder": (0, 1, 0), "right_shoulder": (0, 1, 0),
    },
    chains=tuple(("pelvis", name) for name in NAMES[1:]),
    contacts=("left_hip",),
    still=0.01,
)  # fmt: skip


def body(frames):
    """Joints (T,5,3), Y up, facing +Z and walking there by 0.1 a frame."""
    rest = np.array([[0, 1, 0], [0.1, 0.9, 0], [-0.1, 0.9, 0], [0.2, 1.5, 0], [-0.2, 1.5, 0]])
    return rest + np.arange(frames)[:, None, None] * [0, 0, 0.1]


def test_columns_follow_the_skeleton():
    assert (SMALL.dim, humanml263.BODY.dim, kit251.BODY.dim) == (4 + 12 + 24 + 15 + 1, 263, 251)
    for skeleton in (SMALL, humanml263.BODY, kit251.BODY):
        edges = [(part.start, part.stop) for part in skeleton.slices.values()]
        assert [start for start, _ in edges] == [0] + [stop for _, stop in edges[:-1]]
        assert set(skeleton.zero) == set(skeleton.joints[1:])
        assert {name for chain in skeleton.chains for name in chain} == set(skeleton.joints)


def test_there_and_back():
    joints = body(30)
    again = features_to_joints(joints_to_features(joints, SMALL), SMALL)
    assert np.abs(again - (joints[:-1] - [0, 0.9, 0])).max() < 1e-5  # on the floor, over the origin


def test_contacts_and_refusals():
    slow = body(5) * 0.5
    columns = SMALL.slices["contacts"]
    assert joints_to_features(slow, SMALL)[:, columns].all()
    assert not joints_to_features(body(5) * 2, SMALL)[:, columns].any()
    with pytest.raises(ValueError, match="at least two"):
        joints_to_features(body(1), SMALL)
    with pytest.raises(ValueError, match=r"\(3, 55\)"):
        features_to_joints(np.zeros((3, 55)), SMALL)
