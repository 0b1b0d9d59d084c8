"""A new motion from words, from an action's name, or from the seed alone."""

from __future__ import annotations

from dataclasses import dataclass

from motion_core.tasks.checks import LONGEST, MAX_PROMPT, MIN_SECONDS, TaskError, check_kind, check_number
from motion_core.tasks.pins_and_paths import CleanUp
from motion_core.tasks.task import Task, clean_from_json
from motion_core.wording.parts import LEAST_TOTAL, total_of


@dataclass(frozen=True)
class Generate(Task):
    """A new motion. Raises TaskError for a field that makes no sense."""

    name = "generate"
    says_all = True
    readers = {"clean": clean_from_json}  # noqa: RUF012

    # What the person does, in a sentence.
    text: str | None = None
    # Or the name of an action, for models that know some.
    action: str | None = None
    # Length of the result; None: 6 seconds, or as many as several parts and counts in the text take.
    seconds: float | None = None
    # Whether a text "first this, then that" is made part by part, by models that can (`wording/parts.py`).
    split: bool = True
    # What is tidied; None: what new motions get, `CleanUp()`.
    clean: CleanUp | None = None

    def __post_init__(self) -> None:
        self._check_text()
        check_kind("split", self.split, bool)
        check_kind("clean", self.clean, CleanUp)
        if self.action is not None:
            if not isinstance(self.action, str) or not self.action.strip():
                raise TaskError("the action is empty: `laban models` lists each model's actions")
            if len(self.action) > MAX_PROMPT:
                raise TaskError(f"the action has {len(self.action)} characters: give its name alone")
            self._set("action", self.action.strip())
        if self.seconds is not None:
            self._set("seconds", check_number("seconds", self.seconds, MIN_SECONDS, LONGEST))

    @property
    def length(self) -> float:
        if self.seconds is not None:
            return self.seconds
        return LEAST_TOTAL if self.text is None or not self.split else total_of(self.text)
