"""TOML into frozen dataclasses, strictly: an unknown key or a wrong type stops the run and is named."""

from __future__ import annotations

import tomllib
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Config = TypeVar("Config")
PRECISIONS = ("auto", "bf16", "fp32")


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names the key and the fix."""


@dataclass(frozen=True)
class LoopConfig:
    """How to optimise; knows no family and no feature. Intervals are in steps, 0 switches one off."""

    steps: int  # planned length: the learning rate reaches its end here
    seed: int = 0
    learning_rate: float = 3e-4
    final_learning_rate: float = 1e-5  # at the end of the cosine
    warmup: int = 500
    weight_decay: float = 0.01  # on matrices only
    betas: tuple[float, float] = (0.9, 0.99)
    clip: float = 1.0  # largest norm of the whole gradient
    ema_decay: float = 0.999  # approached as (1 + step) / (10 + step)
    precision: str = "auto"  # bf16 where the device multiplies it fast, else fp32
    threads: int = 0  # torch's CPU threads; 0 leaves them alone
    prefetch: int = 4  # batches made ahead by a thread
    log_every: int = 20
    val_every: int = 500
    sample_every: int = 0
    save_every: int = 500

    def __post_init__(self) -> None:
        for name in ("steps", "prefetch", "log_every", "save_every"):
            if getattr(self, name) < 1:
                raise ConfigError(f"loop.{name} is {getattr(self, name)}: it must be at least 1")
        for name in ("seed", "warmup", "threads", "val_every", "sample_every", "weight_decay"):
            if getattr(self, name) < 0:
                raise ConfigError(f"loop.{name} is {getattr(self, name)}: it must not be negative")
        if self.learning_rate <= 0 or self.clip <= 0:
            raise ConfigError("loop.learning_rate and loop.clip must be above 0")
        if not 0 <= self.ema_decay < 1:
            raise ConfigError(f"loop.ema_decay is {self.ema_decay}: it must lie in [0, 1)")
        if self.precision not in PRECISIONS:
            raise ConfigError(f"loop.precision is {self.precision!r}: use one of {', '.join(PRECISIONS)}")
        if self.save_every % self.log_every:
            # so that a saved step always ends a window of the log, and a resumed log reads like an unbroken one
            raise ConfigError(
                f"loop.save_every ({self.save_every}) must be a multiple of loop.log_every ({self.log_every})"
            )


def read_config(path: str | Path, kind: type[Config], changes: Sequence[str] = ()) -> Config:
    """A TOML file as the dataclass `kind`, with `changes` such as "model.block=crossattn" in it.

    Raises ConfigError that names the file and the key.
    """
    table = read_table(path, changes)
    try:
        return table_to_config(table, kind)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def read_table(path: str | Path, changes: Sequence[str] = ()) -> dict[str, Any]:
    """A TOML file with `changes` in it. Raises ConfigError that names the file."""
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        for change in changes:
            _change(table, change)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no valid TOML: {error}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    return table


def _change(table: dict[str, Any], change: str) -> None:
    """Set a dotted key to a TOML value, or to the words themselves where they are none."""
    key, equals, value = change.partition("=")
    *folders, name = key.split(".")
    if not equals or not all((*folders, name)):
        raise ConfigError(f"{change!r} changes nothing: write KEY=VALUE, for example model.block=crossattn")
    for folder in folders:
        inner = table.setdefault(folder, {})
        if not isinstance(inner, dict):
            raise ConfigError(f"the key {folder!r} of {change!r} is {inner!r}, not a table")
        table = inner
    try:
        table[name] = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        table[name] = value


def table_to_config(table: Mapping[str, Any], kind: type[Config], where: str = "") -> Config:
    """A nested table as nested dataclasses; `where` is the dotted key of `table` itself."""
    assert is_dataclass(kind)
    hints = get_type_hints(kind)
    known = {f.name: f for f in fields(kind) if f.init}
    if unknown := sorted(set(table) - set(known)):
        raise ConfigError(f"unknown key {where + unknown[0]!r}; known are {', '.join(known)}")
    required = [n for n, f in known.items() if f.default is MISSING and f.default_factory is MISSING]
    if missing := [name for name in required if name not in table]:
        raise ConfigError(f"the key {where + missing[0]!r} is missing")
    values = {key: _checked(value, hints[key], where + key) for key, value in table.items()}
    try:
        return kind(**values)
    except ConfigError:
        raise
    except ValueError as error:  # the dataclass's own checks
        raise ConfigError(f"{where.rstrip('.') or 'configuration'}: {error}") from error


def _checked(value: Any, hint: Any, key: str) -> Any:
    """The value as the type `hint` says, or ConfigError; whole numbers serve as floats, lists as tuples."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if is_dataclass(hint) and isinstance(value, Mapping):
        return table_to_config(value, hint, key + ".")  # type: ignore[arg-type]
    if origin in (Union, types.UnionType):
        return _first_fit(value, arguments, hint, key)
    if origin is tuple and isinstance(value, list):
        kinds = arguments[:1] * len(value) if arguments[1:] == (...,) else arguments
        if len(kinds) == len(value):
            return tuple(_checked(v, k, f"{key}[{n}]") for n, (v, k) in enumerate(zip(value, kinds)))
    if origin is dict and isinstance(value, dict):
        return {name: _checked(v, arguments[1], f"{key}.{name}") for name, v in value.items()}
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and type(value) is hint:
        return value
    name = hint.__name__ if isinstance(hint, type) and origin is None else str(hint)
    raise ConfigError(f"the key {key!r} is {value!r}: it must be of type {name}")


def _first_fit(value: Any, kinds: tuple[Any, ...], hint: Any, key: str) -> Any:
    if value is None and type(None) in kinds:  # TOML has no null, but tables made here may have
        return None
    for kind in kinds:
        if kind is not type(None):
            try:
                return _checked(value, kind, key)
            except ConfigError:
                continue
    raise ConfigError(f"the key {key!r} is {value!r}: it must be of type {hint}")
