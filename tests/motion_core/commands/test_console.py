"""What commands share: where results go, how progress is shown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pytest
from one_line import assert_one_line

from motion_core.commands import console
from motion_core.formats.npz import read_npz
from motion_core.results import Words
from motion_core.tasks import TaskError

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


@pytest.mark.parametrize(
    ("out", "gives", "words"),
    [
        ("x.bvh", "words", "it must end in .json to hold words"),
        ("x.npz", "hits", "it must end in .json to hold hits"),
        ("x", "hits", "it must end in .json to hold hits"),
        ("x.json", "motion", "it must end in .npz or .bvh"),
    ],
)
def test_a_file_that_cannot_hold_the_result_is_refused(tmp_path, out, gives, words):
    with pytest.raises(TaskError) as caught:
        console.check_out(tmp_path / out, gives)
    assert words in str(caught.value) and str(tmp_path / out) in str(caught.value)


@pytest.mark.parametrize(
    ("out", "gives"), [("a.npz", "motion"), ("a.BVH", "motion"), ("a.json", "hits"), ("a.JSON", "words")]
)
def test_a_file_that_can_hold_the_result_is_taken(tmp_path, out, gives):
    assert console.check_out(tmp_path / out, gives) == tmp_path / out


def test_results_are_written_as_their_file_s_ending_says(tmp_path, walking_motion):
    for name in ("deep/a.npz", "deep/b.bvh"):
        console.write_result(tmp_path / name, walking_motion)
    assert len(read_npz(tmp_path / "deep" / "a.npz")) == len(walking_motion)
    assert (tmp_path / "deep" / "b.bvh").read_text().startswith("HIERARCHY")
    words = Words(("a person walks",), {"model": "none"})
    console.write_result(tmp_path / "c.json", words)
    assert (tmp_path / "c.json").read_bytes() == words.to_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.json", "deep"]  # nothing half-written


def test_several_results_are_numbered_beside_each_other():
    assert console.result_paths(Path("out/wave.npz"), 1) == [Path("out/wave.npz")]
    assert console.result_paths(Path("out/wave.npz"), 2) == [
        Path("out/wave_000.npz"),
        Path("out/wave_001.npz"),
    ]


def test_an_answer_is_for_people_or_for_machines(capsys):
    for as_json in (False, True):
        console.answer(argparse.Namespace(json=as_json), {"name": "\u00fc"}, ["one", "two"])
    assert capsys.readouterr().out == 'one\ntwo\n{"name": "\u00fc"}\n'
