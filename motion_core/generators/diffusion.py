"""The generator of the diffusion families: task -> condition -> x0 -> Motion, many tasks in one batch."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from motion_core import __version__
from motion_core.catalog import ModelCard, find_card
from motion_core.checkpoint import CheckpointInfo, load_checkpoint
from motion_core.diffusion.denoiser import Denoiser, from_eps, from_v
from motion_core.diffusion.guidance import guided
from motion_core.diffusion.samplers import SAMPLERS
from motion_core.diffusion.schedule import SCHEDULES, make_schedule
from motion_core.features import FeatureStats
from motion_core.formats import FormatError
from motion_core.generators.checks import check_task
from motion_core.generators.cleanup import frame_count, hold_feet, lift_to_floor
from motion_core.generators.device import Device, is_out_of_memory, out_of_memory_cpu, pick_device
from motion_core.generators.weights import weights_path
from motion_core.motion import Motion
from motion_core.nn.condition import Condition
from motion_core.tasks import Generate, Sampling, TaskError
from motion_core.text import TextEncoder, load_text_encoder

# family: module, model, its config
FAMILIES = {
    "mdm": ("motion_core.models.mdm", "MDM", "MDMConfig"),
    "dit": ("motion_core.models.dit", "DiT", "DiTConfig"),
}
# features: module and its function (x0 (T,F), fps) -> Motion
FEATURES = {
    "smpl205": ("motion_core.features.smpl205", "decode"),
    "humanml263": ("motion_core.features.humanml263", "features_to_motion"),
}
BATCH = {"cpu": 8, "cuda": 64, "mps": 16}  # motions that go through the network together
PREDICTIONS = ("x0", "eps", "v")
DEFAULT_SAMPLER = "dpm_solver_pp_2m"

Job = tuple[Generate, Sampling]
OnStep = Callable[[int, int], None]


@dataclass(frozen=True)
class _Request:
    """One job with every value decided: place in the result, frames T, steps and guidance."""

    place: int
    task: Generate
    sampling: Sampling
    frames: int
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
    _check_info(info)
    return Generator(_true_card(card, info), info, build_model(info, tensors), place)


def _true_card(card: ModelCard, info: CheckpointInfo) -> ModelCard:
    """The card with what the checkpoint itself says."""
    return replace(
        card,
        family=info.family,
        needs=info.conditioning,
        fps=info.fps,
        licence=info.licence,
        actions=info.actions if info.conditioning == "action" else (),
    )


def _check_info(info: CheckpointInfo) -> None:
    """Raises FormatError where a checkpoint asks for what this Laban does not have."""
    diffusion = info.diffusion
    for name, value, known in (
        ("family", info.family, FAMILIES),
        ("features", info.features, FEATURES),
        ("noise schedule", diffusion.get("schedule"), SCHEDULES),
        ("prediction", diffusion.get("predicts", "x0"), PREDICTIONS),
        ("sampler", diffusion.get("sampler", DEFAULT_SAMPLER), SAMPLERS),
    ):
        if value not in known:
            raise FormatError(f"the checkpoint's {name} is {value!r}; known are {', '.join(known)}")
    if not isinstance(diffusion.get("steps"), int) or diffusion["steps"] < 1:
        raise FormatError(f"the checkpoint's diffusion steps are {diffusion.get('steps')!r}, not a count")


def family_classes(family: str) -> tuple[Any, Any]:
    """(model class, config class) of a denoising family."""
    module, model_name, config_name = FAMILIES[family]
    found = import_module(module)
    return getattr(found, model_name), getattr(found, config_name)


def build_model(info: CheckpointInfo, tensors: dict[str, Tensor]) -> torch.nn.Module:
    model_class, config_class = family_classes(info.family)
    try:
        model = model_class(config_class.from_json(info.config))
        model.load_state_dict(tensors)
    except (TypeError, RuntimeError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise FormatError(f"the checkpoint does not fit its own configuration ({first})") from error
    return model.eval().requires_grad_(False)


@functools.cache
def _shared_encoder(name: str) -> TextEncoder:
    """One encoder of each kind serves every model of the process."""
    return load_text_encoder(name)


class Generator:
    """A loaded model: `run` for one task, `run_batch` for many. Not for two threads at once.

    card: the model's card, as its checkpoint tells it. device: where it runs and why (`device.note`).
    clean_up: raise motions whose feet are under the floor, and steady feet that stand.
    """

    def __init__(self, card: ModelCard, info: CheckpointInfo, model: torch.nn.Module, device: Device) -> None:
        self.card, self.info, self.device = card, info, device
        self.clean_up = True
        self.schedule = make_schedule(info.diffusion["schedule"], int(info.diffusion["steps"]))
        self.sampler = SAMPLERS[info.diffusion.get("sampler", DEFAULT_SAMPLER)]
        self.stats = FeatureStats(np.asarray(info.mean), np.asarray(info.std))
        module, name = FEATURES[info.features]
        self.features: Any = import_module(module)
        self.decode: Callable[[np.ndarray, float], Motion] = getattr(self.features, name)
        self.encoder = _shared_encoder(info.text_encoder or "minilm") if card.needs == "text" else None
        self.model = model
        self._move(device)

    @property
    def note(self) -> str:
        """What the model runs on and why, for the user."""
        return self.device.note

    def run(self, task: Generate, sampling: Sampling | None = None, on_step: OnStep | None = None) -> Motion:
        """One motion. `on_step(k, n)` is called after step k of n and may raise to stop."""
        return self.run_batch([(task, sampling or Sampling())], on_step)[0]

    def run_batch(self, jobs: Sequence[Job], on_step: OnStep | None = None) -> list[Motion]:
        """Motions in the order of the jobs. Jobs with equal steps and guidance go through the network together;
        a job's motion does not depend on the others. Raises TaskError, naming the fault, before anything runs.
        """
        requests = [self._request(place, *job) for place, job in enumerate(jobs)]
        batches = self._batches(requests)
        total, done = sum(batch[0].steps for batch in batches), 0
        motions: dict[int, Motion] = {}
        for batch in batches:
            start = done

            def report(k: int, n: int, start: int = start) -> None:
                if on_step:
                    on_step(start + k, total)

            for request, x0 in zip(batch, self._sample_or_retreat(batch, report)):
                motions[request.place] = self._motion(request, x0)
            done += batch[0].steps
        return [motions[place] for place in range(len(jobs))]

    def check(self, task: Generate, sampling: Sampling) -> None:
        """Raises TaskError where this model cannot carry that out."""
        self._request(0, task, sampling)

    def _request(self, place: int, task: Generate, sampling: Sampling) -> _Request:
        check_task(self.card, task)
        if self.info.diffusion.get("folded_steps"):
            steps, guidance = self._folded_settings(sampling), 1.0  # its one pass answers as if guided
        else:
            steps, guidance = self._steps(sampling), self._guidance(sampling)
        return _Request(
            place, task, sampling, frame_count(task.seconds, self.card.fps), steps, float(guidance)
        )

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
        told = self.info.diffusion
        for name, asked in (("steps", sampling.steps), ("guidance", sampling.guidance)):
            if asked is not None and asked != told[f"folded_{name}"]:
                raise TaskError(
                    f"{name} is {asked}: model {self.card.id!r} was distilled for {told[f'folded_{name}']} and takes "
                    "no other; leave it out, or use the model it was distilled from"
                )
        return int(told["folded_steps"])

    def _batches(self, requests: list[_Request]) -> list[list[_Request]]:
        """Groups of equal sampler settings, of like lengths, no larger than the device takes."""
        size = BATCH.get(self.device.torch_device.type, BATCH["cpu"])
        # a network trained to see padding (the first published MDM) must not be given any
        sees_padding = not getattr(self.model.config, "mask_frames", True)
        groups: dict[tuple[int, float, int], list[_Request]] = {}
        for request in sorted(requests, key=lambda r: r.frames):
            length = request.frames if sees_padding else 0
            groups.setdefault((request.steps, request.guidance, length), []).append(request)
        return [group[i : i + size] for group in groups.values() for i in range(0, len(group), size)]

    def _sample_or_retreat(self, batch: list[_Request], on_step: OnStep) -> list[np.ndarray]:
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

    def _sample(self, batch: list[_Request], on_step: OnStep) -> list[np.ndarray]:
        """Features (T,F) float32, one array per request."""
        place = self.device.torch_device
        frames = [request.frames for request in batch]
        mask = torch.arange(max(frames))[None] < torch.tensor(frames)[:, None]  # (B,T)
        noise = self._noise(batch)
        with self.device.computing(len(batch) * max(frames)):
            denoise = self._denoiser(self._condition(batch).to(place), mask.to(place), batch[0].guidance)
            x0 = self.sampler(
                denoise, noise(), self.schedule, steps=batch[0].steps, noise=noise, on_step=on_step
            )
        x0 = self.stats.denormalize(x0.float().cpu())
        return [x0[row, :count].numpy() for row, count in enumerate(frames)]

    def _noise(self, batch: list[_Request]) -> Callable[[], Tensor]:
        """Fresh noise (B,T,F) at each call, zero where padded.

        Drawn one by one on the CPU: the same seed gives the same noise in any batch, on any device.
        """
        width = int(self.model.config.features)  # type: ignore[union-attr, arg-type]
        sources = [torch.Generator().manual_seed(request.sampling.seed) for request in batch]

        def draw() -> Tensor:
            x = torch.zeros(len(batch), max(request.frames for request in batch), width)
            for row, (request, source) in enumerate(zip(batch, sources)):
                x[row, : request.frames] = torch.randn(request.frames, width, generator=source)
            return x.to(self.device.torch_device)

        return draw

    def _denoiser(self, cond: Condition, mask: Tensor, guidance: float) -> Denoiser:
        predict = guided(self.model, cond, mask, guidance)
        # guidance mixes linearly, so it may be applied to eps or v before they become x0
        kind = self.info.diffusion.get("predicts", "x0")
        if kind == "x0":
            return predict
        return (from_eps if kind == "eps" else from_v)(predict, self.schedule)

    def _condition(self, batch: list[_Request]) -> Condition:
        if self.encoder is not None:
            text = self.encoder.encode([str(request.task.text) for request in batch])
            return Condition(pooled=text.pooled, tokens=text.tokens, token_mask=text.mask)
        if self.card.needs == "action":
            rows = [self.info.actions.index(str(request.task.action)) for request in batch]
            return Condition(action=torch.tensor(rows))
        return Condition.none(len(batch))

    def _motion(self, request: _Request, x0: np.ndarray) -> Motion:
        if hasattr(self.features, "canonical"):
            x0 = self.features.canonical(x0)  # starts over the origin, facing front
        motion = self.decode(x0, self.card.fps)
        if self.clean_up:
            motion = hold_feet(lift_to_floor(motion))
        return replace(motion, meta=self._meta(request))

    def _meta(self, request: _Request) -> dict[str, Any]:
        task = request.task
        pairs = {
            "text": task.text,
            "action": task.action,
            "model": self.card.id,
            "seed": request.sampling.seed,
            "seconds": task.seconds,
            "steps": request.steps,
            "guidance": self.info.diffusion.get("folded_guidance", request.guidance),
            "licence": self.card.licence,
            "version": __version__,
            "note": self.encoder.cut_note(task.text) if self.encoder and task.text else None,
        }
        return {key: value for key, value in pairs.items() if value is not None}
