"""`laban convert`: bad paths."""

from __future__ import annotations

from one_line import assert_one_line


def test_convert_bad_input(laban, tmp_path):
    status, _, err = laban("convert", tmp_path / "absent.pt", tmp_path / "x.safetensors")
    assert status == 1
    assert_one_line(err, "absent.pt")
    status, _, err = laban("convert", tmp_path / "absent.pt", tmp_path / "x.pt")
    assert status == 2
    assert_one_line(err, ".safetensors")
