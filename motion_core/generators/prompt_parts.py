"""A prompt that says "first this, then that" as the sequence that a model makes of it: read once, for all callers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from motion_core.catalog import ModelCard
from motion_core.tasks import Generate, Sequence
from motion_core.wording.clauses import split_clauses
from motion_core.wording.parts import TooShort, parts_of

LONGEST_CLIP = 9.8  # seconds, for a prompt whose length is not said


@dataclass(frozen=True)
class Reading:
    """How a task's words are taken."""

    # What is made in place of a prompt of several parts; None where it stays one.
    sequence: Sequence | None = None
    # Why several parts are made as one; "" where there is but one, or it shall stay whole.
    note: str = ""


def part_texts(text: str, seconds: float = LONGEST_CLIP) -> tuple[str, ...]:
    """The sentences that a prompt is made in, one where it stays whole."""
    try:
        return tuple(part for part, _ in parts_of(text, seconds)) or (text,)
    except TooShort:
        return (text,)


def read_words(card: ModelCard, task: Any) -> Reading:
    """How this model takes the words of a task. Only those of a new motion are ever taken apart."""
    if not isinstance(task, Generate) or not task.split or task.text is None:
        return Reading()
    if Sequence.name not in card.tasks:
        several = len(split_clauses(task.text)) > 1
        return Reading(note=f"made as one: model {card.id!r} makes no sequences" if several else "")
    try:
        parts = parts_of(task.text, task.seconds)
    except TooShort as error:
        return Reading(note=f"made as one: {error}")
    return Reading(Sequence(parts)) if parts else Reading()
