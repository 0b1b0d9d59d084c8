"""What a user says about a motion file that the file does not say itself."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from motion_core.formats import FormatError
from motion_core.formats.files import read_regular

MAX_NAMES = 1_000_000  # bytes of a file of names
UPS = ("y", "z", "x", "-y", "-z", "-x")  # axes of a file that may point up
UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001}


@dataclass(frozen=True)
class Reading:
    """Each field None where the file, or else a guess, decides. Raises ValueError that names the value.

    up: the file's axis that points up, such as "z" or "-y". unit: m, cm, mm, or the metres of one unit. fps: Hz. names:
    our joint -> the file's, for those that are guessed wrongly. t_pose: number of a frame, from 1, in which the person
    stands upright with straight arms out, as a T or an A.
    """

    up: str | None = None
    unit: str | float | None = None
    fps: float | None = None
    names: Mapping[str, str] | None = None
    t_pose: int | None = None

    def __post_init__(self) -> None:
        from motion_core.body.motion import MAX_FPS, MIN_FPS  # numpy: not for those who only want help

        if self.up is not None:
            check_up(self.up)
        if self.unit is not None:
            unit_size(self.unit)
        if self.fps is not None and not MIN_FPS <= self.fps <= MAX_FPS:
            raise ValueError(f"fps is {self.fps!r}: it is a rate from {MIN_FPS:g} to {MAX_FPS:g} Hz")
        if self.t_pose is not None and self.t_pose < 1:
            raise ValueError(f"the T-pose is frame {self.t_pose}: frames are counted from 1")


def check_up(up: str) -> str:
    """The axis; raises ValueError that lists those there are."""
    if up not in UPS:
        raise ValueError(f"up is {up!r}: use one of {', '.join(UPS)}")
    return up


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


NAMES_FORM = "OURS=THEIRS,..., or a .json file of one object"


def read_unit(text: str | None) -> str | float | None:
    """A unit as it is written: its name, or a number of metres. `Reading` says what is wrong with anything else."""
    try:
        return text if text is None or text in UNITS else float(text)
    except ValueError:
        return text


def read_names(text: str) -> dict[str, str]:
    """Our joint -> the file's, written as NAMES_FORM says. Raises ValueError, or OSError of the file."""
    if text.lower().endswith(".json"):
        return _names_in(Path(text))
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if not pairs or any(not ours.strip() or not theirs.strip() for ours, _, theirs in pairs):
        raise ValueError(f"the joints are {text[:80]!r}: write {NAMES_FORM}")
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


def _names_in(path: Path) -> dict[str, str]:
    try:
        names = json.loads(read_regular(path, MAX_NAMES).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(
            str(error) if isinstance(error, FormatError) else f"{path} is no JSON ({error})"
        ) from None
    if not isinstance(names, dict) or not all(isinstance(theirs, str) for theirs in names.values()):
        raise ValueError(f'{path} is not one JSON object of texts: write {{"left_knee": "their name", ...}}')
    return names
