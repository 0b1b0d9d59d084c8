"""Writing files so that nobody ever sees half of one: beside, then renamed; and what to do when a file fails."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any


@contextmanager
def atomic_write(path: str | Path, mode: str = "wb") -> Iterator[IO[Any]]:
    """A file object that becomes `path` when the block ends well; on any error `path` is as it was before.

    Missing folders are made. Text modes write UTF-8 with plain newlines.
    """
    path = Path(path)
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
        if isinstance(fault, OSError) and str(fault.filename) == str(beside):
            fault.filename = str(path)  # nobody asked for the other name
        raise


_REMEDIES = {
    errno.ENOENT: "there is no {name}: check the name and its folder",
    errno.EACCES: "{name} cannot be opened, its permissions forbid it: change them, or name another file",
    errno.EPERM: "{name} cannot be changed, its permissions forbid it: change them, or name another file",
    errno.EROFS: "{name} lies on a disk that is read-only: name another place",
    errno.EISDIR: "{name} is a folder: name a file",
    errno.ENOTDIR: "{name} lies below a file, not a folder: name another place",
    errno.EEXIST: "{name} is there already and no folder: name another place",
    errno.ENAMETOOLONG: "the name of {name} is too long for this disk: shorten it",
    errno.ENOSPC: "the disk is full: make room and ask again; nothing half-written is left",
}


def explained(error: Exception) -> str:
    """What an error says, in one line; of the system's own errors with files, the file and the fix."""
    message = str(error)
    if isinstance(error, OSError) and error.errno in _REMEDIES:
        message = _REMEDIES[error.errno].format(name=error.filename or "the file")
    return " ".join(message.split())
