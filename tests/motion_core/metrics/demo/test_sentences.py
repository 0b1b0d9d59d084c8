"""The sentences of the demo page, and faults of their file."""

from __future__ import annotations

import pytest

from motion_core.formats import FormatError
from motion_core.metrics.demo.sentences import Sentence, load_sentences

ROW = '[[sentence]]\nmanner = "MDM"\ntext = "a person flies"\nseconds = 4\n'


def test_there_are_sixty_twelve_of_each_manner():
    sentences = load_sentences()
    assert len(sentences) == 60 and all(3 <= s.seconds <= 9.8 for s in sentences)
    manners = [s.manner for s in sentences]
    assert {manners.count(manner) for manner in manners} == {12}


def test_a_file_is_read_and_its_faults_are_named(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text(ROW, encoding="utf-8")
    assert load_sentences(path) == (Sentence("a person flies", 4.0, "MDM"),)
    for text, fault in (
        (ROW + ROW, "twice"),
        ("[[sentence]]\ntext = 'x'\n", "manner|seconds"),
        ("[", r"s\.toml: "),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FormatError, match=fault):
            load_sentences(path)
