"""`laban edit`: other joints and frames outside the span stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
from command_files import FAST, near
from one_line import assert_one_line

from motion_core.formats.npz import read_npz


def test_parts_span_and_strength(laban, tiny_weights, given, tmp_path):
    motion, out = read_npz(given), tmp_path / "out.npz"
    assert laban("edit", "--motion", given, "--parts", "left_arm", "head", "--text", "waves", "--span", "10:40",
                 "--out", out, *FAST)[0] == 0  # fmt: skip
    edited = read_npz(out)
    assert near(edited, motion, np.r_[0:10, 40:60]) and edited.meta["parts"] == ["left_arm", "head"]
    np.testing.assert_allclose(edited.trans, motion.trans)
    assert laban("edit", "--motion", given, "--strength", 0.3, "--out", out, *FAST)[0] == 0
    assert read_npz(out).meta["strength"] == 0.3


def test_files_that_cannot_be_read_fail(laban, tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"no motion")
    for name in ("absent.npz", "broken.npz"):
        status, _, err = laban("edit", "--motion", tmp_path / name, "--out", tmp_path / "x.npz")
        assert status == 1 and name in err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["edit", "--motion", "IN", "--parts", "tail"], "'tail'"),
        (["edit", "--motion", "IN", "--strength", "2"], "strength is 2"),
        (["edit", "--motion", "IN", "--span", "0:5,9:10"], "one span"),
    ],
)  # fmt: skip
def test_bad_arguments_are_one_line(laban, given, tmp_path, argv, words):
    out = tmp_path / "x.npz"
    status, stdout, err = laban(*(given if word == "IN" else word for word in argv), "--out", out)
    assert status == 2 and not stdout and not out.exists()
    assert_one_line(err, words)
