"""Clips by denoising: plans of equal settings go through the network together, on the device there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from motion_core.catalog import GUIDANCE, MAX_GUIDANCE, SAMPLER, SPACING, STEPS, ModelCard, Setting
from motion_core.checkpoint import CheckpointInfo
from motion_core.diffusion.denoiser import Denoiser, from_eps, from_v
from motion_core.diffusion.guidance import guided
from motion_core.diffusion.loss import q_sample
from motion_core.diffusion.samplers import SAMPLERS
from motion_core.diffusion.schedule import MAX_SPACING, SCHEDULES, Schedule, make_schedule
from motion_core.features import FEATURES, FeatureStats
from motion_core.features.guess import with_guess
from motion_core.formats import FormatError
from motion_core.generators.device import Device, is_out_of_memory, out_of_memory_cpu
from motion_core.generators.makers.holding import hold_given, stack_told
from motion_core.generators.makers.maker import Clip, OnStep
from motion_core.generators.makers.parts import Noise, shifted, standing_still
from motion_core.generators.plan import Plan
from motion_core.nn.condition import Condition
from motion_core.text import shared_encoder

BATCH = {"cpu": 8, "cuda": 64, "mps": 16}  # clips that go through the network together
PREDICTIONS = ("x0", "eps", "v")
DEFAULT_SAMPLER = str(SAMPLER.default)


def check_diffusion(info: CheckpointInfo) -> None:
    """Raises FormatError where a checkpoint asks for a way of denoising that this Laban does not have."""
    diffusion = info.diffusion
    for name, value, known in (
        ("noise schedule", diffusion.get("schedule"), SCHEDULES),
        ("prediction", diffusion.get("predicts", "x0"), PREDICTIONS),
        ("sampler", diffusion.get("sampler", DEFAULT_SAMPLER), SAMPLERS),
    ):
        if value not in known:
            raise FormatError(f"the checkpoint's {name} is {value!r}; known are {', '.join(known)}")
    if not isinstance(diffusion.get("steps"), int) or diffusion["steps"] < 1:
        raise FormatError(f"the checkpoint's diffusion steps are {diffusion.get('steps')!r}, not a count")
    _check_defaults(diffusion)
    spacing = diffusion.get("folded_spacing", 1.0)
    if not isinstance(spacing, int | float) or not 1 <= spacing <= MAX_SPACING:
        raise FormatError(f"the checkpoint's folded spacing is {spacing!r}; known is 1 to {MAX_SPACING}")


def _check_defaults(diffusion: dict[str, Any]) -> None:
    """What a checkpoint says of how it is sampled, if nothing else is asked for."""
    steps, guidance = diffusion.get("sampling_steps", 1), diffusion.get("guidance", 1.0)
    floors = diffusion.get("floors", {})
    if not isinstance(steps, int) or not 1 <= steps <= diffusion["steps"]:
        raise FormatError(f"the checkpoint is sampled in {steps!r} steps; it has {diffusion['steps']} levels")
    if not isinstance(guidance, int | float) or not 0 <= guidance <= MAX_GUIDANCE:
        raise FormatError(f"the checkpoint's guidance is {guidance!r}; known is 0 to {MAX_GUIDANCE:g}")
    if not isinstance(floors, dict) or (floors and diffusion["schedule"] != "gamma_cosine"):
        raise FormatError("the checkpoint's floors are those of no schedule")
    if any(name not in SAMPLERS or not 0 < least < 1 for name, least in floors.items()):
        raise FormatError(f"the checkpoint's floors are {floors}; they belong to {', '.join(SAMPLERS)}")


class Denoising:
    """A denoising network that answers plans (`makers.maker.ClipMaker`)."""

    def __init__(self, info: CheckpointInfo, model: torch.nn.Module, device: Device) -> None:
        self.info, self.device, self.model = info, device, model
        self.schedule = self._schedule_with(None)
        self.stats = FeatureStats(np.asarray(info.mean), np.asarray(info.std))
        reads_text = info.conditioning == "text"
        self.encoder = shared_encoder(info.text_encoder or "minilm") if reads_text else None
        self._move(device)

    @classmethod
    def true_card(cls, card: ModelCard, info: CheckpointInfo) -> ModelCard:
        """The card with the settings of this checkpoint: a distilled one takes those it was distilled for alone."""
        check_diffusion(info)
        told, levels = info.diffusion, int(info.diffusion["steps"])
        steps, guidance = _open_setting(card, STEPS), _open_setting(card, GUIDANCE)
        spacing = _open_setting(card, SPACING)
        if told.get("folded_steps"):
            steps = steps.fixed_at(told["folded_steps"])
            guidance = guidance.fixed_at(told["folded_guidance"])
            spacing = spacing.fixed_at(told.get("folded_spacing", 1.0))
        else:
            usual = told.get("sampling_steps", min(int(steps.default), levels))
            steps = replace(steps, default=usual, low=1, high=levels)
            guidance = replace(guidance, default=float(told.get("guidance", guidance.default)))
            if "sampling_steps" in told:  # levels that lie closer at the ends are the card's own finding
                spacing = replace(spacing, default=1.0)
            if info.conditioning is None or info.training.get("condition_dropped") == 0:
                guidance = guidance.fixed_at(
                    1.0
                )  # nothing to be guided to, or never trained without its condition
        sampler = replace(SAMPLER, default=told.get("sampler", DEFAULT_SAMPLER))
        longest = info.training.get("longest_frames")
        seconds = card.max_seconds if longest is None else min(card.max_seconds, longest / info.fps)
        return replace(card, settings=(steps, guidance, spacing, sampler), max_seconds=seconds)

    def cut_note(self, text: str) -> str | None:
        """What the encoder does not read of a long text, as a sentence."""
        return self.encoder.cut_note(text) if self.encoder else None

    def steps_of(self, batch: Sequence[Clip]) -> int:
        return int(batch[0].settings["steps"]) * len(self._parts(batch))

    def _parts(self, batch: Sequence[Clip]) -> list[int]:
        """Frames of the parts that a batch is made in, one after the other: one, but for models with a context."""
        longest = max(clip.plan.frames for clip in batch)
        each = getattr(self.model.config, "predicted", 0)
        return [each] * -(-longest // each) if each else [longest]

    def batches(self, clips: Sequence[Clip]) -> list[list[Clip]]:
        """Groups of equal settings, of like lengths, no larger than the device takes."""
        size = BATCH.get(self.device.torch_device.type, BATCH["cpu"])
        # a network trained to see padding (the first published MDM) must not be given any
        sees_padding = not getattr(self.model.config, "mask_frames", True)
        groups: dict[tuple[Any, ...], list[Clip]] = {}
        for clip in sorted(clips, key=lambda c: c.plan.frames):
            length = clip.plan.frames if sees_padding else 0
            told = clip.plan.text is not None or clip.plan.action is not None
            key = (*clip.settings.values(), clip.plan.strength, told, length)
            groups.setdefault(key, []).append(clip)
        return [group[i : i + size] for group in groups.values() for i in range(0, len(group), size)]

    def make(self, batch: Sequence[Clip], on_step: OnStep) -> list[np.ndarray]:
        """Features (T,F) float32, in the units of the features, one array per clip; on the CPU if the GPU is full."""
        try:
            return self._sample(batch, on_step)
        except RuntimeError as error:
            if not (self.device.is_gpu and is_out_of_memory(error)):
                raise
        self._move(out_of_memory_cpu())
        return self._sample(batch, on_step)

    def _move(self, device: Device) -> None:
        try:
            self.model.to(device.torch_device)
        except RuntimeError as error:
            if not (device.is_gpu and is_out_of_memory(error)):
                raise
            device = out_of_memory_cpu()
            self.model.to(device.torch_device)
        if self.device.is_gpu and not device.is_gpu and torch.cuda.is_available():
            torch.cuda.empty_cache()
        self.device = device

    def _sample(self, batch: Sequence[Clip], on_step: OnStep) -> list[np.ndarray]:
        plans, parts = [clip.plan for clip in batch], self._parts(batch)
        whole = not getattr(self.model.config, "predicted", 0)  # otherwise every part has its full length
        sources = [torch.Generator().manual_seed(plan.sampling.seed) for plan in plans]
        made: list[Tensor] = []
        with self.device.computing(len(batch) * parts[0]):
            cond = self._condition(plans).to(self.device.torch_device)
            for number, frames in enumerate(parts):
                each = [plan.frames for plan in plans] if whole else [frames] * len(plans)
                step = shifted(on_step, number, len(parts))
                told = self._going_on(cond, made)
                made.append(self._sample_part(batch, told, self._noise(sources, each), step))
        x0 = self.stats.denormalize(torch.cat(made, 1).float().cpu())
        return [x0[row, : plan.frames].numpy() for row, plan in enumerate(plans)]

    def _going_on(self, cond: Condition, made: Sequence[Tensor]) -> Condition:
        """The condition with the frames before, of a model that goes on from some: at first of somebody who stands."""
        context = getattr(self.model.config, "context", 0)
        if not context:
            return cond
        if made:
            known = torch.cat(list(made), 1)[:, -context:]
        else:
            still = FEATURES[self.info.features].encode(standing_still(context + 1, self.info.fps))[:context]
            known = torch.from_numpy(self.stats.normalize(still)).float().expand(len(cond), -1, -1)
        known = known.to(self.device.torch_device)
        return replace(cond, known=known, known_mask=torch.ones_like(known, dtype=torch.bool))

    def _sample_part(self, batch: Sequence[Clip], cond: Condition, noise: Noise, on_step: OnStep) -> Tensor:
        """Normalised features (B,T,F); the noise says T."""
        plans, settings = [clip.plan for clip in batch], batch[0].settings
        schedule = self._schedule(plans[0].strength, float(settings["spacing"]), str(settings["sampler"]))
        steps = min(int(settings["steps"]), len(schedule))
        frames = torch.tensor(noise.frames)
        mask = (torch.arange(int(frames.max()))[None] < frames[:, None]).to(self.device.torch_device)  # (B,T)
        denoise = self._denoiser(cond, mask, self._guidance(batch[0]))
        if any(plan.given for plan in plans):
            denoise = hold_given(denoise, plans, self.stats)
        x = self._start(plans, noise(), schedule)
        sampler = SAMPLERS[str(settings["sampler"])]
        return sampler(denoise, x, schedule, steps=steps, noise=noise, on_step=on_step)

    def _noise(self, sources: Sequence[torch.Generator], frames: Sequence[int]) -> Noise:
        width = int(self.model.config.features)  # type: ignore[union-attr, arg-type]
        return Noise(sources, frames, width, self.device.torch_device)

    def _guidance(self, clip: Clip) -> float:
        """1 where the network's one pass answers as if guided, or where nothing is said to be guided to."""
        said = clip.plan.text is not None or clip.plan.action is not None
        folded = bool(self.info.diffusion.get("folded_steps"))
        return float(clip.settings["guidance"]) if said and not folded else 1.0

    def _schedule(self, strength: float, spacing: float, sampler: str) -> Schedule:
        """The noise levels up to a share of them: a variation starts from a clip that is only so noisy."""
        schedule = self._floored(sampler)
        if strength >= 1:
            return replace(schedule, spacing=spacing)
        return Schedule(schedule.alpha_bar[: max(1, round(strength * len(schedule)))])

    def _floored(self, sampler: str) -> Schedule:
        """The schedule with the floor that the checkpoint names for a sampler; the network is told the same levels."""
        least = self.info.diffusion.get("floors", {}).get(sampler)
        if least is None:
            return self.schedule
        self.model.set_gamma_min(least)  # type: ignore[operator]
        return self._schedule_with(least)

    def _schedule_with(self, least: float | None) -> Schedule:
        return make_schedule(self.info.diffusion["schedule"], int(self.info.diffusion["steps"]), least)

    def _start(self, plans: Sequence[Plan], noise: Tensor, schedule: Schedule) -> Tensor:
        if plans[0].strength >= 1:
            return noise
        x0 = torch.zeros_like(noise)
        for row, plan in enumerate(plans):
            assert plan.start is not None
            x0[row, : plan.frames] = plan.start.to(x0)
        last = torch.full((len(plans),), len(schedule) - 1, device=x0.device)
        return q_sample(x0, last, noise, schedule)

    def _denoiser(self, cond: Condition, mask: Tensor, guidance: float) -> Denoiser:
        above = int(self.info.diffusion.get("guided_above", 0))
        predict = guided(self.model, cond, mask, guidance, above=above)
        # guidance mixes linearly, so it may be applied to eps or v before they become x0
        kind = self.info.diffusion.get("predicts", "x0")
        if kind == "x0":
            return predict
        return (from_eps if kind == "eps" else from_v)(predict, self.schedule)

    def _condition(self, plans: Sequence[Plan]) -> Condition:
        cond = self._words(plans)
        if getattr(self.model.config, "known", 0) and (
            told := stack_told(plans, max(p.frames for p in plans))
        ):
            known, mask = told
            if getattr(self.model.config, "guess", False):
                known = with_guess(known, mask, self.stats)
            cond = replace(cond, known=known, known_mask=mask)
        return cond

    def _words(self, plans: Sequence[Plan]) -> Condition:
        if self.encoder is not None:
            texts = [plan.text or "" for plan in plans]
            text = self.encoder.encode(texts)
            learnt = getattr(self.model, "learnt", None)
            pooled = text.pooled if learnt is None else learnt.draw(text.pooled, texts)
            keep = torch.tensor([plan.text is not None for plan in plans])
            return Condition(pooled=pooled, tokens=text.tokens, token_mask=text.mask, keep=keep)
        if self.info.conditioning == "action":
            known = self.info.actions
            rows = [known.index(plan.action) if plan.action is not None else 0 for plan in plans]
            return Condition(
                action=torch.tensor(rows), keep=torch.tensor([p.action is not None for p in plans])
            )
        return Condition.none(len(plans))


def _open_setting(card: ModelCard, general: Setting) -> Setting:
    """The card's setting, with the bounds that all models of its kind have."""
    own = card.setting(general.name) or general
    return replace(own, low=general.low, high=general.high)
