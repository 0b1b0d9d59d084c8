"""A job with every value decided, and what its result says of how it was made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from motion_core import __version__
from motion_core.body.motion import Motion, all_said
from motion_core.catalog import ModelCard
from motion_core.generators.makers.maker import ClipMaker
from motion_core.generators.prompt_parts import Reading
from motion_core.hearing.hearing import remarks_on
from motion_core.tasks import Edit, Made, Sampling

Job = tuple[Any, Sampling]  # a task and how to sample it


@dataclass(frozen=True, eq=False)
class ReadyJob:
    """A job that a generator has checked."""

    # With its words as they were heard (`hearing/`).
    task: Any
    sampling: Sampling
    # Every setting of the card.
    settings: dict[str, Any]
    # How the task's words are taken.
    reading: Reading
    # What the user should know of the settings.
    note: str
    # How the spelling of the words was taken.
    heard: str = ""


def made_of(job: ReadyJob, card: ModelCard, maker: ClipMaker, motion: Motion) -> Made:
    """What made a motion."""
    task = job.task
    given = next((Made.from_meta(handed.meta).licence for handed in task.given), "")
    return Made(
        task=task.name,
        model=card.id,
        seed=job.sampling.seed,
        seconds=getattr(task, "seconds", None) or round(motion.seconds, 4),
        licence=all_said(card.licence, given),
        given_licence=given,
        version=__version__,
        more=_more_of(job, card),
        **_words_of(job, maker),
    )


def _words_of(job: ReadyJob, maker: ClipMaker) -> dict[str, Any]:
    """The words of a result, and how they were taken."""
    parts = job.reading.sequence
    prompts = getattr(parts or job.task, "prompts", ())
    if parts is not None and len(parts.prompts) == 1:  # one thing, for longer than a clip
        prompts = ()
    text = getattr(job.task, "text", None)
    cut = maker.cut_note(text) if text and parts is None else None
    told = [prompt for prompt, _ in prompts] or ([text] if text else [])
    # what is left to say of an edit may be a manner alone: "old and hunched"
    remarks = remarks_on(told, fragment=isinstance(job.task, Edit))
    return {
        "text": text or "; ".join(prompt for prompt, _ in prompts),
        "prompts": tuple((prompt, round(seconds, 4)) for prompt, seconds in prompts),
        "action": getattr(job.task, "action", None) or "",
        "note": _joined((job.heard, remarks, cut, job.reading.note, job.note)),
    }


def _more_of(job: ReadyJob, card: ModelCard) -> dict[str, Any]:
    """The fields of the task, and the settings that are shown to the user or were asked for."""
    shown = {setting.name for setting in card.settings if setting.shown}
    settings = {n: v for n, v in job.settings.items() if n in shown or n in job.sampling.settings}
    return {**job.task.facts(), **settings}


def _joined(notes: Iterable[str | None]) -> str:
    return "; ".join(note for note in notes if note)
