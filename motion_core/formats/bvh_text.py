"""BVH text -> `BvhClip`, with errors that name the line. Regular tables of numbers are read in one go."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from motion_core.formats import FormatError
from motion_core.formats.bvh_clip import POSITIONS, ROTATIONS, BvhClip
from motion_core.formats.decimals import read_table
from motion_core.formats.faults import format_faults
from motion_core.formats.files import read_regular
from motion_core.formats.limits import LINE_OF_VALUE, MAX_HIERARCHY, MAX_LINES, check_numbers, check_poses

_CHANNELS = {name.lower(): name for name in POSITIONS + ROTATIONS}
_KEYS = ("OFFSET", "CHANNELS", "JOINT", "END", "}")
HEAD = ("frames", "frametime")
MAX_JOINTS = 2000
FARTHEST = 1e12  # of any unit
TREES = 64  # that are kept in memory
PART = 2**23  # bytes of rows that are read at a time
# From MOTION to the first row of numbers, the lines that are blank or say something with a colon
_BEFORE_ROWS = re.compile(rb"^[ \t]*MOTION[ \t]*\r?\n(?:[^\n:]*:[^\n]*\n|[ \t\r]*\n){0,99}", re.I | re.M)


def read_bvh(source: str | Path | bytes, name: str | None = None) -> BvhClip:
    """A clip from a file's path, or from its content as bytes (`name` then says what messages call it).

    Raises FormatError that names the file, the line and the fault; OSError where the file cannot be opened.
    """
    name = name or ("BVH text" if isinstance(source, bytes) else str(source))
    with format_faults(name, "BVH"):
        content = source if isinstance(source, bytes) else read_regular(source)
        before = _BEFORE_ROWS.search(content)
        clip = _read_regular(content, before, name) if before else None
        return clip or _read_lines(_lines(content), name)


def _lines(content: bytes) -> list[str]:
    if content.count(b"\n") + content.count(b"\r") > 2 * MAX_LINES:
        raise ValueError(f"it has more than the {MAX_LINES:,} lines that are read: cut it into parts")
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    return [line.decode("utf-8", errors="replace") for line in lines]


def _read_regular(content: bytes, before: re.Match[bytes], name: str) -> BvhClip | None:
    """The clip where its rows are plain numbers, as many as announced; None where they must be looked at one by one.

    Rows beyond those announced are read too: some tools count one too few.
    """
    hierarchy = _hierarchy(content[: before.start()], name)
    head, _ = _head(_lines(before[0]), 0)
    values = _table(content, before.end(), sum(map(len, hierarchy.channels)))
    if values is None or not 0 < _whole_number(head.get("frames", "")) <= len(values):
        return None
    return hierarchy.clip(values, _frame_rate(head, name), name)


def _table(content: bytes, start: int, width: int) -> np.ndarray | None:
    """The rows (T,width) behind byte `start`, some at a time, so that little memory is needed beside them."""
    tables: list[np.ndarray] = []
    while start < len(content):
        rest = len(content) - start
        stop = len(content) if rest <= PART else content.rfind(b"\n", start, start + PART) + 1
        part = content[start:stop]
        if not part.isspace():
            if (table := read_table(part, width)) is None:
                return None
            tables.append(table)
            check_numbers(sum(table.size for table in tables), "it holds")
        start = stop
    return np.concatenate(tables) if tables else None


def _hierarchy(text: bytes, name: str) -> _Hierarchy:
    """The tree of a text that ends before MOTION. Raises FormatError."""
    try:
        return _known_hierarchy(text)
    except FormatError:
        return _Hierarchy(_lines(text), name)  # says it of this file


@lru_cache(maxsize=TREES)
def _known_hierarchy(text: bytes) -> _Hierarchy:
    """Most files of a folder begin with one of a few trees, and to read a tree takes longer than to read its rows."""
    return _Hierarchy(_lines(text), "")


def _read_lines(lines: list[str], name: str) -> BvhClip:
    start = next((n for n, line in enumerate(lines) if line.strip().upper() == "MOTION"), None)
    if start is None:
        raise FormatError(f"{name} is not a complete BVH file: it has no line MOTION")
    hierarchy = _Hierarchy(lines[:start], name)
    values, fps = _read_frames(lines, start, sum(map(len, hierarchy.channels)), name)
    return hierarchy.clip(values, fps, name)


class _Hierarchy:
    """The tree in front of MOTION, read word by word."""

    def __init__(self, lines: list[str], name: str) -> None:
        self.name, self.line = name, 1
        self.joints: list[str] = []
        self.parents: list[int] = []
        self.offsets: list[np.ndarray] = []
        self.channels: list[tuple[str, ...]] = []
        self.tips: dict[str, np.ndarray] = {}
        self._numbers: dict[str, int] = {}  # how often each name was met
        if (size := sum(map(len, lines))) > MAX_HIERARCHY:
            raise FormatError(f"{name}: its hierarchy has {size:,} bytes: at most {MAX_HIERARCHY:,} are read")
        words = self._words(lines)
        if next(words, "").upper() != "HIERARCHY":
            raise FormatError(f"{name} is not a BVH file: it does not begin with HIERARCHY")
        self._read(words, lines)

    def clip(self, values: np.ndarray, fps: float, name: str) -> BvhClip:
        """With its rows (T,C), frame rate and what messages call it."""
        check_poses(len(values), len(self.joints))
        if (most := max(values.max(initial=0), -values.min(initial=0))) > FARTHEST:
            raise FormatError(
                f"{name}: it holds the number {most:g}: no joint is so far away, or turns so often"
            )
        offsets = np.array(self.offsets, dtype=np.float64)
        parts = tuple(self.joints), tuple(self.parents), offsets, tuple(self.channels)
        return BvhClip(*parts, values, fps, dict(self.tips), name)

    def _words(self, lines: list[str]) -> Iterator[str]:
        for number, line in enumerate(lines, 1):
            self.line = number
            yield from line.split()

    def _fail(self, fault: str) -> FormatError:
        return FormatError(f"{self.name}, line {self.line}: {fault}")

    def _read(self, words: Iterator[str], lines: list[str]) -> None:
        stack: list[int | None] = []  # open brackets; None is an End Site
        for word in words:
            key = word.upper()
            if key in ("ROOT", "JOINT"):
                self._open_joint(lines[self.line - 1], words, stack)
            elif key == "END":
                self._title(lines[self.line - 1], words)  # "Site", and a name where a tool writes one
                stack.append(None)
            elif key == "OFFSET":
                self._offset(words, stack)
            elif key == "CHANNELS":
                self._channels(words, stack)
            elif key == "}":
                if not stack:
                    raise self._fail("a bracket is closed that was never opened")
                stack.pop()
            else:
                raise self._fail(f"{word!r} is not a word of a BVH hierarchy")
        if stack or not self.joints:
            raise self._fail("the hierarchy ends early: a bracket is still open or there is no ROOT")

    def _title(self, line: str, words: Iterator[str]) -> str:
        """Everything up to the opening bracket: names may contain spaces."""
        title: list[str] = []
        for word in words:
            if word == "{":
                return " ".join(title)
            if word.upper() in _KEYS:
                break
            title.append(word)
        raise self._fail(f"an opening bracket is missing after {line.strip()[:80]!r}")

    def _open_joint(self, line: str, words: Iterator[str], stack: list[int | None]) -> None:
        joint = self._title(line, words)
        if not joint:
            raise self._fail(f"a joint has no name: {line.strip()!r}")
        parent = stack[-1] if stack else -1
        if parent is None or len(self.joints) >= MAX_JOINTS:
            raise self._fail("a joint lies inside an End Site, or there are too many joints")
        stack.append(len(self.joints))
        self.joints.append(self._unused(joint))
        self.parents.append(parent)
        self.offsets.append(np.zeros(3))
        self.channels.append(())

    def _unused(self, joint: str) -> str:
        """The name, or the first of "NAME.2", "NAME.3", ... that no joint has yet."""
        name = joint
        while name in self._numbers:
            self._numbers[joint] += 1
            name = f"{joint}.{self._numbers[joint]}"
        self._numbers[name] = 1
        return name

    def _offset(self, words: Iterator[str], stack: list[int | None]) -> None:
        line = self.line
        texts = [next(words, "") for _ in range(3)]
        try:
            offset = np.array([float(text) for text in texts])
        except ValueError:
            self.line = line  # missing numbers were looked for on the next one
            raise self._fail(f"OFFSET {' '.join(texts)} is not three numbers") from None
        if not np.all(np.abs(offset) <= FARTHEST) or not stack:
            raise self._fail(f"OFFSET {' '.join(texts)} is not finite, far too large or outside a joint")
        if stack[-1] is not None:
            self.offsets[stack[-1]] = offset
        elif stack[-2:-1] and stack[-2] is not None:
            self.tips.setdefault(self.joints[stack[-2]], offset)

    def _channels(self, words: Iterator[str], stack: list[int | None]) -> None:
        count = next(words, "")
        if not re.fullmatch("[0-9]{1,2}", count) or not stack or stack[-1] is None:
            raise self._fail(f"CHANNELS {count} is not a number of channels of a joint")
        texts = [next(words, "") for _ in range(int(count))]
        if unknown := [text for text in texts if text.lower() not in _CHANNELS]:
            raise self._fail(f"{unknown[0]!r} is not a channel; use {', '.join(POSITIONS + ROTATIONS)}")
        self.channels[stack[-1]] = tuple(_CHANNELS[text.lower()] for text in texts)


def _read_frames(lines: list[str], start: int, width: int, name: str) -> tuple[np.ndarray, float]:
    """Values (T,width) and the frame rate, from the lines after MOTION (index `start`)."""
    head, first = _head(lines, start)
    count, fps = _frame_count(head, name), _frame_rate(head, name)
    rows = [(n, line) for n, line in enumerate(lines[first:], first + 1) if line.strip()]
    if len(rows) < count:
        raise FormatError(f"{name} is truncated: it announces {count} frames and holds {len(rows)}")
    check_numbers(len(rows) * width, "it holds")
    for number, line in rows:
        if len(line) > LINE_OF_VALUE * (width + 1):
            raise FormatError(
                f"{name}, line {number}: {len(line):,} characters, the joints have {width} values"
            )
        if len(line.split()) != width:
            raise FormatError(f"{name}, line {number}: {len(line.split())} values, the joints have {width}")
    return _numbers(rows, width, name), fps


def _head(lines: list[str], start: int) -> tuple[dict[str, str], int]:
    """Of the lines after MOTION (index `start`) those of HEAD, and the index of the first row."""
    head = {}
    first = start + 1
    while first < len(lines) and (":" in lines[first] or not lines[first].strip()):
        key, _, value = lines[first].partition(":")
        if (word := "".join(key[:40].split()).lower()) in HEAD:
            head[word] = value.strip()
        first += 1
    return head, first


def _frame_count(head: dict[str, str], name: str) -> int:
    text = head.get("frames", "")
    if (count := _whole_number(text)) < 0:
        raise FormatError(f"{name}: the line 'Frames: N' is missing or wrong ({text[:40]!r})")
    if count == 0:
        raise FormatError(f"{name} has 0 frames: there is no motion in it")
    return count


def _whole_number(text: str) -> int:
    """The number of at most nine plain digits, -1 for anything else."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else -1


def _frame_rate(head: dict[str, str], name: str) -> float:
    text = head.get("frametime", "")
    try:
        seconds = float(text)
    except ValueError:
        raise FormatError(f"{name}: the line 'Frame Time: S' is missing or wrong ({text[:40]!r})") from None
    if not (np.isfinite(seconds) and 0.001 <= seconds <= 100):
        raise FormatError(f"{name}: a frame time of {text[:40]} s is not possible (0.001 to 100)")
    fps = 1 / seconds
    # 0.0333333 and 0.008333 mean 30 and 120 Hz: a rate within rounding of a whole number is that number
    return float(round(fps)) if abs(fps - round(fps)) < 2e-4 * fps else fps


def _numbers(rows: list[tuple[int, str]], width: int, name: str) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy warns where it stops at a word that is no number
            flat = np.fromstring(" ".join(line for _, line in rows), sep=" ")
    except (DeprecationWarning, ValueError):
        flat = np.empty(0)
    if flat.size != len(rows) * width or not np.all(np.isfinite(flat)):
        number, word = next((n, w) for n, line in rows for w in line.split() if not _is_finite(w))
        raise FormatError(f"{name}, line {number}: {word[:40]!r} is not a finite number")
    return flat.reshape(len(rows), width)


def _is_finite(word: str) -> bool:
    try:
        # numpy's reader knows neither 1_000 nor digits of other scripts, which `float` takes
        return word.isascii() and "_" not in word and bool(np.isfinite(float(word)))
    except ValueError:
        return False
