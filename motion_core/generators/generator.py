"""The generator: tasks at work ask for clips, which its maker makes, many in one batch. It knows no family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motion_core.body.motion import Motion, all_said
from motion_core.catalog import INBETWEEN_CARDS, ModelCard, find_card
from motion_core.checkpoint import CheckpointInfo, load_checkpoint
from motion_core.features import FEATURES
from motion_core.generators.between import specialist_for
from motion_core.generators.device import pick_device
from motion_core.generators.families import build_model, check_family, maker_class
from motion_core.generators.makers.maker import Clip, ClipMaker, OnStep
from motion_core.generators.model_choice import check_task
from motion_core.generators.plan import Asked, BroadWork
from motion_core.generators.prompt_parts import read_words
from motion_core.generators.ready_job import Job, ReadyJob, made_of
from motion_core.generators.weights import weights_folder, weights_path
from motion_core.generators.windows import CONTEXT, SHORT_CONTEXT, Studio
from motion_core.generators.works import Workplace, rounds_of, work_of
from motion_core.hearing.hearing import hear_task
from motion_core.tasks import Generate, Sampling, Task

__all__ = ["Generator", "Job", "load_generator"]


def load_generator(model_id: str, *, device: str = "auto", checkpoint: str | Path | None = None) -> Generator:
    """A model of the catalog, ready to run. `checkpoint`: another file with weights of the same kind of model.

    Raises TaskError for an unknown model, FileNotFoundError for absent weights, FormatError for damaged ones or those
    of a family that no maker answers for, ValueError for a device that is not there.
    """
    card = find_card(model_id)
    place = pick_device(device)
    tensors, info = load_checkpoint(weights_path(card, checkpoint))
    card, kind = true_card(card, info), maker_class(check_family(info))
    between = card.between if _helped(card, checkpoint) else None
    return Generator(replace(card, between=between), info, kind(info, build_model(info, tensors), place))


def _helped(card: ModelCard, checkpoint: str | Path | None) -> bool:
    """Whether the card's specialist may act for it: not for other weights than its own, and only where it is there."""
    if card.between is None or checkpoint is not None:
        return False
    return (weights_folder() / INBETWEEN_CARDS[card.between].checkpoint).is_file()


def true_card(card: ModelCard, info: CheckpointInfo) -> ModelCard:
    """The card with what the checkpoint itself says. Raises FormatError where no maker answers for it."""
    kind = maker_class(check_family(info))
    words = frozenset({info.conditioning} if info.conditioning else ())
    told = replace(
        card,
        family=info.family,
        takes=words,
        requires=words,
        fps=info.fps,
        licence=info.licence,
        actions=info.actions if "action" in words else (),
        tasks=card.tasks if FEATURES[info.features].known is not None else (Generate.name,),
    )
    return kind.true_card(told, info)


class Generator:
    """A loaded model: `run` for one task, `run_batch` for many. Not for two threads at once."""

    def __init__(self, card: ModelCard, info: CheckpointInfo, maker: ClipMaker) -> None:
        # The model's card, as its checkpoint tells it.
        self.card = card
        # What answers the plans of tasks at work.
        self.maker = maker
        # Whether new motions whose feet are under the floor are raised, and feet that stand are steadied.
        self.clean_up = True
        # Whether a clip that plainly does not do what was asked is made again once (`as_asked.py`); never raw ones.
        self.again = True
        self.features = FEATURES[info.features]
        context = SHORT_CONTEXT if card.id in INBETWEEN_CARDS else CONTEXT
        longest = round(card.max_seconds * card.fps)
        self.studio = Studio(card.fps, maker.stats, longest, context, self.features)
        self._specialists: dict[str, Generator] = {}

    @property
    def device(self) -> Any:
        return self.maker.device

    @property
    def note(self) -> str:
        """What the model runs on and why, for the user."""
        return self.maker.device.note

    def run(self, task: Task, sampling: Sampling | None = None, on_step: OnStep | None = None) -> Motion:
        """One motion. `on_step(k, n)` is called after step k of about n and may raise to stop."""
        return self.run_batch([(task, sampling or Sampling())], on_step)[0]

    def run_batch(self, jobs: Sequence[Job], on_step: OnStep | None = None) -> list[Motion]:
        """Motions in the order of the jobs. Jobs with equal settings go through the network together; a job's motion
        does not depend on the others. Raises TaskError, naming the fault, before anything runs.
        """
        for job in jobs:
            self.check(*job)
        special = [place for place, (task, _) in enumerate(jobs) if specialist_for(self.card, task)]
        if not special:
            return self._run_own(jobs, on_step)
        own = [place for place in range(len(jobs)) if place not in special]
        made = self._run_special([jobs[place] for place in special], on_step)
        rest = self._run_own([jobs[place] for place in own], on_step) if own else []
        placed = dict(zip([*special, *own], [*made, *rest]))
        return [placed[place] for place in range(len(jobs))]

    def check(self, task: Any, sampling: Sampling) -> None:
        """Raises TaskError where this model cannot carry that out."""
        self._ready(task, sampling)

    def _run_special(self, jobs: Sequence[Job], on_step: OnStep | None) -> list[Motion]:
        """Jobs of the card's specialist, which has settings of its own; it is loaded when first needed."""
        assert self.card.between is not None
        if self.card.between not in self._specialists:
            place = str(self.device.torch_device)
            self._specialists[self.card.between] = load_generator(self.card.between, device=place)
        specialist = self._specialists[self.card.between]
        specialist.clean_up, specialist.again = self.clean_up, self.again
        return specialist.run_batch([(task, Sampling(sampling.seed)) for task, sampling in jobs], on_step)

    def _run_own(self, jobs: Sequence[Job], on_step: OnStep | None) -> list[Motion]:
        ready = [self._ready(*job) for job in jobs]
        works = [self._work(job) for job in ready]
        asked: dict[int, Asked] = {}
        motions: dict[int, Motion] = {}
        rounds = {place: rounds_of(job.task, job.reading, self.studio) for place, job in enumerate(ready)}
        # what each work is told next: at first, to begin
        answers: dict[int, Any] = dict.fromkeys(range(len(jobs)))
        done = gone = 0
        while answers:
            for place, x0 in answers.items():
                try:
                    asked[place] = works[place].send(x0)
                except StopIteration as end:  # at once, where nothing has to be made
                    motions[place] = self._finished(ready[place], end.value)
                    asked.pop(place, None)
            gone += 1
            later = {place: rounds[place] - gone for place in asked}
            answers, done = self._made(asked, ready, done, later, on_step) if asked else ({}, done)
        return [motions[place] for place in range(len(jobs))]

    def _made(
        self,
        asked: Mapping[int, Asked],
        ready: Sequence[ReadyJob],
        done: int,
        later: Mapping[int, int],
        on_step: OnStep | None,
    ) -> tuple[dict[int, Any], int]:
        """What each work asked for, by its place, and the steps done by then: features (T,F), or a list of them.

        later: how often each will ask again, about.
        """
        plans = [
            (place, p)
            for place, some in asked.items()
            for p in (some if isinstance(some, tuple) else (some,))
        ]
        clips = [Clip(n, p, ready[place].settings) for n, (place, p) in enumerate(plans)]
        batches = self.maker.batches(clips)
        total = done + sum(map(self.maker.steps_of, batches))
        for times in range(1, max(later.values()) + 1):
            again = [clip for clip, (place, _) in zip(clips, plans) if later[place] >= times]
            total += sum(map(self.maker.steps_of, self.maker.batches(again)))
        found: dict[int, np.ndarray] = {}
        for batch in batches:
            made = self.maker.make(batch, _shifted(on_step, done, total))
            found |= {clip.key: x0 for clip, x0 in zip(batch, made)}
            done += self.maker.steps_of(batch)
        answers: dict[int, Any] = {place: [] for place in asked}
        for n, (place, _) in enumerate(plans):
            answers[place].append(found[n])
        single = {place for place, some in asked.items() if not isinstance(some, tuple)}
        return {place: x0[0] if place in single else x0 for place, x0 in answers.items()}, done

    def _ready(self, task: Any, sampling: Sampling) -> ReadyJob:
        check_task(self.card, task)
        settings, note = self.card.settled(sampling)
        task, heard = hear_task(task)  # spelling first: the reader of parts trusts known words alone
        return ReadyJob(task, sampling, settings, read_words(self.card, task), note, heard)

    def _work(self, job: ReadyJob) -> BroadWork:
        again = self.again and self.clean_up
        place = Workplace(self.card, self.features, self.studio, self.clean_up, job.reading, again)
        return work_of(job.task, job.sampling, place)

    def _finished(self, job: ReadyJob, motion: Motion) -> Motion:
        """The motion with what made it; what its work said comes last."""
        made = made_of(job, self.card, self.maker, motion)
        told = {**made.to_meta(), **motion.meta}
        if note := all_said(made.note, motion.meta.get("note")):
            told["note"] = note
        return replace(motion, meta=told)


def _shifted(on_step: OnStep | None, done: int, total: int) -> OnStep:
    """The steps of one batch counted among those of all."""

    def report(k: int, n: int) -> None:
        if on_step:
            on_step(done + k, total)

    return report
