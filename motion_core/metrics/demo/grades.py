"""Grades by eye of the demo page: a TOML file beside the page, a line for each sentence.

model = "dit-adaln-fast"
checkpoint = "0123456789abcdef"      # the first letters of its SHA-256
graded = "2026-11-29"

[grades]
"a person does a cartwheel" = ["shown", "part: only one hand on the floor"]     # seed 0, seed 1
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from motion_core.formats import FormatError
from motion_core.formats.files import atomic_write
from motion_core.formats.tables import toml_table

SHOWN, PART, OTHER = MARKS = ("shown", "part", "other")
RULE = (
    "One motion, one grade, from its eight moments alone. Shown: everything that is said can be seen, in the order "
    "and on the side that is said, and nothing else goes on for long. Part: the action can be recognised, but "
    "something that is said is missing or wrong (a second action, a side, a count, a manner), or it is only hinted at. "
    "Other: whoever sees the moments without the words would not name the action. Doubt gives the lower grade."
)
LETTERS = 16  # of a SHA-256 that name a checkpoint


@dataclass(frozen=True)
class Grade:
    """mark: one of MARKS. remark: what is missing or wrong, in a few words."""

    mark: str
    remark: str = ""

    @classmethod
    def parse(cls, text: str) -> Grade | None:
        """From "part: only walks"; None where nobody has graded yet. Raises FormatError for another mark."""
        mark, _, remark = text.partition(":")
        if not text.strip():
            return None
        if mark.strip() not in MARKS:
            raise FormatError(f"the grade is {text!r}: it must begin with {', '.join(MARKS)}")
        return cls(mark.strip(), remark.strip())

    def __str__(self) -> str:
        return f"{self.mark}: {self.remark}" if self.remark else self.mark


@dataclass(frozen=True)
class Grades:
    """Of one checkpoint: {sentence: the grade of each seed, None where there is none}."""

    model: str
    checkpoint: str
    graded: str = ""
    marks: Mapping[str, tuple[Grade | None, ...]] = field(default_factory=dict)

    def of(self, sentence: str, seed: int) -> Grade | None:
        given = self.marks.get(sentence, ())
        return given[seed] if seed < len(given) else None


def read_grades(path: Path) -> Grades:
    """Raises FormatError, naming the file, for one that is not readable."""
    with toml_table(path) as table:
        marks = {
            str(text): tuple(Grade.parse(str(grade)) for grade in given)
            for text, given in table["grades"].items()
        }
        return Grades(str(table["model"]), str(table["checkpoint"]), str(table.get("graded", "")), marks)


def write_grades(path: Path, grades: Grades, sentences: Iterable[str], seeds: int) -> None:
    """Every sentence, with "" where a grade is still to be given."""
    heads = {"model": grades.model, "checkpoint": grades.checkpoint, "graded": grades.graded}
    lines = [f"{name} = {json.dumps(value)}" for name, value in heads.items()]
    lines += ["", "[grades]"]
    for text in sentences:
        given = [str(grades.of(text, seed) or "") for seed in range(seeds)]
        lines.append(f"{json.dumps(text)} = {json.dumps(given, ensure_ascii=False)}")
    with atomic_write(path, "w") as file:
        file.write("\n".join(lines) + "\n")


def sums(given: Sequence[Grade | None]) -> dict[str, int]:
    """{mark: how many}, of those that are graded."""
    counts = Counter(grade.mark for grade in given if grade is not None)
    return {mark: counts[mark] for mark in MARKS}


def in_words(given: Sequence[Grade | None]) -> str:
    """The sums as one line: "13 shown (22 %), 29 part, 18 other"; what is not graded yet is said."""
    counts = sums(given)
    total, left = sum(counts.values()), sum(grade is None for grade in given)
    if not total:
        return "not graded yet"
    said = f"{counts[SHOWN]} shown ({counts[SHOWN] / total:.0%}), {counts[PART]} part, {counts[OTHER]} other"
    return f"{said}, {left} not graded yet" if left else said


def checkpoint_name(path: Path) -> str:
    """The first letters of a checkpoint's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:LETTERS]
