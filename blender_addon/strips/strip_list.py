"""The rig's list of prompt strips: read as plain values, sorted, checked, added to.

A strip goes from `start` to `end`. The pose of its end is the pose that its neighbour starts with.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from typing import Any

from motion_core.catalog import CATALOG
from motion_core.tasks import LONGEST, MIN_SECONDS, TaskError, check_prompt

from ..actions.records import Strip
from ..properties.strips import LabanStrip, models


def plain_strip(strip: LabanStrip) -> Strip:
    """A strip of the list as plain values."""
    values = {field.name: getattr(strip, field.name) for field in fields(Strip)}
    for name in ("transition", "guidance"):  # Blender keeps 0.3 as 0.30000001
        values[name] = round(values[name], 4)
    return Strip(**values)


def in_order(rig: Any) -> list[Strip]:
    """The strips of a rig as they follow each other."""
    return sorted(map(plain_strip, rig.laban_strips.strips), key=lambda strip: (strip.start, strip.end))


def new_uid() -> str:
    return uuid.uuid4().hex[:12]


def put_in_order(kept: Any) -> None:
    """Sorts the list by time; the chosen strip stays chosen."""
    chosen = kept.strips[kept.chosen].uid if 0 <= kept.chosen < len(kept.strips) else ""
    for place, strip in enumerate(sorted(map(plain_strip, kept.strips), key=lambda s: (s.start, s.end))):
        kept.strips.move(next(n for n, s in enumerate(kept.strips) if s.uid == strip.uid), place)
    kept.chosen = next((n for n, s in enumerate(kept.strips) if s.uid == chosen), 0)


def add_strip(kept: Any, strip: Strip) -> None:
    """Puts a strip into the list, in order, and chooses it."""
    new = kept.strips.add()
    for name, value in vars(strip).items():
        if name in new.bl_rna.properties:
            setattr(new, name, value)
    kept.chosen = len(kept.strips) - 1
    put_in_order(kept)


def fault_of(strip: Strip, fps: float) -> str:
    """Why this strip alone cannot be made, "" when it can."""
    title = f"strip {strip.prompt[:30]!r} (frames {strip.start} to {strip.end})"
    seconds = (strip.end - strip.start) / fps
    if strip.end <= strip.start:
        return f"{title} has no length: move its end behind its start"
    if not MIN_SECONDS - 1e-6 <= seconds <= LONGEST:
        return f"{title} lasts {seconds:.2f} s: make it {MIN_SECONDS:g} to {LONGEST:g} seconds long"
    if strip.model not in CATALOG:
        return f"{title} wants the model {strip.model!r}, unknown to this version: choose {' or '.join(models())}"
    if strip.model not in models():
        return f"{title}: the model {strip.model!r} carries on no motion: choose {' or '.join(models())}"
    try:
        check_prompt(strip.prompt)
    except TaskError as error:
        return f"{title}: {error}"
    return ""


def strips_fault(strips: Sequence[Strip], fps: float) -> str:
    """Why strips in order cannot be made, "" when they can."""
    if not strips:
        return "there are no prompt strips: add one"
    for strip in strips:
        if fault := fault_of(strip, fps):
            return fault
    for first, second in pairwise(strips):
        if second.start < first.end:
            return (
                f"strips {first.prompt[:30]!r} and {second.prompt[:30]!r} overlap by {first.end - second.start} "
                "frames: move one, or snap them to each other"
            )
    return ""
