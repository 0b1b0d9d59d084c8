"""Bone maps kept as files among the user's own: for rigs that come again."""

from __future__ import annotations

import re
from pathlib import Path

from motion_core.formats.files import atomic_write
from motion_core.rig_maps import BoneMap, RigError

from ..paths import user_folder

MAX_NAME = 60


def _path(name: str) -> Path:
    """The file of a preset. Raises RigError for a name that can be none."""
    name = name.strip()
    if not name or len(name) > MAX_NAME or not re.fullmatch(r"\w[\w .()+-]*", name) or name.endswith("."):
        raise RigError(
            f"{name!r} cannot be the name of a preset: use letters, digits, spaces and - _ . ( ), at most {MAX_NAME}"
        )
    return user_folder("bones") / f"{name}.json"


def preset_names() -> list[str]:
    folder = user_folder("bones")
    return sorted((path.stem for path in folder.glob("[!.]*.json")), key=str.lower) if folder.is_dir() else []


def save_preset(name: str, bone_map: BoneMap) -> Path:
    """Writes or replaces a preset. Raises RigError."""
    path = _path(name)
    try:
        with atomic_write(path, "w") as file:
            file.write(bone_map.to_json() + "\n")
    except OSError as error:
        raise RigError(
            f"the preset {name!r} cannot be written to {path.parent} ({error.strerror})"
        ) from error
    return path


def load_preset(name: str) -> BoneMap:
    """Raises RigError when there is none of that name or it holds no map."""
    path = _path(name)
    try:
        return BoneMap.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(preset_names()) or "none yet"
        raise RigError(f"there is no preset {name!r}; there are {known}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RigError(f"the preset {name!r} cannot be read ({error}): save it again") from error


def delete_preset(name: str) -> None:
    """Raises RigError when there is none of that name."""
    path = _path(name)
    try:
        path.unlink()
    except OSError as error:
        raise RigError(f"there is no preset {name!r} to delete ({error.strerror})") from error
