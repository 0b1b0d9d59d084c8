"""Files appear whole or not at all, wherever an interrupt falls."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest
from broken_files import write_no_files

from motion_core.formats import FormatError, files
from motion_core.formats.files import atomic_write, explained, open_regular, read_regular

WATCHED = {files.__file__, sys.modules["contextlib"].__file__}


class Interrupt:
    """Raises KeyboardInterrupt at the n-th line that the writing of a file runs."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, frame, event, arg):
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt
        return self


def write_interrupted(path: Path, at: int) -> bool:
    """Whether the n-th line was reached."""
    interrupt = Interrupt(at)
    before = sys.gettrace()  # a coverage tool's, perhaps
    sys.settrace(interrupt)
    try:
        with atomic_write(path, "w") as file:
            file.write("whole")
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return interrupt.left <= 0


def test_an_interrupt_at_any_line_leaves_a_whole_file_or_none(tmp_path):
    at = 1
    while write_interrupted(tmp_path / f"{at}.txt", at):
        at += 1
    assert at > 15  # the lines of opening, writing and renaming were all tried
    for path in tmp_path.iterdir():
        assert path.suffix == ".txt" and path.read_text() == "whole"
    assert (tmp_path / f"{at}.txt").exists() and not (tmp_path / "3.txt").exists()


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "folder" / "clip.bin"
    with atomic_write(path) as file:
        file.write(b"old")
    with pytest.raises(OSError, match="full"), atomic_write(path) as file:
        file.write(b"ne")
        raise OSError("the disk is full")
    assert path.read_bytes() == b"old" and list(path.parent.iterdir()) == [path]


def test_text_is_utf8_with_plain_newlines(tmp_path):
    with atomic_write(tmp_path / "a.txt", "w") as file:
        file.write("é\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa9\n"


def test_a_failed_write_names_the_file_that_was_asked_for(tmp_path):
    path = tmp_path / ("long" * 80)
    with pytest.raises(OSError) as caught, atomic_write(path) as file:
        file.write(b"never")
    assert caught.value.filename == str(path) and ".part" not in explained(caught.value)
    assert "shorten" in explained(caught.value)


def test_the_systems_errors_say_what_to_do(tmp_path):
    with pytest.raises(OSError) as absent:
        (tmp_path / "nope.npz").read_bytes()
    with pytest.raises(OSError) as folder:
        tmp_path.read_bytes()
    assert explained(absent.value) == f"there is no {tmp_path / 'nope.npz'}: check the name and its folder"
    assert explained(folder.value) == f"{tmp_path} is a folder: name a file"
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert explained(full).startswith("the disk is full: make room")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("the prompt\n is empty"), "the prompt is empty"),
        (FileNotFoundError("no folder: name one"), "no folder: name one"),
        (OSError(errno.EIO, "Input/output error"), "[Errno 5] Input/output error"),
    ],
)
def test_other_errors_say_what_they_say(error, words):
    assert explained(error) == words


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has neither pipes nor devices with a file's name"
)
def test_only_files_are_opened_and_nothing_is_waited_for(tmp_path):
    for path in write_no_files(tmp_path):
        with pytest.raises((FormatError, OSError), match=path.name.split(".")[0]) as caught:
            open_regular(path)
        told = explained(caught.value)
        kind = {"pipe": "a named pipe", "zero": "a device", "loop": "leads to itself", "sparse": "at most"}
        assert kind.get(path.stem, path.stem) in told


def test_a_file_is_read_up_to_its_limit(tmp_path):
    (tmp_path / "a.bvh").write_bytes(b"12345")
    assert read_regular(tmp_path / "a.bvh", 5) == b"12345"
    with pytest.raises(FormatError, match=r"a\.bvh has 5 bytes: at most 4 are read"):
        read_regular(tmp_path / "a.bvh", 4)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="a file that does not say its size")
def test_a_file_that_says_no_size_has_the_same_limit():
    assert read_regular("/proc/self/status", 100_000)
    with pytest.raises(FormatError, match="more than the 10 bytes"):
        read_regular("/proc/self/status", 10)


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link.npz").symlink_to(Path("real", "a.npz"))
    for content in (b"new", b"newer"):  # the first time nothing is there yet
        with atomic_write(tmp_path / "link.npz") as file:
            file.write(content)
        assert (tmp_path / "link.npz").is_symlink() and (tmp_path / "real" / "a.npz").read_bytes() == content
    assert len(list(tmp_path.rglob("*"))) == 3


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has neither pipes nor devices with a file's name"
)
def test_no_device_and_no_pipe_is_replaced(tmp_path):
    before = sorted(write_no_files(tmp_path))
    for path in before:
        if path.stem in ("pipe", "socket", "zero", "loop", "folder"):
            with pytest.raises((FormatError, OSError), match=path.stem), atomic_write(path) as file:
                file.write(b"x")
    assert sorted(tmp_path.iterdir()) == before and Path("/dev/zero").is_char_device()
