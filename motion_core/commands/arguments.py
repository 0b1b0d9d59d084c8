"""Spans of frames, pins and paths as they are written on a command line. A fault raises TaskError with the value."""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path

from motion_core.formats.files import read_regular
from motion_core.tasks import TaskError
from motion_core.tasks.pins_and_paths import ALONG, FollowPath, Pin

MAX_PATH = 10_000_000  # bytes of a file of points
PIN_FORM = "JOINT@SECONDS[:SECONDS]=X,Y,Z, for the pelvis also =heading:DEGREES or =X,Y,Z,heading:DEGREES"
PATH_FORM = "a .csv file of x,y[,seconds] lines, or points 'x,y x,y ...' or 'x,y@seconds x,y@seconds ...'"


def read_spans(text: str, frames: int) -> tuple[tuple[int, int], ...]:
    """Spans (start, stop) of a motion of so many frames; "-10:" is the last ten, "7" one frame; also "all", "none"."""
    words = text.strip().lower()
    if words in ("none", "all"):
        return ((0, frames),) if words == "all" else ()
    return tuple(_span(part.strip(), text, frames) for part in text.split(","))


def _span(part: str, text: str, frames: int) -> tuple[int, int]:
    form = re.fullmatch(r"(-?\d{1,9})?(:)?(-?\d{1,9})?", part)
    if not form or part in ("", ":") or (not form[2] and form[3]):
        raise TaskError(f"frames are {text!r}: write start:stop, for example 0:10,50:60 (stop excluded)")
    start = _frame(form[1], frames, 0)
    stop = start + 1 if not form[2] else _frame(form[3], frames, frames)
    if not 0 <= start < stop <= frames:
        raise TaskError(
            f"frames {part!r} do not lie in the motion: it has the frames 0 to {frames - 1}, stop is excluded"
        )
    return start, stop


def _frame(digits: str | None, frames: int, default: int) -> int:
    """A frame's number; a negative one counts from the end."""
    number = default if digits is None else int(digits)
    return number + frames if number < 0 else number


def read_pin(text: str) -> Pin:
    """The pin that is written as PIN_FORM says."""
    place, equals, values = text.partition("=")
    joint, at, times = place.partition("@")
    if not equals or not at:
        raise TaskError(f"the pin {text!r} cannot be read: write {PIN_FORM}")
    start, _, stop = times.partition(":")
    numbers: list[float] = []
    heading = None
    for value in values.split(","):
        name, colon, degrees = value.partition(":")
        if colon and name.strip() == "heading":
            heading = math.radians(_number(degrees, f"the pin {text!r}", PIN_FORM))
        else:
            numbers.append(_number(value, f"the pin {text!r}", PIN_FORM))
    if len(numbers) not in (0, 3):
        raise TaskError(f"the pin {text!r} has {len(numbers)} coordinates: give x,y,z in metres")
    first = _number(start, f"the pin {text!r}", PIN_FORM)
    last = _number(stop, f"the pin {text!r}", PIN_FORM) if stop else first
    position = (numbers[0], numbers[1], numbers[2]) if numbers else None
    return Pin(joint.strip(), first, last, position, heading)


def read_path(text: str, heading: str = ALONG) -> FollowPath:
    """The path in a file or in the text itself, as PATH_FORM says."""
    rows = _csv_rows(Path(text)) if text.lower().endswith((".csv", ".txt")) else _inline_rows(text)
    points = tuple((row[0], row[1]) for row in rows)
    timed = {len(row) for row in rows}
    if timed == {3}:
        return FollowPath(points, tuple(row[2] for row in rows), heading)
    if timed != {2}:
        raise TaskError(
            f"the path {text[:80]!r} gives times to some of its points: give one to each, or to none"
        )
    return FollowPath(points, None, heading)


def _inline_rows(text: str) -> list[list[float]]:
    what = f"the path {text[:80]!r}"
    rows = [[_number(v, what, PATH_FORM) for v in re.split("[,@]", point)] for point in text.split()]
    if not rows or any(len(row) not in (2, 3) for row in rows):
        raise TaskError(f"{what} cannot be read: write {PATH_FORM}")
    return rows


def _csv_rows(path: Path) -> list[list[float]]:
    """The rows of numbers; a first row of words is taken for names of columns. Raises OSError."""
    found = []
    content = read_regular(path, MAX_PATH)
    try:
        table = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        lines = [row for row in table if any(cell.strip() for cell in row)]
    except (csv.Error, UnicodeDecodeError) as error:
        raise TaskError(f"the path's file {path} is not a table of text ({error})") from None
    for number, row in enumerate(lines):
        if number == 0 and not _is_number(row[0]):
            continue
        what = f"row {number + 1} of {path}"
        found.append([_number(cell, what, PATH_FORM) for cell in row])
        if len(row) not in (2, 3):
            raise TaskError(f"{what} has {len(row)} values: write x,y or x,y,seconds")
    return found


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _number(word: str, what: str, form: str) -> float:
    if not _is_number(word):
        raise TaskError(f"{what} has {word.strip()[:40]!r} where a number belongs: write {form}")
    return float(word)
