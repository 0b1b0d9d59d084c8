"""Motion files told apart by their ending."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.formats import FormatError
from motion_core.formats.bvh import write_bvh
from motion_core.formats.motion_file import MOTION_ENDINGS, read_motion
from motion_core.formats.npz import write_npz


@pytest.mark.parametrize(
    ("name", "write"), [("a.npz", write_npz), ("a.bvh", write_bvh), ("A.BVH", write_bvh)]
)
def test_either_kind_is_read(tmp_path, walking_motion, name, write):
    write(tmp_path / name, walking_motion)
    assert name.lower().endswith(MOTION_ENDINGS)
    np.testing.assert_allclose(read_motion(tmp_path / name).trans, walking_motion.trans, atol=1e-5)


def test_joints_in_a_bare_array_are_read(tmp_path, walking_motion):
    np.save(tmp_path / "a.npy", walking_motion.joints())
    assert len(read_motion(tmp_path / "a.npy")) == len(walking_motion)


@pytest.mark.parametrize(("name", "said"), [("a.pkl", r"np\.savez"), ("a.pt", "pickle"), ("a.fbx", "as BVH")])
def test_kinds_that_are_not_read_say_what_to_do(tmp_path, name, said):
    (tmp_path / name).write_bytes(b"anything")
    with pytest.raises(FormatError, match=said):
        read_motion(tmp_path / name)


def test_what_is_no_motion_names_its_file(tmp_path):
    for name in ("rubbish.npz", "rubbish.bvh", "rubbish.npy"):
        (tmp_path / name).write_bytes(b"rubbish")
        with pytest.raises(FormatError, match=name):
            read_motion(tmp_path / name)
    with pytest.raises(OSError, match=r"absent\.npz"):
        read_motion(tmp_path / "absent.npz")
