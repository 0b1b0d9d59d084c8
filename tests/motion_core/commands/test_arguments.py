"""Spans, pins and paths as they are written on a command line."""

from __future__ import annotations

import numpy as np
import pytest

from motion_core.commands.arguments import read_path, read_pin, read_spans
from motion_core.tasks import TaskError


def test_what_is_written_on_the_command_line():
    assert read_spans("0:3, 5 ,-2:,:1", 10) == ((0, 3), (5, 6), (8, 10), (0, 1))
    assert read_spans("all", 7) == ((0, 7),) and read_spans("none", 7) == ()
    pin = read_pin("pelvis@1:2.5=1,-2,0.9,heading:180")
    assert (pin.start, pin.stop, pin.position) == (1, 2.5, (1, -2, 0.9)) and abs(pin.heading - np.pi) < 1e-9
    assert read_path("0,0@0 1,2@3", "free").seconds == (0, 3)
    for text in ("", "1:x", "3:2", "::", "1-3"):
        with pytest.raises(TaskError):
            read_spans(text, 10)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("left_wrist=1,2,3", "JOINT@SECONDS"),
        ("left_wrist@1", "JOINT@SECONDS"),
        ("head@x=1,2,3", "'x' where a number belongs"),
        ("head@1=1,2", "2 coordinates"),
        ("head@1=heading:90", "only one of the pelvis"),
        ("tail@1=1,2,3", "unknown joint 'tail'"),
    ],
)
def test_pins_that_cannot_be_read(text, words):
    with pytest.raises(TaskError, match=words):
        read_pin(text)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("x,y\n0,0\n0,one\n", "row 3 of .* has 'one' where a number belongs"),
        ("0,0\n1\n", "row 2 of .* has 1 values"),
        ("0,0,0\n1,1\n", "gives times to some of its points"),
        ("\0\xff", "path"),
        ("", "gives times to some|cannot be read|two points"),
    ],
)
def test_files_that_are_no_path(tmp_path, rows, words):
    file = tmp_path / "way.csv"
    file.write_bytes(rows.encode("latin-1"))
    with pytest.raises(TaskError, match=words):
        read_path(str(file))


def test_a_table_is_a_path_with_or_without_times_and_names_of_columns(tmp_path):
    file = tmp_path / "way.csv"
    file.write_text("x,y,seconds\n0,0,0\n\n0,-1,1.5\n", encoding="utf-8-sig")
    assert read_path(str(file)).seconds == (0.0, 1.5)
    file.write_text("0,0\n0,-1\n")
    assert read_path(str(file), "free").points == ((0, 0), (0, -1)) and read_path(str(file)).seconds is None
    with pytest.raises(FileNotFoundError):
        read_path(str(tmp_path / "no.csv"))
