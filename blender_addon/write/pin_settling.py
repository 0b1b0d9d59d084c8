"""Pins met by the rig itself. Its limbs are not as long as the body's, so what meets on one misses on the other.

The motion is made for the body. We look where the rig's bones will be, move the pins by what they miss, and lead the
motion there again, until the rig meets them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import bpy
import numpy as np

from motion_core.editing.pins import meet_pins, pin_frames
from motion_core.retarget import motion_space
from motion_core.tasks import Made
from motion_core.tasks.pins_and_paths import Pin

from ..rig.bone_map import bones_of
from ..rig.rig import read_rig
from .change import Change
from .put_change import head_predictor

ROUNDS = 4
MET = 1e-3  # metres of the body
TOLD = 0.02  # metres of the body: a pin that is missed by more is told
LOST = 0.3  # metres: a pin that is missed by more is out of reach, or contradicts another


def settle_pins(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    change: Change,
    pins: Sequence[Pin],
    predict: Callable[..., dict[str, np.ndarray]] | None = None,
) -> Change:
    """The change, its motion led so that the joints of this rig are at the pins. Kept frames do not change.

    predict: (context, armature, change) -> {joint: (T,3)}, where the rig's joints will be in armature space. None:
    where `put_change` puts them.
    """
    wanted = [pin for pin in pins if pin.position is not None and pin.joint in bones_of(armature).bones]
    if not wanted:
        return change
    space = np.linalg.inv(motion_space(read_rig(armature), bones_of(armature).read))
    aims = {number: np.array(pin.position) for number, pin in enumerate(wanted)}
    heads_of = partial(predict, context, armature) if predict else head_predictor(context, armature, change)

    def misses_of(change: Change) -> list[np.ndarray]:
        heads = heads_of(change)
        return [_miss(change, pin, heads[pin.joint] @ space[:3, :3].T + space[:3, 3]) for pin in wanted]

    misses = misses_of(change)
    for _ in range(ROUNDS):
        chased = [miss if np.linalg.norm(miss) < LOST else np.zeros(3) for miss in misses]
        if max(np.linalg.norm(miss) for miss in chased) < MET:
            break
        for number, miss in enumerate(chased):
            aims[number] = aims[number] + miss
        moved = tuple(
            replace(pin, position=tuple(aims[number].tolist())) for number, pin in enumerate(wanted)
        )
        headings = tuple(pin for pin in pins if pin.position is None)
        motion, _ = meet_pins(change.motion, (*moved, *headings), change.kept)
        change = replace(change, motion=replace(motion, meta=change.motion.meta))
        misses = misses_of(change)
    return _told(change, wanted, misses)


def _told(change: Change, pins: Sequence[Pin], misses: Sequence[np.ndarray]) -> Change:
    """The change, whose motion says which pins this rig misses, beside those that the body missed."""
    said = list(Made.from_meta(change.motion.meta).missed_pins)
    for pin, miss in zip(pins, misses):
        which, off = f"{pin.joint} at {pin.start:g} s: ", float(np.linalg.norm(miss))
        if off > TOLD and not any(line.startswith(which) for line in said):
            said.append(f"{which}{off * 100:.1f} cm off on this rig")
    if len(said) == len(Made.from_meta(change.motion.meta).missed_pins):
        return change
    return replace(change, motion=replace(change.motion, meta={**change.motion.meta, "missed_pins": said}))


def _miss(change: Change, pin: Pin, heads: np.ndarray) -> np.ndarray:
    """(3,) metres from the rig's joint (T,3) to the pin, in the motion's world."""
    frames = pin_frames(change.motion, pin)
    frames = frames[~change.kept[frames]]
    if not len(frames):
        return np.zeros(3)
    missing: np.ndarray = np.mean(np.array(pin.position) - heads[frames], axis=0)
    return missing
