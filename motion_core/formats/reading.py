"""What a user says about a motion file that the file does not say itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from motion_core.body.motion import MAX_FPS
from motion_core.formats.up_axis import check_up

UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001}


@dataclass(frozen=True)
class Reading:
    """Each field None where the file, or else a guess, decides. Raises ValueError that names the value.

    up: the file's axis that points up, such as "z" or "-y". unit: m, cm, mm, or the metres of one unit. fps: Hz. names:
    our joint -> the file's, for those that are guessed wrongly.
    """

    up: str | None = None
    unit: str | float | None = None
    fps: float | None = None
    names: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if self.up is not None:
            check_up(self.up)
        if self.unit is not None:
            unit_size(self.unit)
        if self.fps is not None and not (math.isfinite(self.fps) and 0 < self.fps <= MAX_FPS):
            raise ValueError(f"fps is {self.fps!r}: it is a rate above 0 and at most {MAX_FPS:g} Hz")


def unit_size(unit: str | float) -> float:
    """Metres of one unit, given by its name or as a number. Raises ValueError."""
    if isinstance(unit, str) and unit not in UNITS:
        raise ValueError(
            f"unit is {unit!r}: use one of {', '.join(UNITS)} or the metres of one unit as a number"
        )
    size = UNITS[unit] if isinstance(unit, str) else float(unit)
    if not (math.isfinite(size) and size > 0):
        raise ValueError(f"unit is {unit!r}: the metres of one unit are a number above 0")
    return size


def unit_name(size: float) -> str:
    """The name of a unit of so many metres, or the number."""
    return next((name for name, metres in UNITS.items() if metres == size), f"{size:g} m")
