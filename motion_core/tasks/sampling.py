"""How a sample is drawn: the seed, and the settings of the model's card that shall differ from its own."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from motion_core.tasks.checks import TaskError, check_integer

MAX_COUNT = 64
MAX_SEED = 2**31 - 1  # Blender's integer properties end here
# Settings had fields of their own in JSON before cards named them. Batch files and saved actions still say them so.
OLD_FIELDS = ("steps", "guidance")

SettingValue = int | float | str


@dataclass(frozen=True)
class Sampling:
    """Frozen. Which settings there are, and within which bounds, is for the model's card to say (`catalog.Setting`)."""

    # The same seed gives the same result.
    seed: int = 0
    # {name: value}; what is absent or None is left to the model.
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    # Names of settings that came as fields of old: a model that has no such setting ignores them, and says so.
    old: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_integer("seed", self.seed, 0, MAX_SEED)
        if not isinstance(self.settings, Mapping):
            raise TaskError(f"settings is {reprlib.repr(self.settings)}: give names and values")
        object.__setattr__(self, "settings", MappingProxyType(_checked(self.settings)))

    def __hash__(self) -> int:
        return hash((self.seed, self.key))

    def __reduce__(self) -> Any:  # a mapping proxy cannot be copied
        return Sampling, (self.seed, dict(self.settings), self.old)

    @property
    def key(self) -> tuple[tuple[str, SettingValue], ...]:
        """The settings as a value: samplings that share it can share a batch."""
        return tuple(sorted(self.settings.items()))

    def to_json(self) -> dict[str, Any]:
        named = {name: value for name, value in self.settings.items() if name not in self.old}
        flat = {name: self.settings[name] for name in self.old if name in self.settings}
        return {"seed": self.seed, **flat, **({"settings": named} if named else {})}

    @classmethod
    def taken_from(cls, entry: dict[str, Any]) -> Sampling:
        """The sampling of a JSON object, whose fields leave `entry`. Raises TaskError."""
        seed, settings = entry.pop("seed", 0), entry.pop("settings", {})
        old = {name: value for name in OLD_FIELDS if (value := entry.pop(name, None)) is not None}
        if not isinstance(settings, Mapping):
            return cls(seed, settings)
        old = {name: value for name, value in old.items() if name not in settings}
        return cls(seed, {**old, **settings}, tuple(old))


def _checked(settings: Mapping[str, Any]) -> dict[str, SettingValue]:
    found = {}
    for name, value in settings.items():
        if value is None:
            continue
        if not isinstance(name, str) or isinstance(value, bool) or not isinstance(value, int | float | str):
            raise TaskError(f"setting {name!s:.40} is {reprlib.repr(value)}: give a number or a word")
        found[name] = value
    return found


def check_seeds(seed: int, count: int) -> None:
    """Raises TaskError where so many seeds, one after the other, go beyond the largest."""
    if seed + count - 1 > MAX_SEED:
        raise TaskError(f"seed is {seed}: {count} seeds from it on go beyond {MAX_SEED}, use a smaller one")


def seeds_from(sampling: Sampling, count: int) -> list[Sampling]:
    """`count` samplings that differ in the seed: seed, seed + 1, ... Raises TaskError beyond the largest."""
    check_seeds(sampling.seed, count)
    return [replace(sampling, seed=sampling.seed + k) for k in range(count)]
