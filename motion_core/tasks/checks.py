"""Checks of what a user asks for; every message names the value and the fix. Standard library only."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from numbers import Real
from typing import Any

from motion_core.wording.joints import one_line

MIN_SECONDS, MAX_SECONDS = 0.5, 60.0  # a model's own longest clip (`ModelCard.max_seconds`) is checked by it
LONGEST = 600.0  # seconds of a whole sequence
MAX_FRAMES = 200_000  # of a motion that is handed in
MAX_PROMPT = 1000  # characters; longer text is a paste by mistake, the encoders read about 256 word pieces
MAX_TYPED = 20 * MAX_PROMPT  # characters that are looked at, white space included
FARTHEST = 1e4  # metres: what lies further off is a unit by mistake
MAX_ENTRIES = 10_000  # of a list: kept spans, pins, points of a path
MAX_BETAS = 400  # of a body: the largest models have 300 and a few


class TaskError(ValueError):
    """A request that cannot be carried out; the message names the value and the fix."""


def check_prompt(text: str) -> str:
    """The prompt as one line, without surrounding or repeated white space."""
    if not isinstance(text, str):
        raise TaskError(f"the prompt is {type(text).__name__}, it must be text")
    if len(text) > MAX_TYPED:
        raise TaskError(f"the prompt has {len(text)} characters: shorten it to {MAX_PROMPT}")
    text = one_line(text)
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


def check_point(name: str, value: Any, size: int) -> tuple[float, ...]:
    """`value` as `size` finite coordinates in metres, none beyond 10 km; anything else raises TaskError."""
    point = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else ()
    numbers = all(isinstance(v, Real) and not isinstance(v, bool) for v in point)
    if len(point) != size or not numbers or not all(-FARTHEST <= v <= FARTHEST for v in point):
        raise TaskError(f"{name} is {reprlib.repr(value)}: give {size} coordinates in metres")
    return tuple(float(v) for v in point)


def check_kind(name: str, value: Any, kind: type) -> None:
    """`value` is of its kind, or None where it may be left out; anything else raises TaskError."""
    if not isinstance(value, kind) and not (value is None and kind is not bool):
        wanted = "true or false" if kind is bool else f"a {kind.__name__}"
        raise TaskError(f"{name} is {reprlib.repr(value)}: give {wanted}")


def check_list(name: str, value: Any) -> tuple[Any, ...]:
    """`value`, a list that is not too long, as a tuple; anything else raises TaskError."""
    if not isinstance(value, list | tuple):
        raise TaskError(f"{name} is {reprlib.repr(value)}: give a list")
    if len(value) > MAX_ENTRIES:
        raise TaskError(f"{name} has {len(value)} entries: give at most {MAX_ENTRIES}")
    return tuple(value)


def check_span(name: str, span: Any, frames: int) -> tuple[int, int]:
    """`span` as frames (start, stop) of a motion of so many frames; an empty one or one outside raises TaskError."""
    if not isinstance(span, list | tuple) or len(span) != 2:
        raise TaskError(f"{name} is {reprlib.repr(span)}: give two frames, start and stop (excluded)")
    start = check_integer(f"start of {name}", span[0], 0, frames - 1)
    return start, check_integer(f"stop of {name}", span[1], start + 1, frames)


def frames_in(spans: Iterable[tuple[int, int]]) -> int:
    """How many frames lie in at least one of the spans (start, stop), however they overlap."""
    count = end = 0
    for start, stop in sorted(spans):
        count += max(0, stop - max(start, end))
        end = max(end, stop)
    return count


def check_motion(name: str, motion: Any) -> None:
    """`motion` is a `Motion` that is not too long; anything else raises TaskError."""
    from motion_core.body.motion import Motion  # numpy: only where a motion comes in

    if not isinstance(motion, Motion):
        raise TaskError(f"{name} is {type(motion).__name__}: give a motion")
    if len(motion) > MAX_FRAMES:
        raise TaskError(f"{name} has {len(motion)} frames: use at most {MAX_FRAMES}")
    if motion.betas.size > MAX_BETAS:
        raise TaskError(f"{name} has {motion.betas.size} betas: use at most {MAX_BETAS}")
