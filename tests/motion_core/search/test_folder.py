"""What is looked at in a library's folder, and what is not."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest
from broken_files import write_no_files
from word_embedder import standing

from motion_core.formats.motion_file import READ_ENDINGS
from motion_core.formats.npz import write_npz
from motion_core.search.folder import inside, look

WORDS = ("walks", "limps", "waves", "kicks", "sits")


@pytest.fixture
def library(tmp_path) -> Path:
    folder = tmp_path / "library"
    for number, word in enumerate(WORDS):
        write_npz(folder / f"part{number % 2}" / f"{word}.npz", standing(f"person {word}", 10 + number))
    return folder


def test_hidden_files_and_ways_out_are_left_out(library, tmp_path):
    write_npz(library / ".hidden" / "a.npz", standing())
    write_npz(library / ".b.npz", standing())
    write_npz(tmp_path / "elsewhere" / "secret.npz", standing())
    (library / "way_out").symlink_to(tmp_path / "elsewhere")
    (library / "out.npz").symlink_to(tmp_path / "elsewhere" / "secret.npz")
    (library / "twice.npz").symlink_to(library / "part0" / "walks.npz")
    (library / "nowhere.npz").symlink_to(library / "gone.npz")
    (library / "notes.txt").write_text("")
    found = look(library.resolve())
    assert set(found.stamps) == {"twice.npz", *(f"part{n % 2}/{word}.npz" for n, word in enumerate(WORDS))}
    assert list(found.faults) == ["nowhere.npz"]


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has neither pipes nor devices with a file's name"
)
def test_what_is_no_file_is_listed_and_the_folder_searched(library):
    write_no_files(library)
    (library / "up").symlink_to(library)
    found = look(library.resolve())
    assert set(found.stamps) == {
        *(f"part{n % 2}/{word}.npz" for n, word in enumerate(WORDS)), *(f"sparse{e}" for e in READ_ENDINGS)
    }  # fmt: skip
    assert found.faults == {
        **{f"pipe{e}": "it is a named pipe, no file that can be read" for e in READ_ENDINGS},
        **{f"socket{e}": "it is a socket, no file that can be read" for e in READ_ENDINGS},
        **{f"loop{e}": os.strerror(errno.ELOOP) for e in READ_ENDINGS},
    }
    with pytest.raises(ValueError, match="is no motion file of the library"):
        inside(library, "loop.npz")


@pytest.mark.parametrize(
    "path", ["../elsewhere.npz", "/etc/passwd", "part0", "part0/../../x.npz", "a.txt", ""]
)
def test_a_path_stays_in_its_library(library, path):
    with pytest.raises(ValueError, match="is no motion file of the library"):
        inside(library, path)


def test_a_link_out_of_the_library_is_not_followed(library, tmp_path):
    write_npz(tmp_path / "secret.npz", standing())
    (library / "out.npz").symlink_to(tmp_path / "secret.npz")
    with pytest.raises(ValueError, match="is no motion file"):
        inside(library, "out.npz")
    assert inside(library, "part0/walks.npz") == (library / "part0/walks.npz").resolve()
