"""A model with its settings, as a table of quality against steps names it: `mdm@steps=8,guidance=2`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from motion_core.catalog import ModelCard, Setting, find_card
from motion_core.generators.generator import Generator, load_generator
from motion_core.tasks import Generate, Sampling, TaskError
from motion_core.tasks.sampling import SettingValue

OPTIONS = ("checkpoint", "raw", "whole", "again")  # beside the settings of the model's card


@dataclass(frozen=True)
class Contender:
    """One row of a table."""

    # As written.
    name: str
    model: str
    # Of the model's card; what is absent is left to the model.
    sampled: dict[str, SettingValue] = field(default_factory=dict)
    checkpoint: Path | None = None
    # Without the clean-up of new motions.
    raw: bool = False
    # Prompts of several parts as one, where they would be split.
    whole: bool = False
    # What is plainly not done is made again once, as users have it; other rows judge one try.
    again: bool = False
    # All that stands behind the @, as written.
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Contender:
        """From `MODEL` or `MODEL@KEY=VALUE,...`. Raises TaskError that names the fault."""
        model, _, rest = text.strip().partition("@")
        card = find_card(model)
        pairs = dict(_pair(text, part, card) for part in rest.split(",") if part.strip())
        for key in ("raw", "whole", "again"):
            if pairs.get(key, "1") not in ("0", "1"):
                raise TaskError(f"{text!r}: {key} is {pairs[key]!r}: use 0 or 1")
        checkpoint = Path(pairs["checkpoint"]) if "checkpoint" in pairs else None
        sampled = {s.name: _value(text, s, pairs[s.name]) for s in card.settings if s.name in pairs}
        made = cls(
            text.strip(),
            model,
            sampled,
            checkpoint,
            pairs.get("raw", "0") == "1",
            pairs.get("whole", "0") == "1",
            pairs.get("again", "0") == "1",
            pairs,
        )
        if checkpoint is None:
            card.settled(made.sampling(0))
        return made

    def sampling(self, seed: int) -> Sampling:
        return Sampling(seed, self.sampled)

    def load(self, device: str = "auto") -> Generator:
        """Ready to run. Raises TaskError where the model cannot be asked that, and what `load_generator` raises."""
        generator = load_generator(self.model, device=device, checkpoint=self.checkpoint)
        if "text" not in generator.card.takes:
            needs = ", ".join(sorted(generator.card.requires)) or "nothing"
            raise TaskError(f"model {self.model!r} needs {needs}, not a text: the evaluation asks in words")
        generator.clean_up, generator.again = not self.raw, self.again
        generator.check(Generate(text="a person walks", seconds=1.0), self.sampling(0))
        return generator


def _pair(text: str, part: str, card: ModelCard) -> tuple[str, str]:
    key, equals, value = part.strip().partition("=")
    known = (*(setting.name for setting in card.settings), *OPTIONS)
    if key not in known or not (equals and value):
        raise TaskError(f"{text!r}: {part.strip()!r} is no setting; use KEY=VALUE of {', '.join(known)}")
    return key, value


def _value(text: str, setting: Setting, said: str) -> SettingValue:
    try:
        return setting.kind(said)
    except ValueError:
        raise TaskError(f"{text!r}: {setting.name} is {said!r}, not a number") from None
