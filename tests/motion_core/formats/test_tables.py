"""TOML files: whatever is wrong with one is said with its name."""

from __future__ import annotations

import random

import pytest
from broken_files import damaged
from hypothesis import given, settings
from hypothesis import strategies as st

from motion_core.formats import FormatError
from motion_core.formats.tables import MAX_TABLE, toml_table
from motion_core.metrics.demo.grades import read_grades
from motion_core.metrics.demo.sentences import load_sentences
from motion_core.metrics.prompts.wordings import load_wordings

GRADES = 'model = "a"\ncheckpoint = "b"\n[grades]\n"a person bows" = ["shown", "part: one arm"]\n'
SENTENCES = '[[sentence]]\ntext = "a person bows"\nseconds = 3.0\nmanner = "plain"\n'
WORDINGS = '["a person bows"]\nparaphrased = "someone bends"\ntyped = "bow"\n'


def test_a_table_is_read_and_a_byte_order_mark_passed_over(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbf" + GRADES.encode())
    with toml_table(tmp_path / "a.toml") as table:
        assert table["grades"] == {"a person bows": ["shown", "part: one arm"]}


@pytest.mark.parametrize(
    "content", [b"a = ", b"\xff\xfe", b"a = " + b"[" * 100_000, b"a = " + b"9" * 5000, b"#" * (MAX_TABLE + 1)]
)
def test_what_is_no_table_names_its_file(tmp_path, content):
    (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(FormatError, match=r"a\.toml"), toml_table(tmp_path / "a.toml"):
        pass


def test_what_is_wrong_in_a_table_names_its_file(tmp_path):
    (tmp_path / "a.toml").write_text("")
    with pytest.raises(FormatError, match=r"a\.toml is not a readable TOML file \(KeyError: 'grades'\)"):
        read_grades(tmp_path / "a.toml")
    with pytest.raises(FileNotFoundError):
        read_grades(tmp_path / "absent.toml")


@settings(max_examples=120, derandomize=True, deadline=None)
@given(
    st.sampled_from([(GRADES, read_grades), (SENTENCES, load_sentences), (WORDINGS, load_wordings)]),
    st.integers(0, 2**32),
)
def test_no_damage_is_a_fault_of_the_reader(tmp_path_factory, kind, seed):
    content, read = kind
    path = tmp_path_factory.mktemp("table") / "a.toml"
    path.write_bytes(damaged(content.encode(), random.Random(seed)))
    try:
        read(path)
    except FormatError as error:
        assert "a.toml" in str(error)
