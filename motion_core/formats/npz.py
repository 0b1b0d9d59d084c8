"""AMASS-style `.npz` motion files: what every SMPL tool reads. No pickled members, ever.

Members written: trans (T,3) m, poses (T,156) axis-angle in SMPL-H order (hands zero), betas (16,), gender,
mocap_framerate and mocap_frame_rate in Hz, joints (T,22,3) m (our forward kinematics), meta (one JSON string).
Read: the layouts of `smpl_layouts.py`.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.motion_bytes import motion_to_bytes
from motion_core.formats import FormatError
from motion_core.formats.files import atomic_write
from motion_core.formats.reading import Reading
from motion_core.formats.smpl_layouts import NEEDED, members_to_motion

GENDERS = ("neutral", "female", "male")
MAX_META = 1_000_000  # characters of JSON


def write_npz(path: str | Path, motion: Motion) -> None:
    """Write beside and rename; an existing file is replaced whole or not at all."""
    content = motion_to_bytes(motion)
    with atomic_write(path) as file:
        file.write(content)


def read_npz(path: str | Path, reading: Reading | None = None) -> Motion:
    """A motion from an SMPL file. Raises FormatError, or OSError where the file cannot be opened.

    What had to be supposed is in meta, as `read`.
    """
    with open(path, "rb") as file:
        return _read(file, str(path), reading or Reading())


def bytes_to_motion(content: bytes, name: str = "motion data") -> Motion:
    """The inverse of `motion_to_bytes`."""
    return _read(io.BytesIO(content), name, Reading())


def _read(file: IO[bytes], name: str, reading: Reading) -> Motion:
    notes: list[str] = []
    try:
        # reading a member decompresses it: a truncated file shows itself here or in _member
        loaded = np.load(file, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            raise FormatError(f"{name} is a bare array, not an .npz with trans and poses: name it .npy")
        with loaded as archive:
            ours = {"joints", "meta"} <= set(archive.files)
            members = {key: _member(archive, key, name) for key in archive.files if key in NEEDED}
            optional = {key: _optional(archive, key, notes) for key in OPTIONAL if key in archive.files}
    except FormatError:
        raise
    except (ValueError, EOFError, zipfile.BadZipFile, OSError, TypeError) as error:
        raise FormatError(f"{name} is not a readable .npz file ({_plain(error)})") from error
    try:
        motion = members_to_motion(members, reading, ours, notes)
        return _with_optional(motion, optional, notes)
    except ValueError as error:
        raise FormatError(f"{name}: {error}") from error


OPTIONAL = ("betas", "gender", "meta")
PICKLED = (
    "it holds pickled objects, which may run code and are never opened; where you trust it, load it in Python and "
    "save its arrays again: np.savez('new.npz', poses=..., trans=..., mocap_framerate=...)"
)


def _plain(error: Exception) -> str:
    """The reason; of what numpy says about pickles, the way out."""
    return PICKLED if "pickle" in str(error).lower() else f"{error}: it may be truncated"


def _member(archive: Any, key: str, name: str) -> np.ndarray:
    try:
        return archive[key]
    except FAULTS as error:
        reason = PICKLED if "pickle" in str(error).lower() else str(error)
        raise FormatError(f"{name}: member {key!r} cannot be read ({reason})") from error


FAULTS = (ValueError, EOFError, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError)


def _optional(archive: Any, key: str, notes: list[str]) -> np.ndarray | None:
    """A member that no motion depends on; None where it cannot be read."""
    try:
        return archive[key]
    except FAULTS as error:
        if isinstance(error, (zipfile.BadZipFile, zlib.error, EOFError)):
            raise ValueError(f"member {key!r}: {error}") from error  # the file is broken
        notes.append(f"{key} could not be read")
        return None


def _with_optional(motion: Motion, optional: dict[str, np.ndarray | None], notes: list[str]) -> Motion:
    betas = _betas(optional.get("betas"), notes)
    gender = _text(optional.get("gender"), "neutral").lower()
    meta = _meta(optional.get("meta"))
    if notes:
        meta = meta | {"read": "; ".join(notes)}
    return replace(motion, betas=betas, gender=gender if gender in GENDERS else "neutral", meta=meta)


def _betas(values: np.ndarray | None, notes: list[str]) -> np.ndarray:
    """The first 16 shape coefficients, filled up with zeros; zeros for what is no number."""
    betas = np.zeros(16, dtype=np.float32)
    if values is None:
        return betas
    try:
        given = np.asarray(values, dtype=np.float32).reshape(-1)[:16]
    except ValueError:
        given = np.full(1, np.nan, np.float32)
    if not np.all(np.isfinite(given)):
        notes.append("betas are no finite numbers: zeros instead")
        return betas
    betas[: len(given)] = given
    return betas


def _text(value: np.ndarray | None, default: str) -> str:
    if value is None:
        return default
    item = np.asarray(value).reshape(-1)[:1].tolist()
    first = item[0] if item else default
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


def _meta(value: np.ndarray | None) -> dict[str, Any]:
    """The JSON of our own files; what other programs put under this name is left alone."""
    text = _text(value, "{}")
    if len(text) > MAX_META:
        return {}
    try:
        meta = json.loads(text)
    except ValueError:
        return {}
    return meta if isinstance(meta, dict) else {}
