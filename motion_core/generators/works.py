"""What a task sets to work: one row a kind of task. A work asks for plans and ends with the motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from motion_core.catalog import ModelCard
from motion_core.editing.hold import held_on
from motion_core.features import Features
from motion_core.generators.completing import complete, edit
from motion_core.generators.counting import counted
from motion_core.generators.finishing import frame_count, grounded, tidied
from motion_core.generators.plan import BroadWork, Plan
from motion_core.generators.prompt_parts import Reading
from motion_core.generators.sequencing import sequence
from motion_core.generators.windows import Studio
from motion_core.tasks import Complete, Edit, Generate, Sampling, Sequence


@dataclass(frozen=True, eq=False)
class Workplace:
    """What works are done with."""

    card: ModelCard
    features: Features
    studio: Studio
    # Whether new motions are raised out of the floor and steadied.
    clean_up: bool
    # How the task's words were taken.
    reading: Reading


def _generate(task: Generate, sampling: Sampling, place: Workplace) -> BroadWork:
    reading, frames = place.reading, frame_count(task.length, place.card.fps)
    if reading.sequence is not None:
        motion = yield from sequence(reading.sequence, sampling, place.studio)
        motion = held_on(motion, frames) if reading.held else motion
        return grounded(motion) if place.clean_up else motion
    if reading.count is not None:
        wanted = None if task.seconds is None else frames
        motion, note = yield from counted(str(task.text), reading.count, wanted, sampling, place.studio)
        motion = replace(motion, meta={"note": note} if note else {})
        return grounded(motion) if place.clean_up else motion
    x0 = yield Plan(frames, sampling, task.text, task.action)
    motion = place.features.decode(place.features.canonical(x0), place.card.fps)
    return tidied(motion) if place.clean_up else motion


WORKS: dict[type, Callable[[Any, Sampling, Workplace], BroadWork]] = {
    Generate: _generate,
    Complete: lambda task, sampling, place: complete(task, sampling, place.studio),
    Edit: lambda task, sampling, place: edit(task, sampling, place.studio),
    Sequence: lambda task, sampling, place: sequence(task, sampling, place.studio),
}


def work_of(task: Any, sampling: Sampling, place: Workplace) -> BroadWork:
    """The work of a task, begun but not yet asked for its first plan."""
    return WORKS[type(task)](task, sampling, place)
