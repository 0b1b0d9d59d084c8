"""A prompt that says "first this, then that" as the sequence that a model makes of it: one place for all callers."""

from __future__ import annotations

from motion_core.catalog import ModelCard
from motion_core.tasks import Generate, Sequence
from motion_core.wording.clauses import split_clauses
from motion_core.wording.parts import TooShort, parts_of


def sequence_of(card: ModelCard, task: Generate) -> tuple[Sequence | None, str]:
    """(the sequence in place of the task, "") or (None, why a text of several parts is made as one, "" where it has
    but one or shall stay whole).
    """
    if not task.split or task.text is None:
        return None, ""
    if "sequence" not in card.tasks:
        several = len(split_clauses(task.text)) > 1
        return None, f"made as one: model {card.id!r} makes no sequences" if several else ""
    try:
        parts = parts_of(task.text, task.seconds)
    except TooShort as error:
        return None, f"made as one: {error}"
    return (Sequence(parts), "") if parts else (None, "")
