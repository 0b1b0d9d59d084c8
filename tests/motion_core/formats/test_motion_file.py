"""Motion files told apart by their ending."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest
from broken_files import CONTENTS, ROWS, TREE, as_npy, damaged, good_npz, standing_joints, write_no_files
from hypothesis import given, settings
from hypothesis import strategies as st

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


def ends_well(path) -> str:
    """What became of a file: "read", and then all of it is finite, or "refused" with its name."""
    try:
        motion = read_motion(path)
    except (FormatError, OSError) as error:
        assert path.name in str(error) and len(str(error)) < 1000
        return "refused"
    assert all(
        np.isfinite(values).all()
        for values in (motion.trans, motion.rotations, motion.betas, motion.joints())
    )
    assert motion.to_bytes()
    return "read"


@pytest.mark.slow
@pytest.mark.parametrize("ending", CONTENTS)
def test_broken_and_hostile_files_are_refused_in_one_way(tmp_path, ending):
    path = tmp_path / f"hostile{ending}"
    for name, content in CONTENTS[ending](random.Random(1)):
        path.write_bytes(content)
        outcome = ends_well(path)
        assert outcome == "refused" or name.startswith(("damaged", "members", "replaced")), name


GOOD = {
    ".npz": good_npz(betas=np.ones(10)),
    ".npy": as_npy(standing_joints()),
    ".bvh": (TREE + ROWS).encode(),
}


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.integers(0, 2**32), st.integers(1, 3))
def test_no_damage_is_a_fault_of_the_reader(tmp_path_factory, ending, seed, times):
    rng, content = random.Random(seed), GOOD[ending]
    for _ in range(times):
        content = damaged(content or b"\0", rng)
    path = tmp_path_factory.mktemp("damaged") / f"damaged{ending}"
    path.write_bytes(content)
    ends_well(path)


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has neither pipes nor devices with a file's name"
)
def test_what_is_no_file_is_not_waited_for(tmp_path):
    for path in write_no_files(tmp_path):
        assert ends_well(path) == "refused"
