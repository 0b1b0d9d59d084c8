"""BVH text as it stands: any joints, channel order or position channels. `formats/bvh.py` makes it a motion."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motion_core import quaternions as quat
from motion_core.formats import FormatError

POSITIONS = ("Xposition", "Yposition", "Zposition")
ROTATIONS = ("Xrotation", "Yrotation", "Zrotation")
_CHANNELS = {name.lower(): name for name in POSITIONS + ROTATIONS}
MAX_JOINTS = 2000


@dataclass(frozen=True, eq=False)
class BvhClip:
    """A BVH file as it stands: its own unit and axes, degrees.

    parents: index or -1. offsets (J,3). channels: per joint, names such as "Zrotation", in the order of the columns.
    values (T,C): the rows of the file. tips: joint -> offset (3,) of its End Site.
    """

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    channels: tuple[tuple[str, ...], ...]
    values: np.ndarray
    fps: float
    tips: dict[str, np.ndarray]
    name: str = "BVH text"

    def __len__(self) -> int:
        return len(self.values)

    def index(self, joint: str) -> int:
        """Index of a joint; raises ValueError that lists the joints there are."""
        if joint not in self.joints:
            raise ValueError(f"{self.name} has no joint {joint!r}; it has {', '.join(self.joints)}")
        return self.joints.index(joint)

    def local_transforms(self) -> tuple[np.ndarray, np.ndarray]:
        """Offsets (T,J,3) from the parent and rotations (T,J,4) local to it."""
        columns = np.cumsum([0, *map(len, self.channels)])
        places = np.tile(self.offsets, (len(self), 1, 1))
        turns = np.tile(quat.IDENTITY, (len(self), len(self.joints), 1))
        for names in set(self.channels):  # joints with the same channels are computed together
            joints = [j for j, own in enumerate(self.channels) if own == names]
            values = self.values[:, columns[joints][:, None] + np.arange(len(names))]  # (T,joints,channels)
            for k, channel in enumerate(names):
                if channel in POSITIONS:
                    places[:, joints, POSITIONS.index(channel)] = values[..., k]
                else:
                    turn = _axis_turn(ROTATIONS.index(channel), np.radians(values[..., k]))
                    turns[:, joints] = quat.multiply(turns[:, joints], turn)
        return places, turns

    def global_transforms(self) -> tuple[np.ndarray, np.ndarray]:
        """World positions (T,J,3) and orientations (T,J,4), in the file's unit and axes."""
        places, turns = self.local_transforms()
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                places[:, joint] = places[:, parent] + quat.rotate(turns[:, parent], places[:, joint])
                turns[:, joint] = quat.multiply(turns[:, parent], turns[:, joint])
        return places, turns


def _axis_turn(axis: int, angle: np.ndarray) -> np.ndarray:
    """Rotation by angle (...) about axis 0, 1 or 2."""
    turn = np.zeros((*angle.shape, 4))
    turn[..., 0], turn[..., 1 + axis] = np.cos(angle / 2), np.sin(angle / 2)
    return turn


def read_bvh(source: str | Path | bytes, name: str | None = None) -> BvhClip:
    """A clip from a file's path, or from its content as bytes (`name` then says what messages call it).

    Raises FormatError that names the file, the line and the fault; OSError where the file cannot be opened.
    """
    if isinstance(source, bytes):
        content, name = source, name or "BVH text"
    else:
        content, name = Path(source).read_bytes(), name or str(source)
    text = content.decode("utf-8", errors="replace").lstrip("\ufeff")
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.strip().upper() == "MOTION"), None)
    if start is None:
        raise FormatError(f"{name} is not a complete BVH file: it has no line MOTION")
    hierarchy = _Hierarchy(lines[:start], name)
    values, fps = _read_frames(lines, start, sum(map(len, hierarchy.channels)), name)
    return BvhClip(
        tuple(hierarchy.joints),
        tuple(hierarchy.parents),
        np.array(hierarchy.offsets, dtype=np.float64),
        tuple(hierarchy.channels),
        values,
        fps,
        hierarchy.tips,
        name,
    )


class _Hierarchy:
    """The tree in front of MOTION, read word by word."""

    def __init__(self, lines: list[str], name: str) -> None:
        self.name, self.line = name, 1
        self.joints: list[str] = []
        self.parents: list[int] = []
        self.offsets: list[np.ndarray] = []
        self.channels: list[tuple[str, ...]] = []
        self.tips: dict[str, np.ndarray] = {}
        words = self._words(lines)
        if next(words, "").upper() != "HIERARCHY":
            raise FormatError(f"{name} is not a BVH file: it does not begin with HIERARCHY")
        self._read(words, lines)

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
                next(words, "")  # "Site"
                self._expect_bracket(words)
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

    def _expect_bracket(self, words: Iterator[str]) -> None:
        if next(words, "") != "{":
            raise self._fail("an opening bracket is missing")

    def _open_joint(self, line: str, words: Iterator[str], stack: list[int | None]) -> None:
        title = []  # joint names may contain spaces: everything up to the bracket
        for word in words:
            if word == "{":
                break
            title.append(word)
        if not title:
            raise self._fail(f"a joint has no name: {line.strip()!r}")
        parent = stack[-1] if stack else -1
        if parent is None or len(self.joints) >= MAX_JOINTS:
            raise self._fail("a joint lies inside an End Site, or there are too many joints")
        joint = " ".join(title)
        if joint in self.joints:
            raise self._fail(f"the joint name {joint!r} is used twice")
        stack.append(len(self.joints))
        self.joints.append(joint)
        self.parents.append(parent)
        self.offsets.append(np.zeros(3))
        self.channels.append(())

    def _offset(self, words: Iterator[str], stack: list[int | None]) -> None:
        line = self.line
        texts = [next(words, "") for _ in range(3)]
        try:
            offset = np.array([float(text) for text in texts])
        except ValueError:
            self.line = line  # missing numbers were looked for on the next one
            raise self._fail(f"OFFSET {' '.join(texts)} is not three numbers") from None
        if not np.all(np.isfinite(offset)) or not stack:
            raise self._fail(f"OFFSET {' '.join(texts)} is not finite or outside a joint")
        if stack[-1] is not None:
            self.offsets[stack[-1]] = offset
        elif stack[-2:-1] and stack[-2] is not None:
            self.tips.setdefault(self.joints[stack[-2]], offset)

    def _channels(self, words: Iterator[str], stack: list[int | None]) -> None:
        count = next(words, "")
        if not count.isdigit() or not stack or stack[-1] is None:
            raise self._fail(f"CHANNELS {count} is not a number of channels of a joint")
        texts = [next(words, "") for _ in range(int(count))]
        if unknown := [text for text in texts if text.lower() not in _CHANNELS]:
            raise self._fail(f"{unknown[0]!r} is not a channel; use {', '.join(POSITIONS + ROTATIONS)}")
        self.channels[stack[-1]] = tuple(_CHANNELS[text.lower()] for text in texts)


def _read_frames(lines: list[str], start: int, width: int, name: str) -> tuple[np.ndarray, float]:
    """Values (T,width) and the frame rate, from the lines after MOTION (index `start`)."""
    head = {}
    first = start + 1
    while first < len(lines) and (":" in lines[first] or not lines[first].strip()):
        key, _, value = lines[first].partition(":")
        head["".join(key.split()).lower()] = value.strip()
        first += 1
    count, fps = _frame_count(head, name), _frame_rate(head, name)
    rows = [(n, line) for n, line in enumerate(lines[first:], first + 1) if line.strip()]
    if len(rows) < count:
        raise FormatError(f"{name} is truncated: it announces {count} frames and holds {len(rows)}")
    if len(rows) > count:
        raise FormatError(f"{name}, line {rows[count][0]}: more rows than the {count} frames announced")
    for number, line in rows:
        if len(line.split()) != width:
            raise FormatError(f"{name}, line {number}: {len(line.split())} values, the joints have {width}")
    return _numbers(rows, width, name), fps


def _frame_count(head: dict[str, str], name: str) -> int:
    text = head.get("frames", "")
    if not text.isdigit():
        raise FormatError(f"{name}: the line 'Frames: N' is missing or wrong ({text!r})")
    if int(text) == 0:
        raise FormatError(f"{name} has 0 frames: there is no motion in it")
    return int(text)


def _frame_rate(head: dict[str, str], name: str) -> float:
    text = head.get("frametime", "")
    try:
        seconds = float(text)
    except ValueError:
        raise FormatError(f"{name}: the line 'Frame Time: S' is missing or wrong ({text!r})") from None
    if not (np.isfinite(seconds) and 0.001 <= seconds <= 1000):
        raise FormatError(f"{name}: a frame time of {text} s is not possible (0.001 to 1000)")
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
        raise FormatError(f"{name}, line {number}: {word!r} is not a finite number")
    return flat.reshape(len(rows), width)


def _is_finite(word: str) -> bool:
    try:
        return bool(np.isfinite(float(word)))
    except ValueError:
        return False
