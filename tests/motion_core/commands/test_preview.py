"""`laban preview`: a motion file becomes a picture."""

from __future__ import annotations

import pytest
from one_line import assert_one_line

from motion_core.formats.npz import write_npz


def test_preview(laban, tmp_path, walking_motion):
    write_npz(tmp_path / "walk.npz", walking_motion)
    status, stdout, _ = laban("preview", tmp_path / "walk.npz", "--out", tmp_path / "walk.png", "--size", 64)
    assert status == 0 and stdout.strip() == str(tmp_path / "walk.png")
    assert (tmp_path / "walk.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (["absent.npz"], 1, "absent.npz"),
        (["text.npz"], 1, "text.npz"),
        (["walk.npz", "--out", "walk.avi"], 2, ".gif"),
        (["walk.npz", "--size", "9"], 2, "size is 9"),
    ],
)
def test_preview_bad_input(laban, tmp_path, walking_motion, monkeypatch, arguments, status, word):
    monkeypatch.chdir(tmp_path)
    write_npz("walk.npz", walking_motion)
    (tmp_path / "text.npz").write_text("not a motion")
    result, _, err = laban("preview", *arguments)
    assert result == status
    assert_one_line(err, word)
