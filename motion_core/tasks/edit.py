"""A given motion, changed: some joints or all, in a span or everywhere, after a text or as a variation."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from motion_core.body.joints import JOINTS, joint_indices
from motion_core.tasks.checks import TaskError, check_kind, check_list, check_motion, check_number, check_span
from motion_core.tasks.pins_and_paths import CleanUp
from motion_core.tasks.task import Task, clean_from_json

if TYPE_CHECKING:
    from motion_core.body.motion import Motion


@dataclass(frozen=True, eq=False)
class Edit(Task):
    """A motion to change. Raises TaskError for a field that makes no sense."""

    name = "edit"
    motions = ("motion",)
    required = ("motion",)
    readers = {"clean": clean_from_json}  # noqa: RUF012

    motion: Motion
    # Names of joints and body parts (`joints.PARTS`); () means the whole body. Other joints stay exactly as they are.
    parts: tuple[str, ...] = ()
    text: str | None = None
    # Frames (start, stop) that change; None: all.
    span: tuple[int, int] | None = None
    # 1 makes the parts anew, less stays nearer to the given motion.
    strength: float = 1.0
    # What is tidied in what may change.
    clean: CleanUp | None = None

    def __post_init__(self) -> None:
        check_motion("the motion to edit", self.motion)
        self._check_text()
        check_kind("clean", self.clean, CleanUp)
        self._set("parts", check_list("parts", self.parts))
        if odd := [part for part in self.parts if not isinstance(part, str)]:
            raise TaskError(f"parts has {reprlib.repr(odd[0])} in it: give names of joints and body parts")
        try:
            joint_indices(self.parts)
        except ValueError as error:
            raise TaskError(str(error)) from None
        if self.span is not None:
            self._set("span", check_span("the span", self.span, len(self.motion)))
        self._set("strength", check_number("strength", self.strength, 0.01, 1.0))

    @property
    def length(self) -> float:
        return self.motion.seconds

    @property
    def joints(self) -> tuple[int, ...]:
        """Indices of the joints that may change."""
        return tuple(joint_indices(self.parts) if self.parts else range(len(JOINTS)))
