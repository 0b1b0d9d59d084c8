"""Tidying a motion: smoothing, the floor, feet that stand; each by itself, in the order in which they do not undo
each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.floor import meet_floor
from motion_core.editing.loop import close_seam
from motion_core.editing.planting import lock_feet
from motion_core.editing.pose import frozen_mask
from motion_core.editing.smooth import smooth
from motion_core.tasks.pins_and_paths import CleanUp


def clean_up(motion: Motion, how: CleanUp, frozen: np.ndarray | None = None) -> Motion:
    """The motion tidied as `how` says; nothing asked gives the motion itself. frozen (T,) bool: frames that stay bit
    for bit.
    """
    if how.smooth > 0:
        motion = smooth(motion, how.smooth, frozen=frozen)
    if how.floor:
        motion = meet_floor(motion, frozen=frozen)
    return lock_feet(motion, frozen=frozen) if how.feet else motion


def clean_loop(motion: Motion, how: CleanUp, frozen: np.ndarray | None = None) -> Motion:
    """`clean_up` of a loop, whose last frame is its first one again, as if it had been going round: no seam appears.

    Where the frames at the seam are not frozen, they are led to one velocity.
    """
    frozen, count = frozen_mask(motion, frozen), len(motion) - 1
    if not how.changes or count < 1:
        return motion
    turn = float(motion.heading()[-1] - motion.heading()[0])
    rounds, shifts = [motion], [np.zeros(2)]
    for number in (1, 2):
        again = motion.moved(yaw=number * turn)
        shifts.append((rounds[-1].pelvis[-1] - again.pelvis[0])[:2].astype(np.float64))
        rounds.append(again.moved(offset=(*map(float, shifts[-1]), 0.0)))
    whole = rounds[0].slice(0, count).concatenate(rounds[1].slice(0, count), align=False)
    whole = whole.concatenate(rounds[2], align=False)
    held = np.concatenate([frozen[:count], frozen[:count], frozen])
    x, y = shifts[1]
    cleaned = clean_up(whole, how, held).slice(count, 2 * count + 1)
    cleaned = cleaned.moved(offset=(-float(x), -float(y), 0.0)).moved(yaw=-turn)
    if not frozen.any():
        return close_seam(replace(motion, trans=cleaned.trans, rotations=cleaned.rotations))
    return replace(
        motion,
        trans=np.where(frozen[:, None], motion.trans, cleaned.trans),
        rotations=np.where(frozen[:, None, None], motion.rotations, cleaned.rotations),
    )
