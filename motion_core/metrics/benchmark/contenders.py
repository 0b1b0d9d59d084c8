"""A model with its settings, as a table of quality against steps names it: `mdm@steps=8,guidance=2`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from motion_core.catalog import find_card
from motion_core.diffusion.samplers import SAMPLERS
from motion_core.generators.generator import Generator, load_generator
from motion_core.tasks import Generate, Sampling, TaskError

SETTINGS = ("steps", "guidance", "spacing", "sampler", "checkpoint", "raw", "whole")


@dataclass(frozen=True)
class Contender:
    """`name` is as written. steps, guidance, spacing, sampler: None leaves it to the model. raw: without the clean-up.
    whole: prompts of several parts as one, where they would be split.
    """

    name: str
    model: str
    steps: int | None = None
    guidance: float | None = None
    spacing: float | None = None
    sampler: str | None = None
    checkpoint: Path | None = None
    raw: bool = False
    whole: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Contender:
        """From `MODEL` or `MODEL@KEY=VALUE,...`. Raises TaskError that names the fault."""
        model, _, rest = text.strip().partition("@")
        find_card(model)
        pairs = dict(_pair(text, part) for part in rest.split(",") if part.strip())
        sampler = pairs.get("sampler")
        if sampler is not None and sampler not in SAMPLERS:
            raise TaskError(f"{text!r}: unknown sampler {sampler!r}; use one of {', '.join(SAMPLERS)}")
        for key in ("raw", "whole"):
            if pairs.get(key, "1") not in ("0", "1"):
                raise TaskError(f"{text!r}: {key} is {pairs[key]!r}: use 0 or 1")
        made = cls(
            text.strip(),
            model,
            _number(text, pairs, "steps", int),
            _number(text, pairs, "guidance", float),
            _number(text, pairs, "spacing", float),
            sampler,
            Path(pairs["checkpoint"]) if "checkpoint" in pairs else None,
            pairs.get("raw", "0") == "1",
            pairs.get("whole", "0") == "1",
            pairs,
        )
        made.sampling(0)
        return made

    def sampling(self, seed: int) -> Sampling:
        return Sampling(seed=seed, steps=self.steps, guidance=self.guidance)

    def load(self, device: str = "auto") -> Generator:
        """Ready to run. Raises TaskError where the model cannot be asked that, and what `load_generator` raises."""
        generator = load_generator(self.model, device=device, checkpoint=self.checkpoint)
        if generator.card.needs != "text":
            raise TaskError(
                f"model {self.model!r} needs {generator.card.needs or 'nothing'}, not a text: "
                "the evaluation asks in words"
            )
        if self.spacing is not None:
            self._space(generator, self.spacing)
        if self.sampler is not None:
            generator.sampler = SAMPLERS[self.sampler]
        generator.clean_up = not self.raw
        generator.check(Generate(text="a person walks", seconds=1.0), self.sampling(0))
        return generator

    def _space(self, generator: Generator, spacing: float) -> None:
        own = generator.card.spacing
        if generator.card.fixed and spacing != own:
            raise TaskError(f"{self.name!r}: the model was distilled for spacing {own} and takes no other")
        try:
            generator.schedule = replace(generator.schedule, spacing=spacing)
        except ValueError as error:
            raise TaskError(f"{self.name!r}: {error}") from None


def _pair(text: str, part: str) -> tuple[str, str]:
    key, equals, value = part.strip().partition("=")
    if key not in SETTINGS or not (equals and value):
        raise TaskError(f"{text!r}: {part.strip()!r} is no setting; use KEY=VALUE of {', '.join(SETTINGS)}")
    return key, value


def _number(text: str, pairs: dict[str, str], key: str, kind: type) -> Any:
    if key not in pairs:
        return None
    try:
        return kind(pairs[key])
    except ValueError:
        raise TaskError(f"{text!r}: {key} is {pairs[key]!r}, not a number") from None
