"""Files opened only where they are files, and written so that nobody ever sees half of one: beside, then renamed.

And what to do when the system refuses.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from motion_core.formats import FormatError
from motion_core.formats.limits import MAX_FILE

KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def other_kind(mode: int) -> str:
    """What a thing of this mode (`os.stat`) is, such as "a named pipe"; "" for a regular file."""
    return "" if stat.S_ISREG(mode) else KINDS.get(stat.S_IFMT(mode), "no regular file")


def open_regular(path: str | Path, most: int = MAX_FILE) -> IO[bytes]:
    """A regular file of at most so many bytes, open for reading.

    Anything else (a device, a named pipe, for which a reader would wait for ever) is a FormatError, at once. Raises
    OSError where it cannot be opened.
    """
    _refuse_others(path, os.stat(path), most)
    # what lies there may change meanwhile: a pipe is opened without waiting, and refused then
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    try:
        _refuse_others(path, os.fstat(file.fileno()), most)
    except BaseException:
        file.close()
        raise
    return file


def read_regular(path: str | Path, most: int = MAX_FILE) -> bytes:
    """The content of a regular file of at most so many bytes. Raises FormatError or OSError."""
    with open_regular(path, most) as file:
        content = file.read(most + 1)
    if len(content) > most:  # the system's own files do not say their size
        raise FormatError(f"{path} has more than the {most:,} bytes that are read: cut it into parts")
    return content


def _refuse_others(path: str | Path, status: os.stat_result, most: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if kind := other_kind(status.st_mode):
        raise FormatError(f"{path} is {kind}, no file that can be read: name a file")
    if status.st_size > most:
        raise FormatError(
            f"{path} has {status.st_size:,} bytes: at most {most:,} are read; cut it into parts"
        )


@contextmanager
def atomic_write(path: str | Path, mode: str = "wb") -> Iterator[IO[Any]]:
    """A file object that becomes `path` when the block ends well; on any error `path` is as it was before.

    Missing folders are made. A link stays, and what it leads to is written. Text modes write UTF-8 with plain newlines.
    Raises FormatError where a device or the like has that name.
    """
    path = _behind_links(Path(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    text: dict[str, Any] = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
    # named before it is made: an interrupt that falls between the two leaves nothing that nobody knows of
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(beside, mode.replace("w", "x"), **text) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException as fault:
        with suppress(OSError):  # what went wrong first is what matters
            beside.unlink(missing_ok=True)
        if isinstance(fault, OSError) and fault.errno and fault.filename in (None, str(beside)):
            fault.filename = str(path)  # nobody asked for the other name
        raise


def _behind_links(path: Path) -> Path:
    """The file that a link leads to, there or not; any other path as it is."""
    real = Path(os.path.realpath(path)) if path.is_symlink() else path
    if real.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    try:
        mode = os.stat(real).st_mode
    except OSError:  # nothing is there, or what follows says why not
        return real
    if not stat.S_ISDIR(mode) and (kind := other_kind(mode)):
        raise FormatError(f"{path} is {kind}, no file that can be replaced: name a file")
    return real


_REMEDIES = {
    errno.ENOENT: "there is no {name}: check the name and its folder",
    errno.EACCES: "{name} cannot be opened, its permissions forbid it: change them, or name another file",
    errno.EPERM: "{name} cannot be changed, its permissions forbid it: change them, or name another file",
    errno.EROFS: "{name} lies on a disk that is read-only: name another place",
    errno.EISDIR: "{name} is a folder: name a file",
    errno.ENOTDIR: "{name} lies below a file, not a folder: name another place",
    errno.EEXIST: "{name} is there already and no folder: name another place",
    errno.ELOOP: "{name} is a link that leads to itself: name the file itself",
    errno.ENAMETOOLONG: "the name of {name} is too long for this disk: shorten it",
    errno.EFBIG: "{name} would be larger than a file may be here: name another place",
    errno.ENOSPC: "the disk is full: make room and ask again; nothing half-written is left",
}


def explained(error: Exception) -> str:
    """What an error says, in one line; of the system's own errors with files, the file and the fix."""
    message = str(error)
    if isinstance(error, OSError) and error.errno in _REMEDIES:
        message = _REMEDIES[error.errno].format(name=error.filename or "the file")
    return " ".join(message.split())


def told(error: Exception) -> str:
    """`explained`; of an error that nobody foresaw also its kind, which is a clue, and whose fault it is."""
    message = explained(error)
    expected = isinstance(error, OSError | ValueError)
    if not expected or not message:
        message = f"{type(error).__name__}: {message}"
    return message if expected else f"{message} (a fault of laban: --debug shows where)"
