"""One motion from several prompts, each for its seconds, going over into each other."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from motion_core.tasks.checks import (
    LONGEST,
    MIN_SECONDS,
    TaskError,
    check_kind,
    check_motion,
    check_number,
    check_prompt,
)
from motion_core.tasks.pins_and_paths import CleanUp
from motion_core.tasks.task import Task, clean_from_json

if TYPE_CHECKING:
    from motion_core.body.motion import Motion


@dataclass(frozen=True, eq=False)
class Sequence(Task):
    """Prompts in a row. Raises TaskError for a field that makes no sense."""

    name = "sequence"
    motions = ("start",)
    required = ("prompts",)
    readers = {"clean": clean_from_json}  # noqa: RUF012

    # Each a text and its seconds.
    prompts: tuple[tuple[str, float], ...]
    # Seconds in which one prompt goes over into the next.
    transition: float = 0.5
    # A motion that goes before; its end is where the first prompt begins, and it is not part of the result.
    start: Motion | None = None
    clean: CleanUp | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.prompts, list | tuple) or not self.prompts:
            raise TaskError("the sequence is empty: give at least one prompt and its seconds")
        self._set("prompts", tuple(_prompt(number, entry) for number, entry in enumerate(self.prompts)))
        check_number("seconds of the whole sequence", self.seconds, MIN_SECONDS, LONGEST)
        check_number("transition", self.transition, 0.1, 3.0)
        check_kind("clean", self.clean, CleanUp)
        if self.start is not None:
            check_motion("the motion to start from", self.start)

    @property
    def told(self) -> frozenset[str]:
        return frozenset({"text"})

    @property
    def seconds(self) -> float:
        """Of all prompts together."""
        return float(sum(seconds for _, seconds in self.prompts))

    @property
    def length(self) -> float:
        return self.seconds


def _prompt(number: int, entry: object) -> tuple[str, float]:
    if not isinstance(entry, list | tuple) or len(entry) != 2:
        raise TaskError(f"prompt {number} is {reprlib.repr(entry)}: give a pair of a text and its seconds")
    seconds = check_number(f"seconds of prompt {number}", entry[1], MIN_SECONDS, LONGEST)
    return check_prompt(entry[0]), seconds
