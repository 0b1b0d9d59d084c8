"""`laban blend`: two motions mixed, or one leading into the other."""

from __future__ import annotations

import pytest
from command_files import near
from editing_motions import stepping
from one_line import assert_one_line

from motion_core.formats.npz import read_npz, write_npz


@pytest.fixture
def other(tmp_path):
    """Two and a half seconds of stepping at 20 fps, as a file."""
    write_npz(tmp_path / "other.npz", stepping(50, 20.0, slide=0.1))
    return tmp_path / "other.npz"


@pytest.mark.parametrize(("weight", "frames"), [(0, 60), (0.5, 67), (1, 75)])
def test_a_mixture_has_a_length_between_the_two(laban, given, other, tmp_path, weight, frames):
    out = tmp_path / "out.npz"
    assert laban("blend", given, other, "--weight", weight, "--out", out)[0] == 0
    assert abs(len(read_npz(out)) - frames) <= 1
    assert weight or near(read_npz(out), read_npz(given), slice(None))


def test_one_leads_into_the_other(laban, given, other, tmp_path):
    out = tmp_path / "out.npz"
    assert laban("blend", given, other, "--fade", 0.5, "--out", out)[0] == 0
    assert len(read_npz(out)) == 60 + 75 - 15


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["blend", "IN", "IN", "--weight", "nan"], "weight is nan"),
        (["blend", "IN", "IN", "--fade", "60"], "fade is 60"),
    ],
)  # fmt: skip
def test_bad_arguments_are_one_line(laban, given, tmp_path, argv, words):
    out = tmp_path / "x.npz"
    status, stdout, err = laban(*(given if word == "IN" else word for word in argv), "--out", out)
    assert status == 2 and not stdout and not out.exists()
    assert_one_line(err, words)
