"""A motion file of either kind, told by its ending."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from motion_core.body.motion import Motion

MOTION_ENDINGS = (".npz", ".bvh")


def read_motion(path: Path) -> Motion:
    """Read by the ending. Raises FormatError or OSError that name the file."""
    if path.suffix.lower() == ".bvh":
        from motion_core.formats.bvh import bvh_to_motion, read_bvh

        return bvh_to_motion(read_bvh(path))
    from motion_core.formats.npz import read_npz

    return read_npz(path)
