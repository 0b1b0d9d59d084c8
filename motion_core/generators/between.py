"""Which completions a specialist for gaps takes over from the model that was asked."""

from __future__ import annotations

from typing import Any

from motion_core.catalog import INBETWEEN_CARDS, ModelCard
from motion_core.generators.windows import SHORT_CONTEXT, gaps_of, kept_frames
from motion_core.tasks import Complete

LEAST_BEHIND = 4  # known frames behind a gap that a window must have room for


def specialist_for(card: ModelCard, task: Any) -> ModelCard | None:
    """The card of the specialist that does this task in the place of `card`'s model; None where the model itself does.

    It fills gaps between kept poses that are short enough to be seen whole, where neither words nor a path lead.
    """
    if card.between is None or not isinstance(task, Complete) or task.motion is None:
        return None
    if task.text is not None or task.path is not None or task.loop:
        return None
    if any(pin.joint == "pelvis" for pin in task.pins):
        return None
    motion, specialist = task.motion, INBETWEEN_CARDS[card.between]
    if task.seconds is not None and round(task.seconds * motion.fps) > len(motion):
        return None
    kept = kept_frames(task.keep, len(motion))
    room = specialist.max_seconds - (SHORT_CONTEXT + LEAST_BEHIND) / specialist.fps
    gaps = gaps_of(kept)
    inside = all(start > 0 and stop < len(kept) for start, stop in gaps)
    return specialist if inside and all((b - a) / motion.fps <= room for a, b in gaps) else None
