"""Word lists from pickles that can hold nothing but plain values."""

import os
import pickle

import pytest

from motion_core.convert.words import read_places, read_words
from motion_core.formats import FormatError


class Runs:
    """Makes a folder when unpickled by Python itself."""

    def __init__(self, folder):
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def test_a_pickle_that_would_run_something_is_refused(tmp_path):
    (tmp_path / "list.pkl").write_bytes(pickle.dumps([Runs(tmp_path / "was-run")]))
    with pytest.raises(FormatError, match=r"list\.pkl was refused, nothing in it was run.*mkdir"):
        read_words(tmp_path / "list.pkl")
    assert not (tmp_path / "was-run").exists()


def test_plain_values_that_are_no_words_are_named(tmp_path):
    (tmp_path / "empty.txt").write_text("\n\n")
    with pytest.raises(FormatError, match="no list of words"):
        read_words(tmp_path / "empty.txt")
    (tmp_path / "idx.pkl").write_bytes(pickle.dumps({"a": "b"}))
    with pytest.raises(FormatError, match="does not give each word's row"):
        read_places(tmp_path / "idx.pkl")


def test_words_keep_their_order_from_either_kind_of_file(tmp_path):
    (tmp_path / "words.txt").write_text("walk\n  the \n\nzebra\n", encoding="utf-8")
    (tmp_path / "words.pkl").write_bytes(pickle.dumps(["walk", "the", "zebra"]))
    assert (
        read_words(tmp_path / "words.txt") == read_words(tmp_path / "words.pkl") == ["walk", "the", "zebra"]
    )
    (tmp_path / "idx.pkl").write_bytes(pickle.dumps({"the": 1, "walk": 0}))
    assert read_places(tmp_path / "idx.pkl") == {"the": 1, "walk": 0}
