"""Grades by eye: written, read, summed; and marks that there are not."""

from __future__ import annotations

import pytest

from motion_core.formats import FormatError
from motion_core.metrics.demo.grades import (
    Grade,
    Grades,
    checkpoint_name,
    in_words,
    read_grades,
    sums,
    write_grades,
)

GIVEN = Grades(
    "mdm",
    "abc",
    "2026-11-29",
    {'a "quoted" word': (Grade("shown"), Grade("part", "only walks: no bow")), "b": (None,)},
)


def test_grades_come_back_as_written(tmp_path):
    path = tmp_path / "grades.toml"
    write_grades(path, GIVEN, ['a "quoted" word', "b", "é new"], 2)
    read = read_grades(path)
    assert (read.model, read.checkpoint, read.graded) == ("mdm", "abc", "2026-11-29")
    assert read.of('a "quoted" word', 1) == Grade("part", "only walks: no bow")
    assert read.of("b", 0) is read.of("b", 1) is read.of("é new", 0) is read.of("never asked", 0) is None
    assert GIVEN.of("b", 5) is None


def test_sums_leave_out_what_is_not_graded():
    given = [Grade("shown"), Grade("part"), Grade("shown"), Grade("other"), None]
    assert sums(given) == {"shown": 2, "part": 1, "other": 1}
    assert in_words(given) == "2 shown (50%), 1 part, 1 other, 1 not graded yet"
    assert in_words(given[:4]) == "2 shown (50%), 1 part, 1 other" and in_words([None]) == "not graded yet"


@pytest.mark.parametrize(
    "text",
    [
        "[",
        'model = "m"\n',
        'model = "m"\ncheckpoint = "c"\n[grades]\n"a" = ["good"]\n',
        'model = "m"\ngrades = 3\n',
    ],
)
def test_a_file_with_a_fault_is_named(tmp_path, text):
    path = tmp_path / "grades.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=r"grades\.toml"):
        read_grades(path)


def test_a_checkpoint_has_a_name(tmp_path):
    (tmp_path / "a").write_bytes(b"weights")
    (tmp_path / "b").write_bytes(b"weightt")
    assert len(checkpoint_name(tmp_path / "a")) == 16
    assert checkpoint_name(tmp_path / "a") != checkpoint_name(tmp_path / "b")
