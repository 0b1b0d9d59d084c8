"""What a task sets to work: one row a kind of task. A work asks for plans and ends with the motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from motion_core.body.motion import Motion
from motion_core.catalog import ModelCard
from motion_core.editing.cleanup import clean_up
from motion_core.editing.hold import held_on
from motion_core.editing.sided import on_side
from motion_core.features import Features
from motion_core.generators.as_asked import UNDONE, as_asked
from motion_core.generators.completing import complete, edit
from motion_core.generators.counting import counted
from motion_core.generators.finishing import frame_count, grounded, tidied
from motion_core.generators.led import led
from motion_core.generators.model_choice import length_of
from motion_core.generators.plan import BroadWork, Plan
from motion_core.generators.prompt_parts import Reading
from motion_core.generators.sequencing import pieces, sequence
from motion_core.generators.windows import Studio
from motion_core.tasks import CleanUp, Complete, Edit, Generate, Sampling, Sequence
from motion_core.wording.counts import count_of
from motion_core.wording.sides import sided_deed

NOTHING = CleanUp(feet=False)


@dataclass(frozen=True, eq=False)
class Workplace:
    """What works are done with."""

    card: ModelCard
    features: Features
    studio: Studio
    # Whether new motions are raised out of the floor, steadied, and their feet locked where nothing is said of that.
    clean_up: bool
    # How the task's words were taken.
    reading: Reading
    # Whether a clip that does not do what was asked is made again.
    again: bool = False


def _generate(task: Generate, sampling: Sampling, place: Workplace) -> BroadWork:
    how, reading = _clean_of(task, place), place.reading
    frames, studio = (
        frame_count(length_of(place.card, task), place.card.fps),
        replace(place.studio, calm=how.calm),
    )
    if reading.sequence is not None:
        parts = replace(reading.sequence, clean=replace(NOTHING, calm=how.calm))
        motion = yield from sequence(parts, sampling, studio)
        motion = held_on(motion, frames) if reading.held else motion
        return _finished_off(motion, how, place)
    if reading.count is not None:
        wanted = None if task.seconds is None else frames
        motion, note = yield from counted(str(task.text), reading.count, wanted, sampling, studio)
        return _finished_off(replace(motion, meta={"note": note, UNDONE: note} if note else {}), how, place)
    if reading.way is not None:
        return (yield from led(reading.way, frames, sampling, studio, how))

    def one(drawn: Sampling) -> BroadWork:
        x0 = yield Plan(frames, drawn, task.text, task.action)
        motion = place.features.decode(place.features.canonical(x0), place.card.fps)
        motion = on_side(motion, sided_deed(task.text or ""))
        return clean_up(tidied(motion, how.calm) if place.clean_up else motion, how)

    if place.again and task.text:
        return (yield from as_asked(task.text, sampling, one))
    return (yield from one(sampling))


def _finished_off(motion: Motion, how: CleanUp, place: Workplace) -> Motion:
    """A motion of several clips on the floor and tidied; what was noted of it stays."""
    return replace(clean_up(grounded(motion) if place.clean_up else motion, how), meta=motion.meta)


def _clean_of(task: Any, place: Workplace) -> CleanUp:
    """What is tidied, where the task leaves it open: what new motions get, or nothing where they shall be raw."""
    if task.clean is not None:
        return task.clean
    return CleanUp() if place.clean_up else NOTHING


def _tidied_as_new(
    work: Callable[[Any, Sampling, Studio], BroadWork],
) -> Callable[[Any, Sampling, Workplace], BroadWork]:
    """The work of a task whose clean-up, left open, is that of new motions."""

    def begin(task: Any, sampling: Sampling, place: Workplace) -> BroadWork:
        how = _clean_of(task, place)
        return work(replace(task, clean=how), sampling, replace(place.studio, calm=how.calm))

    return begin


WORKS: dict[type, Callable[[Any, Sampling, Workplace], BroadWork]] = {
    Generate: _generate,
    Complete: _tidied_as_new(complete),
    Edit: _tidied_as_new(edit),
    Sequence: _tidied_as_new(sequence),
}


def rounds_of(task: Any, reading: Reading, studio: Studio) -> int:
    """How often a work asks for clips, about: once for each prompt, twice to count."""
    parts = reading.sequence or (task if isinstance(task, Sequence) else None)
    if parts is not None:
        return sum(2 if count_of(text) else 1 for text, _ in pieces(parts, studio))
    return 2 if reading.count is not None else 1


def work_of(task: Any, sampling: Sampling, place: Workplace) -> BroadWork:
    """The work of a task, begun but not yet asked for its first plan."""
    return WORKS[type(task)](task, sampling, place)
