"""Clips by diffusion: plans of equal settings go through the network together, on the device there is."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from motion_core.checkpoint import CheckpointInfo
from motion_core.diffusion.denoiser import Denoiser, from_eps, from_v
from motion_core.diffusion.guidance import guided
from motion_core.diffusion.loss import q_sample
from motion_core.diffusion.samplers import SAMPLERS
from motion_core.diffusion.schedule import Schedule, make_schedule
from motion_core.features import FeatureStats
from motion_core.features.guess import with_guess
from motion_core.generators.device import Device, is_out_of_memory, out_of_memory_cpu
from motion_core.generators.families import DEFAULT_SAMPLER
from motion_core.generators.plan import Plan, hold_given, stack_told
from motion_core.nn.condition import Condition
from motion_core.text import TextEncoder, load_text_encoder

BATCH = {"cpu": 8, "cuda": 64, "mps": 16}  # clips that go through the network together

OnStep = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Clip:
    """A plan with its settings decided. key: whose it is."""

    key: int
    plan: Plan
    steps: int
    guidance: float


@functools.cache
def _shared_encoder(name: str) -> TextEncoder:
    """One encoder of each kind serves every model of the process."""
    return load_text_encoder(name)


class ClipSampler:
    """A network that answers plans with features. device: where it runs and why (`device.note`)."""

    def __init__(self, info: CheckpointInfo, model: torch.nn.Module, device: Device) -> None:
        self.info, self.device, self.model = info, device, model
        self.schedule = make_schedule(info.diffusion["schedule"], int(info.diffusion["steps"]))
        self.sampler = SAMPLERS[info.diffusion.get("sampler", DEFAULT_SAMPLER)]
        self.stats = FeatureStats(np.asarray(info.mean), np.asarray(info.std))
        reads_text = info.conditioning == "text"
        self.encoder = _shared_encoder(info.text_encoder or "minilm") if reads_text else None
        self._move(device)

    def batches(self, clips: Sequence[Clip]) -> list[list[Clip]]:
        """Groups of equal sampler settings, of like lengths, no larger than the device takes."""
        size = BATCH.get(self.device.torch_device.type, BATCH["cpu"])
        # a network trained to see padding (the first published MDM) must not be given any
        sees_padding = not getattr(self.model.config, "mask_frames", True)
        groups: dict[tuple[Any, ...], list[Clip]] = {}
        for clip in sorted(clips, key=lambda c: c.plan.frames):
            length = clip.plan.frames if sees_padding else 0
            told = clip.plan.text is not None or clip.plan.action is not None
            key = (clip.steps, clip.guidance, clip.plan.strength, told, length)
            groups.setdefault(key, []).append(clip)
        return [group[i : i + size] for group in groups.values() for i in range(0, len(group), size)]

    def sample(self, batch: Sequence[Clip], on_step: OnStep) -> list[np.ndarray]:
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
        place, plans = self.device.torch_device, [clip.plan for clip in batch]
        frames = [plan.frames for plan in plans]
        mask = torch.arange(max(frames))[None] < torch.tensor(frames)[:, None]  # (B,T)
        noise, schedule = self._noise(plans), self._schedule(plans[0].strength)
        steps = min(batch[0].steps, len(schedule))
        with self.device.computing(len(batch) * max(frames)):
            denoise = self._denoiser(self._condition(plans).to(place), mask.to(place), batch[0].guidance)
            if any(plan.given for plan in plans):
                denoise = hold_given(denoise, plans, self.stats)
            x = self._start(plans, noise(), schedule)
            x0 = self.sampler(denoise, x, schedule, steps=steps, noise=noise, on_step=on_step)
        x0 = self.stats.denormalize(x0.float().cpu())
        return [x0[row, :count].numpy() for row, count in enumerate(frames)]

    def _noise(self, plans: Sequence[Plan]) -> Callable[[], Tensor]:
        """Fresh noise (B,T,F) at each call, zero where padded.

        Drawn one by one on the CPU: the same seed gives the same noise in any batch, on any device.
        """
        width = int(self.model.config.features)  # type: ignore[union-attr, arg-type]
        sources = [torch.Generator().manual_seed(plan.sampling.seed) for plan in plans]

        def draw() -> Tensor:
            x = torch.zeros(len(plans), max(plan.frames for plan in plans), width)
            for row, (plan, source) in enumerate(zip(plans, sources)):
                x[row, : plan.frames] = torch.randn(plan.frames, width, generator=source)
            return x.to(self.device.torch_device)

        return draw

    def _schedule(self, strength: float) -> Schedule:
        """The noise levels up to a share of them: a variation starts from a clip that is only so noisy."""
        if strength >= 1:
            return self.schedule
        return Schedule(self.schedule.alpha_bar[: max(1, round(strength * len(self.schedule)))])

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
            text = self.encoder.encode([plan.text or "" for plan in plans])
            keep = torch.tensor([plan.text is not None for plan in plans])
            return Condition(pooled=text.pooled, tokens=text.tokens, token_mask=text.mask, keep=keep)
        if self.info.conditioning == "action":
            known = self.info.actions
            rows = [known.index(plan.action) if plan.action is not None else 0 for plan in plans]
            return Condition(
                action=torch.tensor(rows), keep=torch.tensor([p.action is not None for p in plans])
            )
        return Condition.none(len(plans))
