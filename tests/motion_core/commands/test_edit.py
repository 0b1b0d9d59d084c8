"""`laban edit`: other joints and frames outside the span stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import swaying

from motion_core.formats.npz import read_npz, write_npz

FAST = ["--steps", "2", "--device", "cpu", "--model", "mdm"]


@pytest.fixture
def given(tmp_path):
    """Two seconds of walking at 30 fps, as a file."""
    write_npz(tmp_path / "in.npz", swaying(1, 60, 30.0))
    return tmp_path / "in.npz"


def near(a, b, frames) -> bool:
    return bool(np.abs(a.joints()[frames] - b.joints()[frames]).max() < 1e-5)


def test_edit_and_sequence(laban, tiny_weights, given, tmp_path):
    motion, out = read_npz(given), tmp_path / "out.npz"
    assert laban("edit", "--motion", given, "--parts", "left_arm", "head", "--text", "waves", "--span", "10:40",
                 "--out", out, *FAST)[0] == 0  # fmt: skip
    edited = read_npz(out)
    assert near(edited, motion, np.r_[0:10, 40:60]) and edited.meta["parts"] == ["left_arm", "head"]
    np.testing.assert_allclose(edited.trans, motion.trans)
    assert laban("edit", "--motion", given, "--strength", 0.3, "--out", out, *FAST)[0] == 0
    assert read_npz(out).meta["strength"] == 0.3
    (tmp_path / "story.jsonl").write_text(
        '{"text": "walk", "seconds": 1}\n\n{"text": "run", "seconds": 1.5}\n'
    )
    assert (
        laban("sequence", "--file", tmp_path / "story.jsonl", "--start", given, "--out", out, *FAST)[0] == 0
    )
    assert len(read_npz(out)) == 50
    assert laban("sequence", "--prompt", "a=b walks=1", "--prompt", "runs=1", "--out", out, *FAST)[0] == 0
    assert read_npz(out).meta["prompts"] == [["a=b walks", 1.0], ["runs", 1.0]]


def test_files_that_cannot_be_read_fail(laban, tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"no motion")
    for name in ("absent.npz", "broken.npz"):
        status, _, err = laban("edit", "--motion", tmp_path / name, "--out", tmp_path / "x.npz")
        assert status == 1 and name in err
    status, _, err = laban(
        "complete", "--seconds", 2, "--path", tmp_path / "no.csv", "--out", tmp_path / "x.npz"
    )
    assert status == 1 and "no.csv" in err
