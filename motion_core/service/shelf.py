"""Finished results as files, so that many can wait to be fetched without filling the memory."""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from motion_core.service.parent import parent_watch

log = logging.getLogger("laban.service")

LEAST = 4096  # bytes that a result counts at least: a block of the disk
PREFIX = "laban-results-"  # of the folder's name, which goes on with the number of its process
OWNED = r"laban-(?:results-)?(\d{1,9})-\w+"  # such a folder, or one in which the add-on has its service work


@dataclass(frozen=True)
class Content:
    """A finished result, as it is sent."""

    body: bytes
    media_type: str


@dataclass(frozen=True)
class Kept:
    """A result on the shelf. path None: no disk took it, so that it stays in memory."""

    size: int
    media_type: str
    path: Path | None
    in_memory: bytes = b""

    def read(self) -> bytes:
        """Raises OSError where it has been taken away."""
        return self.in_memory if self.path is None else self.path.read_bytes()

    def remove(self) -> None:
        if self.path is not None:
            with suppress(OSError):
                self.path.unlink()


class Shelf:
    """A folder of its own, made with the first result. parent: where; by default the system's temporary folder."""

    def __init__(self, parent: Path | None = None) -> None:
        self._parent = parent
        self._folder: Path | None = None

    def put(self, content: Content) -> Kept:
        size = max(LEAST, len(content.body))
        try:
            path = self._made_folder() / secrets.token_hex(12)
            path.write_bytes(content.body)
        except OSError as fault:
            log.warning("a result is kept in memory: %s", fault)
            return Kept(size, content.media_type, None, content.body)
        return Kept(size, content.media_type, path)

    def close(self) -> None:
        """Everything on it goes."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _made_folder(self) -> Path:
        if self._folder is None or not self._folder.is_dir():
            self._folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=self._parent))
        return self._folder


def sweep(*places: Path) -> list[Path]:
    """Takes away what processes left in these folders that were killed: services, and Blenders which started one.

    Without places it looks in the temporary folder, and beside our own folder where Blender gave us one.
    """
    found = []
    for folder in [folder for place in places or _usual_places() for folder in place.glob("laban-*")]:
        named = re.fullmatch(OWNED, folder.name)
        if named and folder.is_dir() and not folder.is_symlink() and not parent_watch(int(named[1]))():
            shutil.rmtree(folder, ignore_errors=True)
            found.append(folder)
    return found


def _usual_places() -> list[Path]:
    own = Path.cwd()
    return [Path(tempfile.gettempdir()), *([own.parent] if re.fullmatch(OWNED, own.name) else [])]
