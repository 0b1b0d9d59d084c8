"""What made a result, as a frozen record. Files hold it as JSON, under the names of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Made:
    """Empty fields are not written. Files of other programs may have anything under these names: it is left out."""

    # Kind of the task.
    task: str = ""
    # The words, or all prompts of a sequence in a row.
    text: str = ""
    # The prompts and their seconds, where the words were made part by part.
    prompts: tuple[tuple[str, float], ...] = ()
    action: str = ""
    model: str = ""
    seed: int | None = None
    # Length that was asked for.
    seconds: float | None = None
    # Of the weights and of what was handed in.
    licence: str = ""
    # Of what was handed in alone.
    given_licence: str = ""
    # Of Laban.
    version: str = ""
    # What the user should know: how the words were taken, what was left out.
    note: str = ""
    # Pins that could not be met, a sentence each.
    missed_pins: tuple[str, ...] = ()
    # Everything else that was said: settings, fields of the task, what the add-on keeps there.
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What the result may be called by; "" where nothing was said."""
        return self.text or self.action

    @property
    def last_words(self) -> str:
        """What the body did at the end: the words, or the last of several prompts; "" where nothing was said."""
        return self.prompts[-1][0] if self.prompts else self.text

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """The parts of one prompt that was made part by part."""
        return self.prompts if self.task == "generate" else ()

    def to_meta(self) -> dict[str, Any]:
        """As JSON."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "more"}
        told["prompts"] = [list(prompt) for prompt in self.prompts]
        told["missed_pins"] = list(self.missed_pins)
        return {**self.more, **{name: v for name, v in told.items() if v not in (None, "", [])}}

    @classmethod
    def from_meta(cls, meta: Mapping[str, Any]) -> Made:
        """The inverse; a value of another type than ours becomes part of `more`."""
        known: dict[str, Any] = {}
        for f in fields(cls):
            if f.name in meta and (value := _read(f.name, meta[f.name])) is not None:
                known[f.name] = value
        return cls(**known, more={name: v for name, v in meta.items() if name not in known})


def _read(name: str, value: Any) -> Any:
    """The value of a field as we write it, None for anything else."""
    if name in ("seed", "seconds"):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return value if number else None
    if name == "prompts":
        pairs = isinstance(value, list | tuple) and all(
            isinstance(p, list | tuple) and len(p) == 2 for p in value
        )
        return tuple((str(text), seconds) for text, seconds in value) if pairs else None
    if name == "missed_pins":
        return tuple(map(str, value)) if isinstance(value, list | tuple) else None
    return value if isinstance(value, str) and name != "more" else None
