"""What commands share: where results go, how progress is shown."""

from __future__ import annotations

import argparse
import sys

import pytest
from one_line import assert_one_line

from motion_core.commands import console

WAVE = ["generate", "--text", "a person waves", "--seconds", "1", "--steps", "3", "--device", "cpu"]


@pytest.mark.parametrize(
    ("out", "word"), [("wave.fbx", ".npz or .bvh"), ("wave", ".npz or .bvh"), (".", ".npz")]
)
def test_generate_bad_out(laban, tiny_weights, tmp_path, out, word):
    status, _, err = laban(*WAVE, "--out", tmp_path / out)
    assert status == 2
    assert_one_line(err, word)


def test_generate_out_is_a_folder_or_below_a_file(laban, tiny_weights, tmp_path):
    (tmp_path / "taken.npz").mkdir()
    assert laban(*WAVE, "--out", tmp_path / "taken.npz")[0] == 2
    (tmp_path / "file").write_text("")
    status, _, err = laban(*WAVE, "--out", tmp_path / "file" / "x.npz")
    assert status == 1
    assert_one_line(err, "file", "name another place")
    status, _, err = laban("preview", tmp_path / "nope.npz", "--out", tmp_path / "x.gif")
    assert status == 1
    assert_one_line(err, "nope.npz", "check the name")


def test_progress_is_shown_on_a_terminal_only(capsys, monkeypatch):
    quiet = argparse.Namespace(json=True)
    with console.progress(quiet, "working") as report:
        assert report is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with console.progress(argparse.Namespace(json=False), "working") as report:
        report(3, 7)
    captured = capsys.readouterr()
    assert "working" in captured.err and "3/7" in captured.err and not captured.out
