"""Which prompt strips are to be made, and why: their motion on the rig is not what they say now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import bpy

from motion_core.tasks.pins_and_paths import Pin

from ..actions.records import Record, Strip, joined, records_on
from ..rig.fps import scene_fps
from .pins import pins_in_strips, pins_moved
from .strip_list import in_order


def stale(
    strips: Sequence[Strip],
    records: Mapping[str, Record],
    fps: float,
    pins: Mapping[str, Sequence[Pin]] | None = None,
) -> dict[str, str]:
    """{uid: why} of the strips whose motion on the rig is not what they say now.

    pins: of each strip, in seconds from its start. None: pins are not compared.
    """
    reasons: dict[str, str] = {}
    before: Record | None = None
    for strip in strips:
        record = records.get(strip.uid)
        if record is None:
            reasons[strip.uid] = "not made"
            before = None
            continue
        changed = [f.name for f in fields(Strip) if getattr(strip, f.name) != getattr(record, f.name)]
        if record.fps != fps:
            changed.append("frame rate")
        if pins is not None and pins_moved(record, pins.get(strip.uid, ())):
            changed.append("pins")
        if changed:
            reasons[strip.uid] = f"changed: {', '.join(changed)}"
        elif before is not None and not joined(before, record):
            reasons[strip.uid] = "the strip before changed"
        before = record
    return reasons


def stale_on(context: bpy.types.Context, rig: Any) -> dict[str, str]:
    """{uid: why} of a rig's strips that are to be made; {} without strips. Cheap enough for a panel."""
    from motion_core.rig_maps import RigError  # needs numpy, which is not loaded with the extension

    if not len(rig.laban_strips.strips):
        return {}
    scene: Any = context.scene
    fps, strips = scene_fps(scene), in_order(rig)
    try:
        pins = pins_in_strips(rig, strips, fps)
    except RigError:  # told by the button
        pins = None
    return stale(strips, records_on(rig), fps, pins)
