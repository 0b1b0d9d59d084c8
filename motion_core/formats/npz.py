"""AMASS-style `.npz` motion files: what every SMPL tool reads. No pickled members, ever.

Members written: trans (T,3) m, poses (T,156) axis-angle in SMPL-H order (hands zero), betas (16,), gender,
mocap_framerate and mocap_frame_rate in Hz, joints (T,22,3) m (our forward kinematics), meta (one JSON string).
Read: the layouts of `smpl_layouts.py`.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.motion_bytes import motion_to_bytes
from motion_core.formats.arrays import Archive
from motion_core.formats.faults import format_faults
from motion_core.formats.files import atomic_write, open_regular
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
    with format_faults(str(path), ".npz"), open_regular(path) as file:
        return _read(file, reading or Reading())


def bytes_to_motion(content: bytes, name: str = "motion data") -> Motion:
    """The inverse of `motion_to_bytes`. Raises FormatError."""
    with format_faults(name, ".npz"):
        return _read(io.BytesIO(content), Reading())


def _read(file: IO[bytes], reading: Reading) -> Motion:
    notes: list[str] = []
    archive = Archive(file)
    members = {key: archive.numbers(key) for key in NEEDED if key in archive.names}
    optional = {key: _optional(archive, key, notes) for key in OPTIONAL if key in archive.names}
    motion = members_to_motion(members, reading, {"joints", "meta"} <= archive.names, notes)
    return _with_optional(motion, optional, notes)


OPTIONAL = ("betas", "gender", "meta")


def _optional(archive: Archive, key: str, notes: list[str]) -> np.ndarray | None:
    """A member that no motion depends on; None where it is no plain array. A broken archive is a fault all the same."""
    try:
        return archive.read(key)
    except ValueError:
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
        json.dumps(
            meta, ensure_ascii=False
        ).encode()  # half a character, or a number beyond all limits, is no text
    except (ValueError, RecursionError):
        return {}
    return meta if isinstance(meta, dict) else {}
