"""The generator of the diffusion families: tasks at work ask for clips, which are sampled many in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from motion_core import __version__
from motion_core import tasks as asked
from motion_core.body.motion import Motion, all_said
from motion_core.catalog import INBETWEEN_CARDS, ModelCard, find_card
from motion_core.checkpoint import CheckpointInfo, load_checkpoint
from motion_core.features import FEATURES
from motion_core.generators.between import specialist_for
from motion_core.generators.device import Device, pick_device
from motion_core.generators.families import FAMILIES, build_model, check_info, family_classes
from motion_core.generators.finishing import frame_count, grounded, tidied
from motion_core.generators.makers.denoising import Clip, ClipSampler, OnStep
from motion_core.generators.model_choice import check_task
from motion_core.generators.plan import Plan, Work
from motion_core.generators.prompt_parts import sequence_of
from motion_core.generators.sequencing import sequence
from motion_core.generators.weights import weights_folder, weights_path
from motion_core.generators.windows import CONTEXT, SHORT_CONTEXT, Studio
from motion_core.tasks import Complete, Edit, Generate, Sampling, TaskError

__all__ = ["FAMILIES", "Generator", "Job", "build_model", "family_classes", "load_generator"]

Task = Generate | Complete | Edit | asked.Sequence
Job = tuple[Task, Sampling]


@dataclass(frozen=True, eq=False)
class _Request:
    """One job with every value decided: place in the result, steps and guidance."""

    place: int
    task: Task
    sampling: Sampling
    steps: int
    guidance: float


def load_generator(model_id: str, *, device: str = "auto", checkpoint: str | Path | None = None) -> Generator:
    """A model of the catalog, ready to run. `checkpoint`: another file with weights of the same kind of model.

    Raises TaskError for an unknown model, FileNotFoundError for absent weights, FormatError for damaged ones,
    ValueError for a device that is not there.
    """
    card = find_card(model_id)
    place = pick_device(device)
    tensors, info = load_checkpoint(weights_path(card, checkpoint))
    check_info(info)
    card = replace(true_card(card, info), between=card.between if _helped(card, checkpoint) else None)
    return Generator(card, info, build_model(info, tensors), place)


def _helped(card: ModelCard, checkpoint: str | Path | None) -> bool:
    """Whether the card's specialist may act for it: not for other weights than its own, and only where it is there."""
    if card.between is None or checkpoint is not None:
        return False
    return (weights_folder() / INBETWEEN_CARDS[card.between].checkpoint).is_file()


def true_card(card: ModelCard, info: CheckpointInfo) -> ModelCard:
    """The card with what the checkpoint itself says."""
    folded = info.diffusion.get("folded_steps")
    return replace(
        card,
        family=info.family,
        needs=info.conditioning,
        fps=info.fps,
        licence=info.licence,
        actions=info.actions if info.conditioning == "action" else (),
        tasks=card.tasks if FEATURES[info.features].known else ("generate",),
        steps=folded or card.steps,
        guidance=info.diffusion["folded_guidance"] if folded else card.guidance,
        spacing=info.diffusion.get("folded_spacing", 1.0) if folded else card.spacing,
        fixed=bool(folded),
    )


class Generator(ClipSampler):
    """A loaded model: `run` for one task, `run_batch` for many. Not for two threads at once.

    card: the model's card, as its checkpoint tells it. device: where it runs and why (`device.note`).
    clean_up: raise new motions whose feet are under the floor, and steady feet that stand.
    """

    def __init__(self, card: ModelCard, info: CheckpointInfo, model: torch.nn.Module, device: Device) -> None:
        self.card, self.clean_up = card, True
        self.features = FEATURES[info.features]
        super().__init__(info, model, device)
        self.schedule = replace(self.schedule, spacing=card.spacing)
        context = SHORT_CONTEXT if card.id in INBETWEEN_CARDS else CONTEXT
        self.studio = Studio(card.fps, self.stats, round(card.max_seconds * card.fps), context, self.features)
        self._specialists: dict[str, Generator] = {}

    @property
    def note(self) -> str:
        """What the model runs on and why, for the user."""
        return self.device.note

    def run(self, task: Task, sampling: Sampling | None = None, on_step: OnStep | None = None) -> Motion:
        """One motion. `on_step(k, n)` is called after step k of about n and may raise to stop."""
        return self.run_batch([(task, sampling or Sampling())], on_step)[0]

    def run_batch(self, jobs: Sequence[Job], on_step: OnStep | None = None) -> list[Motion]:
        """Motions in the order of the jobs. Jobs with equal steps and guidance go through the network together;
        a job's motion does not depend on the others. Raises TaskError, naming the fault, before anything runs.
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

    def _run_special(self, jobs: Sequence[Job], on_step: OnStep | None) -> list[Motion]:
        """Jobs of the card's specialist, which has steps and guidance of its own; it is loaded when first needed."""
        assert self.card.between is not None
        if self.card.between not in self._specialists:
            place = str(self.device.torch_device)
            self._specialists[self.card.between] = load_generator(self.card.between, device=place)
        specialist = self._specialists[self.card.between]
        specialist.clean_up = self.clean_up
        return specialist.run_batch([(task, Sampling(sampling.seed)) for task, sampling in jobs], on_step)

    def _run_own(self, jobs: Sequence[Job], on_step: OnStep | None) -> list[Motion]:
        requests = [self._request(place, *job) for place, job in enumerate(jobs)]
        works = [self._work(request) for request in requests]
        waiting = {place: next(work) for place, work in enumerate(works)}
        motions: dict[int, Motion] = {}
        done = 0
        while waiting:
            batches = self.batches([self._clip(requests[place], plan) for place, plan in waiting.items()])
            total = done + sum(batch[0].steps for batch in batches)
            waiting = {}
            for batch in batches:
                for clip, x0 in zip(batch, self.sample(batch, _shifted(on_step, done, total))):
                    try:
                        waiting[clip.key] = works[clip.key].send(x0)
                    except StopIteration as end:
                        motions[clip.key] = self._finished(requests[clip.key], end.value)
                done += batch[0].steps
        return [motions[place] for place in range(len(jobs))]

    def check(self, task: Task, sampling: Sampling) -> None:
        """Raises TaskError where this model cannot carry that out."""
        self._request(0, task, sampling)

    def _request(self, place: int, task: Task, sampling: Sampling) -> _Request:
        check_task(self.card, task)
        if self.card.fixed:
            steps, guidance = self._folded_settings(sampling), 1.0  # its one pass answers as if guided
        else:
            steps, guidance = self._steps(sampling), self._guidance(sampling)
        return _Request(place, task, sampling, steps, float(guidance))

    def _steps(self, sampling: Sampling) -> int:
        steps = min(self.card.steps, len(self.schedule)) if sampling.steps is None else sampling.steps
        if steps > len(self.schedule):
            raise TaskError(
                f"steps is {steps}: model {self.card.id!r} has {len(self.schedule)} noise levels, "
                f"use 1 to {len(self.schedule)}"
            )
        return steps

    def _guidance(self, sampling: Sampling) -> float:
        if self.card.needs is None or self.info.training.get("condition_dropped") == 0:
            return 1.0  # nothing to be guided to, or never trained without its condition
        return self.card.guidance if sampling.guidance is None else sampling.guidance

    def _folded_settings(self, sampling: Sampling) -> int:
        """The steps of a distilled model, which knows no others, and no other guidance (`train/distil.py`)."""
        for name, value in (("steps", sampling.steps), ("guidance", sampling.guidance)):
            own = getattr(self.card, name)
            if value is not None and value != own:
                raise TaskError(
                    f"{name} is {value}: model {self.card.id!r} was distilled for {own} and takes "
                    f"no other; leave it out, or use {self.card.teacher or 'the model it was distilled from'}"
                )
        return self.card.steps

    def _work(self, request: _Request) -> Work:
        task, sampling = request.task, request.sampling
        if isinstance(task, Generate):
            return self._generate(task, sampling)
        if isinstance(task, asked.Sequence):
            return sequence(task, sampling, self.studio)
        from motion_core.generators.completing import complete, edit

        return (
            complete(task, sampling, self.studio)
            if isinstance(task, Complete)
            else edit(task, sampling, self.studio)
        )

    def _generate(self, task: Generate, sampling: Sampling) -> Work:
        parts, _ = sequence_of(self.card, task)
        if parts is not None:
            motion = yield from sequence(parts, sampling, self.studio)
            return grounded(motion) if self.clean_up else motion
        x0 = yield Plan(frame_count(task.seconds, self.card.fps), sampling, task.text, task.action)
        motion = self.features.decode(self.features.canonical(x0), self.card.fps)
        return tidied(motion) if self.clean_up else motion

    def _clip(self, request: _Request, plan: Plan) -> Clip:
        unguided = plan.text is None and plan.action is None  # there is nothing to be guided to
        return Clip(request.place, plan, request.steps, 1.0 if unguided else request.guidance)

    def _finished(self, request: _Request, motion: Motion) -> Motion:
        task, text = request.task, getattr(request.task, "text", None)
        parts, whole = sequence_of(self.card, task) if isinstance(task, Generate) else (None, "")
        made_of = parts or task
        prompts = made_of.prompts if isinstance(made_of, asked.Sequence) else ()
        cut = self.encoder.cut_note(text) if self.encoder and text and not parts else None
        handed_in = getattr(task, "motion", None) or getattr(task, "start", None)
        given = handed_in.meta.get("licence") if handed_in is not None else None
        pairs = {
            "task": next(name for name, kind in asked.TASKS.items() if isinstance(task, kind)),
            "text": text or "; ".join(prompt for prompt, _ in prompts) or None,
            "prompts": [[prompt, round(seconds, 4)] for prompt, seconds in prompts] or None,
            "action": getattr(task, "action", None),
            "model": self.card.id,
            "seed": request.sampling.seed,
            "seconds": getattr(task, "seconds", None) or round(motion.seconds, 4),
            "steps": request.steps,
            "guidance": self.card.guidance if self.card.fixed else request.guidance,
            "licence": all_said(self.card.licence, given),
            "given_licence": given,
            "version": __version__,
            "note": "; ".join(note for note in (cut, whole) if note) or None,
        }
        told = {key: value for key, value in pairs.items() if value is not None}
        return replace(motion, meta={**asked.facts_of(task), **told, **motion.meta})


def _shifted(on_step: OnStep | None, done: int, total: int) -> OnStep:
    """The steps of one batch counted among those of all."""

    def report(k: int, n: int) -> None:
        if on_step:
            on_step(done + k, total)

    return report
