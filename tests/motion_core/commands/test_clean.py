"""`laban clean`: a motion tidied, at another rate."""

from __future__ import annotations

import pytest
from editing_motions import stepping
from one_line import assert_one_line

from motion_core.formats.npz import read_npz, write_npz


def test_what_was_done_is_told(laban, tmp_path):
    given, out = tmp_path / "in.npz", tmp_path / "out.npz"
    write_npz(given, stepping(50, 20.0, slide=0.1))
    assert laban("clean", given, "--feet", "--smooth", 0.2, "--fps", 30, "--out", out)[0] == 0
    cleaned = read_npz(out)
    assert cleaned.fps == 30 and cleaned.meta["clean"] == {"feet": True, "floor": False, "smooth": 0.2}


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["clean", "IN"], "nothing is to be done"),
        (["clean", "IN", "--fps", "0"], "fps is 0"),
    ],
)  # fmt: skip
def test_bad_arguments_are_one_line(laban, given, tmp_path, argv, words):
    out = tmp_path / "x.npz"
    status, stdout, err = laban(*(given if word == "IN" else word for word in argv), "--out", out)
    assert status == 2 and not stdout and not out.exists()
    assert_one_line(err, words)
