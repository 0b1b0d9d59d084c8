"""The index as a file: what is known of each motion of a library. An `.npz` without pickle, written beside and renamed.

Members: about (JSON: format, fingerprint of the embedder, paths, errors), sizes and changed (N,) int64, seconds (N,)
float64, vectors (N,D) float32; the row of a broken file is zero.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.formats import FormatError
from motion_core.formats.arrays import Archive
from motion_core.formats.faults import format_faults
from motion_core.formats.files import atomic_write, open_regular
from motion_core.search.folder import Stamp

FOLDER, FILE = ".laban-index", "index.npz"
FORMAT = 1
MAX_INDEX = 2**33  # bytes: some millions of motions


@dataclass(frozen=True, eq=False)
class Entry:
    """A motion file as it was when it was read: vector (D,) float32, or None and the error that says why."""

    stamp: Stamp
    seconds: float = 0.0
    vector: np.ndarray | None = None
    error: str = ""


@dataclass(frozen=True, eq=False)
class Stored:
    """A file's content: entries by path, all embedded by the model of this fingerprint."""

    fingerprint: str
    entries: dict[str, Entry]


def places(library: Path) -> tuple[Path, Path]:
    """Where the index of a library may lie: in it, or, where that cannot be written, among the user's cached files."""
    name = hashlib.sha256(str(library).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return library / FOLDER / FILE, cache_folder() / "laban" / "index" / name / FILE


def cache_folder() -> Path:
    """The user's folder for what can be made again, as each system wants it."""
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def save(path: Path, stored: Stored) -> None:
    """Raises OSError where nothing can be written there."""
    entries = list(stored.entries.values())
    about = {
        "format": FORMAT,
        "fingerprint": stored.fingerprint,
        "paths": list(stored.entries),
        "errors": [entry.error for entry in entries],
    }
    with atomic_write(path) as file:
        np.savez(
            file,
            about=np.array(json.dumps(about)),
            sizes=np.array([entry.stamp.size for entry in entries], dtype=np.int64),
            changed=np.array([entry.stamp.changed for entry in entries], dtype=np.int64),
            seconds=np.array([entry.seconds for entry in entries], dtype=np.float64),
            vectors=_rows(entries),
        )


def _rows(entries: list[Entry]) -> np.ndarray:
    width = next((len(entry.vector) for entry in entries if entry.vector is not None), 0)
    rows = np.zeros((len(entries), width), dtype=np.float32)
    for row, entry in zip(rows, entries):
        if entry.vector is not None:
            row[:] = entry.vector
    return rows


def load(path: Path) -> Stored | None:
    """What lies there; None for no index, a damaged one or another format's: it is made anew then."""
    try:
        with format_faults(str(path), "index"), open_regular(path, MAX_INDEX) as file:
            archive = Archive(
                file, os.fstat(file.fileno()).st_size
            )  # it is not packed: each number has its bytes
            members = {
                name: archive.read(name) for name in ("about", "sizes", "changed", "seconds", "vectors")
            }
            about = json.loads(str(members["about"]))
            return _stored(about, members) if about["format"] == FORMAT else None
    except (OSError, FormatError):
        return None


def _stored(about: Mapping[str, Any], members: Mapping[str, np.ndarray]) -> Stored:
    """Raises ValueError where the members do not fit each other."""
    columns = (
        about["paths"],
        about["errors"],
        *(members[n] for n in ("sizes", "changed", "seconds", "vectors")),
    )
    rows, seconds = members["vectors"], members["seconds"]
    if rows.dtype.kind != "f" or rows.ndim != 2 or not np.all(np.isfinite(rows)) or not np.all(seconds >= 0):
        raise ValueError("a damaged index")
    if not all(isinstance(text, str) for text in (about["fingerprint"], *about["paths"], *about["errors"])):
        raise ValueError("a damaged index")
    entries = {
        path: Entry(Stamp(int(size), int(changed)), float(length), None if error else row, error)
        for path, error, size, changed, length, row in zip(*columns, strict=True)
    }
    return Stored(about["fingerprint"], entries)
