"""How a prompt is taken: "first this, then that" as a sequence, a count as a count, a circle as a way, what is too long
for one clip as several. Read once, for all callers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from motion_core.catalog import ModelCard
from motion_core.tasks import Complete, Generate, Sequence
from motion_core.wording.clauses import split_clauses
from motion_core.wording.counts import Count, count_of
from motion_core.wording.grammar import verb_of
from motion_core.wording.lengths import goes_on, is_held, seconds_of
from motion_core.wording.parts import TooShort, parts_of
from motion_core.wording.ways import Way, way_of

LONGEST_CLIP = 9.8  # seconds, for a prompt whose length is not said


@dataclass(frozen=True)
class Reading:
    """How a task's words are taken."""

    # What is made in place of a prompt of several parts, or of one too long; None where it stays one clip.
    sequence: Sequence | None = None
    # Why several parts are made as one, and what becomes of one that is too short; "" where there is nothing to say.
    note: str = ""
    # How often a single thing is done.
    count: Count | None = None
    # The shape of the way that a single gait is led along.
    way: Way | None = None
    # Whether the last pose is held up to the task's length.
    held: bool = False


def part_texts(text: str, seconds: float = LONGEST_CLIP) -> tuple[str, ...]:
    """The sentences that a prompt is made in, one where it stays whole."""
    try:
        return tuple(part for part, _ in parts_of(text, seconds)) or (text,)
    except TooShort:
        return (text,)


def read_words(card: ModelCard, task: Any) -> Reading:
    """How this model takes the words of a task. Only those of a new motion are ever taken apart."""
    if not isinstance(task, Generate) or task.text is None:
        return Reading()
    if Sequence.name not in card.tasks:
        several = task.split and (len(split_clauses(task.text)) > 1 or count_of(task.text) is not None)
        return Reading(note=f"made as one: model {card.id!r} makes no sequences" if several else "")
    if not task.split:
        return Reading(Sequence(((task.text, task.length),))) if task.length > card.max_seconds else Reading()
    try:
        parts = parts_of(task.text, task.length)
    except TooShort as error:
        return Reading(note=f"made as one: {error}")
    if parts:
        return Reading(Sequence(parts))
    if count := count_of(task.text):
        return Reading(count=count)
    if Complete.name in card.tasks and (way := way_of(task.text)):
        return Reading(way=way)
    return _long(task.text, task.length) if task.length > card.max_seconds + 1e-9 else Reading()


def _long(text: str, seconds: float) -> Reading:
    """One thing for longer than a clip: it goes on, or is done again and again, or is held."""
    (clause,) = split_clauses(text)
    verb = clause.verb or verb_of(text)
    if goes_on(verb, text):
        return Reading(Sequence(((text, seconds),)))
    once = seconds_of(verb)
    if is_held(verb):
        note = f"{verb!r} is done once and then held: it takes {once:g} of the {seconds:g} s"
        return Reading(Sequence(((text, once),)), note, held=True)
    times = max(1, round(seconds / once))
    parts = tuple((text, seconds / times) for _ in range(times))
    return Reading(
        Sequence(parts), f"{verb!r} is done {times} times: once takes about {once:g} of the {seconds:g} s"
    )
