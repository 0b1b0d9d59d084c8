"""AMASS-style `.npz` motion files: what every SMPL tool reads. No pickled members, ever.

Members written: trans (T,3) m, poses (T,156) axis-angle in SMPL-H order (hands zero), betas (16,), gender,
mocap_framerate and mocap_frame_rate in Hz, joints (T,22,3) m (our forward kinematics), meta (one JSON string).
Read: 66 (body), 72 (SMPL), 156 (SMPL-H) or 165 (SMPL-X) pose values; any of the three spellings of the frame rate.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.motion_bytes import BODY_SIZE, motion_to_bytes
from motion_core.body.skeleton import JOINTS
from motion_core.formats import FormatError
from motion_core.formats.files import atomic_write

POSE_SIZES = (66, 72, 156, 165)
RATE_NAMES = ("mocap_framerate", "mocap_frame_rate", "fps")
GENDERS = ("neutral", "female", "male")
MAX_META = 1_000_000  # characters of JSON


def write_npz(path: str | Path, motion: Motion) -> None:
    """Write beside and rename; an existing file is replaced whole or not at all."""
    content = motion_to_bytes(motion)
    with atomic_write(path) as file:
        file.write(content)


def read_npz(path: str | Path) -> Motion:
    """A motion from an AMASS-style file. Raises FormatError, or OSError where the file cannot be opened."""
    with open(path, "rb") as file:
        return _read(file, str(path))


def bytes_to_motion(content: bytes, name: str = "motion data") -> Motion:
    """The inverse of `motion_to_bytes`."""
    return _read(io.BytesIO(content), name)


def _read(file: IO[bytes], name: str) -> Motion:
    try:
        # reading a member decompresses it: a truncated file shows itself here or in _member
        with np.load(file, allow_pickle=False) as archive:
            if not hasattr(archive, "files"):
                raise FormatError(f"{name} is a bare array, not an .npz with trans and poses")
            members = {key: _member(archive, key, name) for key in archive.files if key in _WANTED}
    except FormatError:
        raise
    except (ValueError, EOFError, zipfile.BadZipFile, OSError, TypeError) as error:
        raise FormatError(f"{name} is not a readable .npz file ({error}): it may be truncated") from error
    try:
        return _motion(members, name)
    except FormatError:
        raise
    except ValueError as error:
        raise FormatError(f"{name}: {error}") from error


_WANTED = {"trans", "poses", "betas", "gender", "meta", *RATE_NAMES}


def _member(archive: Any, key: str, name: str) -> np.ndarray:
    try:
        return archive[key]
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError) as error:
        raise FormatError(f"{name}: member {key!r} cannot be read ({error})") from error


def _motion(members: dict[str, np.ndarray], name: str) -> Motion:
    for key in ("trans", "poses"):
        if key not in members:
            raise FormatError(f"{name} has no member {key!r}: an AMASS-style motion has trans and poses")
    poses = np.asarray(members["poses"], dtype=np.float64)
    if poses.ndim != 2 or poses.shape[1] not in POSE_SIZES:
        sizes = ", ".join(map(str, POSE_SIZES))
        raise FormatError(f"{name}: poses have shape {poses.shape}, expected (frames, one of {sizes})")
    if not np.all(np.isfinite(poses)):
        raise FormatError(
            f"{name}: poses are not finite at frame {int(np.argwhere(~np.isfinite(poses))[0][0])}"
        )
    body = poses[:, :BODY_SIZE].reshape(len(poses), len(JOINTS), 3)
    gender = _text(members.get("gender"), "neutral").lower()
    return Motion(
        fps=_rate(members, name),
        trans=members["trans"],
        rotations=quat.rotvec_to_quat(body),
        betas=_betas(members.get("betas")),
        gender=gender if gender in GENDERS else "neutral",
        meta=_meta(members.get("meta")),
    )


def _rate(members: dict[str, np.ndarray], name: str) -> float:
    for key in RATE_NAMES:
        if key in members:
            return float(np.asarray(members[key]).reshape(-1)[0])
    raise FormatError(f"{name} has no frame rate: none of {', '.join(RATE_NAMES)}")


def _betas(values: np.ndarray | None) -> np.ndarray:
    """The first 16 shape coefficients, filled up with zeros."""
    betas = np.zeros(16, dtype=np.float32)
    if values is not None:
        given = np.asarray(values, dtype=np.float32).reshape(-1)[:16]
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
