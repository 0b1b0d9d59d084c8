"""What lies in a library's folder: its motion files, by name and stamp, found without opening one."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from motion_core.formats.files import other_kind
from motion_core.formats.motion_file import READ_ENDINGS


@dataclass(frozen=True)
class Stamp:
    """What changes when a file does. size: bytes; changed: its modification time, ns."""

    size: int
    changed: int


@dataclass
class Found:
    """stamps by path from the library, with "/"; faults: what cannot be looked at, and why."""

    stamps: dict[str, Stamp] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def check_library(folder: Path) -> Path:
    """The folder, absolute. Raises OSError that says what to do where it is none."""
    if not folder.exists():
        raise FileNotFoundError(f"there is no folder {folder}: name the folder of your motions")
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file: name the folder of your motions")
    return folder.resolve()


def look(folder: Path) -> Found:
    """All motion files below `folder` (absolute), sorted; without hidden ones and links that lead out of it."""
    found = Found()
    for parent, folders, names in os.walk(folder, onerror=lambda fault: _note(found, folder, fault)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.lower().endswith(READ_ENDINGS) and not name.startswith("."):
                _stamp(found, folder, Path(parent, name))
    found.stamps = dict(sorted(found.stamps.items()))
    return found


def inside(folder: Path, path: str) -> Path:
    """The file `path` of a library. Raises ValueError for one that is no motion file or lies elsewhere."""
    try:
        whole = (folder / path).resolve()
    except (OSError, RuntimeError, ValueError):  # a link that leads to itself, or no path at all
        whole = folder
    if whole.suffix.lower() not in READ_ENDINGS or not whole.is_relative_to(folder.resolve()):
        raise ValueError(f"{path[:200]!r} is no motion file of the library {folder}")
    return whole


def _stamp(found: Found, folder: Path, file: Path) -> None:
    path = file.relative_to(folder).as_posix()
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:  # a name in another encoding: no index and no answer could carry it
        found.faults[_readable(path)] = "the file's name is not valid text: rename it"
        return
    if _leads_out(file, folder):
        return
    try:
        status = file.stat()
    except OSError as fault:
        found.faults[path] = fault.strerror or str(fault)
        return
    if kind := other_kind(status.st_mode):
        found.faults[path] = f"it is {kind}, no file that can be read"
        return
    found.stamps[path] = Stamp(status.st_size, status.st_mtime_ns)


def _leads_out(file: Path, folder: Path) -> bool:
    """Whether a link leads out of the library. One that leads to itself does not."""
    try:
        return file.is_symlink() and not file.resolve().is_relative_to(folder)
    except (OSError, RuntimeError):
        return False


def _note(found: Found, folder: Path, fault: OSError) -> None:
    """A folder that cannot be listed."""
    place = Path(fault.filename or folder)
    name = place.relative_to(folder).as_posix() if place.is_relative_to(folder) else str(place)
    found.faults[_readable(name)] = f"the folder cannot be listed: {fault.strerror or fault}"


def _readable(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
