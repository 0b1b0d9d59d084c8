"""What a user asks for: a task and how to sample it. Frozen, checked once, here; safe inside Blender (numpy only)."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

MAX_PROMPT = 1000  # characters; longer text is a paste by mistake, the encoders read about 256 word pieces
MIN_SECONDS, MAX_SECONDS = 0.5, 60.0  # a model's own longest clip (`ModelCard.max_seconds`) is checked by it
MAX_COUNT = 64
MAX_SEED = 2**31 - 1  # Blender's integer properties end here
MAX_STEPS = 1000
MAX_GUIDANCE = 30.0


class TaskError(ValueError):
    """A request that cannot be carried out; the message names the value and the fix."""


def check_prompt(text: str) -> str:
    """The prompt without surrounding or repeated white space."""
    if not isinstance(text, str):
        raise TaskError(f"the prompt is {type(text).__name__}, it must be text")
    text = " ".join(text.split())
    if not text:
        raise TaskError("the prompt is empty: describe the motion, for example 'a person walks forward'")
    if len(text) > MAX_PROMPT:
        raise TaskError(f"the prompt has {len(text)} characters: shorten it to {MAX_PROMPT}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate, which JSON can carry and no file can hold
        raise TaskError(
            f"the prompt {text[:20]!a} is not valid text: it cannot be written as UTF-8"
        ) from None
    if not any(c.isalnum() for c in text):
        raise TaskError(f"the prompt {text[:20]!r} has no words: describe the motion in words")
    return text


def check_number(name: str, value: Any, low: float, high: float) -> float:
    """`value` as a float; anything else, NaN and what lies outside low..high raises TaskError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise TaskError(f"{name} is {reprlib.repr(value)}: give a number from {low:g} to {high:g}")
    return float(value)


def check_integer(name: str, value: Any, low: int, high: int) -> int:
    """`value`, a whole number from low to high; anything else raises TaskError."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise TaskError(f"{name} is {reprlib.repr(value)}: give a whole number from {low} to {high}")
    return value


@dataclass(frozen=True)
class Generate:
    """A new motion from words, from an action's name, or (models that need neither) from the seed alone."""

    text: str | None = None
    action: str | None = None
    seconds: float = 6.0

    def __post_init__(self) -> None:
        if self.text is not None:
            object.__setattr__(self, "text", check_prompt(self.text))
        if self.action is not None:
            if not isinstance(self.action, str) or not self.action.strip():
                raise TaskError("the action is empty: `laban models` lists each model's actions")
            object.__setattr__(self, "action", self.action.strip())
        object.__setattr__(self, "seconds", check_number("seconds", self.seconds, MIN_SECONDS, MAX_SECONDS))


@dataclass(frozen=True)
class Sampling:
    """How to draw the sample. None leaves a value to the model's card."""

    seed: int = 0
    steps: int | None = None
    guidance: float | None = None

    def __post_init__(self) -> None:
        check_integer("seed", self.seed, 0, MAX_SEED)
        if self.steps is not None:
            check_integer("steps", self.steps, 1, MAX_STEPS)
        if self.guidance is not None:
            check_number("guidance", self.guidance, 0.0, MAX_GUIDANCE)


TASKS: dict[str, type] = {"generate": Generate}


def task_to_json(model: str, task: Any, sampling: Sampling, count: int = 1) -> dict[str, Any]:
    """One flat JSON object: the line of a batch file and the body of a request."""
    name = next(key for key, kind in TASKS.items() if isinstance(task, kind))
    pairs = {"task": name, "model": model, "count": count, **asdict(task), **asdict(sampling)}
    return {key: value for key, value in pairs.items() if value is not None}


def task_from_json(entry: Mapping[str, Any]) -> tuple[str, Any, Sampling, int]:
    """(model, task, sampling, count) of such an object; a missing `model` gives "". Raises TaskError."""
    if not isinstance(entry, Mapping):
        raise TaskError(f"a task is a JSON object, not {type(entry).__name__}")
    rest = dict(entry)
    name = rest.pop("task", "generate")
    if not isinstance(name, str) or name not in TASKS:
        raise TaskError(f"unknown task {reprlib.repr(name)}; use one of {', '.join(TASKS)}")
    model = rest.pop("model", "")
    if not isinstance(model, str):
        raise TaskError(f"model is {model!r}: give its id as text")
    count = check_integer("count", rest.pop("count", 1), 1, MAX_COUNT)
    rest.pop("id", None)
    kind = TASKS[name]
    task_names = {f.name for f in fields(kind)}
    sampling_names = {f.name for f in fields(Sampling)}
    if unknown := sorted(set(rest) - task_names - sampling_names):
        known = ", ".join(sorted(task_names | sampling_names))
        raise TaskError(f"unknown field {unknown[0]!r} in a {name} task; use {known}")
    task = kind(**{k: v for k, v in rest.items() if k in task_names})
    return model, task, Sampling(**{k: v for k, v in rest.items() if k in sampling_names}), count
