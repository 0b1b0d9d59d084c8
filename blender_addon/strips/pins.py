"""Pins of the rig's list that lie in prompt strips, and the pins that a strip remembers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from motion_core.tasks import TaskError
from motion_core.tasks.pins_and_paths import Pin

from ..actions.records import Record, Strip

SAME_PLACE, SAME_TURN, SAME_TIME = (
    1e-3,
    2e-3,
    1e-3,
)  # metres, radians, seconds: a pin that moves by less has not moved
DIGITS = 5


def pins_in_strips(rig: Any, strips: Iterable[Strip], fps: float) -> dict[str, tuple[Pin, ...]]:
    """{uid: pins} in seconds from each strip's start, in the world of the rig's motion; {} where pins are not used.

    A pin that lasts longer than a strip counts to the strip's end. Raises RigError that names a wrong pin.
    """
    if not rig.laban_strips.use_pins or not any(pin.enabled for pin in rig.laban_pins.pins):
        return {}
    from ..rig.pins_and_paths import pins_of, world_to_motion

    space = world_to_motion(rig)
    found = {s.uid: pins_of(rig, s.start, s.end, fps, space) for s in strips if s.end > s.start}
    return {uid: pins for uid, pins in found.items() if pins}


def told(pins: Sequence[Pin]) -> list[dict[str, Any]]:
    """Pins as plain values, for a strip's record."""
    return [{key: _rounded(value) for key, value in asdict(pin).items() if value is not None} for pin in pins]


def _rounded(value: Any) -> Any:
    if isinstance(value, tuple):
        return [round(number, DIGITS) for number in value]
    return round(value, DIGITS) if isinstance(value, float) else value


def pins_of_record(record: Record) -> tuple[Pin, ...]:
    """The inverse of `told`. Raises TaskError for what are no pins."""
    try:
        return tuple(Pin(**pin) for pin in record.pins)
    except (TypeError, ValueError) as error:
        raise TaskError(f"the pins of strip {record.prompt[:30]!r} cannot be read ({error})") from None


def pins_moved(record: Record, pins: Sequence[Pin]) -> bool:
    """Whether these are no longer the pins that a strip was made by."""
    try:
        before = pins_of_record(record)
    except TaskError:
        return True
    return len(before) != len(pins) or not all(_alike(a, b) for a, b in zip(before, pins))


def _alike(first: Pin, second: Pin) -> bool:
    pairs = [(first.start, second.start, SAME_TIME), (first.stop, second.stop, SAME_TIME)]
    if (first.position is None) != (second.position is None) or (first.heading is None) != (
        second.heading is None
    ):
        return False
    if first.position is not None and second.position is not None:
        pairs += [(a, b, SAME_PLACE) for a, b in zip(first.position, second.position)]
    if first.heading is not None and second.heading is not None:
        pairs.append((first.heading, second.heading, SAME_TURN))
    return first.joint == second.joint and all(abs(a - b) < most for a, b, most in pairs)


def pins_between(
    strips: Sequence[Strip], pins: Mapping[str, Sequence[Pin]], frames: tuple[int, int, int], fps: float
) -> tuple[Pin, ...]:
    """The pins of all strips that hold between two frames.

    frames: (clip, first, last); the pins' seconds are counted from `clip`, and they hold from `first` to `last`.
    """
    clip, first, last = frames
    found: list[Pin] = []
    for strip in strips:
        for pin in pins.get(strip.uid, ()):
            start = max(strip.start + round(pin.start * fps), first)
            stop = min(strip.start + round(pin.stop * fps), last)
            if start <= stop:
                moved = replace(pin, start=(start - clip) / fps, stop=(stop - clip) / fps)
                if moved not in found:  # one in the frame where two strips meet is in both
                    found.append(moved)
    return tuple(found)


def pin_fault_of(rig: Any, strips: Iterable[Strip], fps: float) -> str:
    """What is wrong with the pins, "" when nothing is. Cheap enough for a panel."""
    from motion_core.rig_maps import RigError  # needs numpy, which is not loaded with the extension

    try:
        pins_in_strips(rig, strips, fps)
    except RigError as error:
        return str(error)
    return ""
