"""Where the extension may write: its own folder among the user's files, never the folder of its code."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

PACKAGE = __package__ or "blender_addon"  # bl_ext.user_default.laban when installed


def user_folder(part: str) -> Path:
    """A folder of ours for `part` ("results", "backend"); it may not exist yet."""
    try:
        return Path(bpy.utils.extension_path_user(PACKAGE, path=part))
    except ValueError:  # run from a checkout, not as an extension
        return Path(bpy.utils.user_resource("DATAFILES")) / "laban" / part


def absolute(path: str) -> str:
    """A path from a Blender property, without ~ and without Blender's // for the folder of the open file."""
    return os.path.expanduser(bpy.path.abspath(path.strip())) if path.strip() else ""


def bundled_wheel() -> Path | None:
    """The wheel of motion_core that came with the extension; None in a checkout."""
    return next(iter(sorted((Path(__file__).parent / "wheels").glob("laban-*.whl"))), None)
