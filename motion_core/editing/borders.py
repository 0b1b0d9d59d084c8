"""Gaps whose filling begins and ends as if it did not know its neighbours, joined to them without a pop.

A network's filling often misses the poses beside a gap by some centimetres. What it would have made of those frames is
read off its own first and last two frames, straight on; the difference to the real ones, in value and step, is then
spread over the gap by `meet`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.editing.calm import bridge_jumps
from motion_core.editing.contacts import runs
from motion_core.editing.meet import meet

BESIDE = 2  # frames on each side: a value and a step


def join_borders(motion: Motion, kept: np.ndarray) -> Motion:
    """The motion, whose frames `kept` (T,) bool stay bit for bit, with each run of others led to its neighbours.

    A joint that flips inside of a run is led over first. A single free frame shows no step of its own and stays.
    Raises ValueError for a mask of another length.
    """
    kept = np.asarray(kept, dtype=bool)
    if len(kept) != len(motion):
        raise ValueError(f"the motion has {len(motion)} frames, the mask of kept frames {len(kept)}")
    motion = bridge_jumps(motion, kept)
    trans, rotations = motion.trans.copy(), motion.rotations.copy()
    for start, stop in runs(~kept):
        first = start - _beside(kept[:start][::-1])
        last = stop + _beside(kept[stop:])
        if stop - start < BESIDE or (first, last) == (start, stop):
            continue
        part, inside = motion.slice(first, last), slice(start - first, stop - first)
        joined = meet(straight_on(part, inside), part, kept[first:last])
        trans[start:stop], rotations[start:stop] = joined.trans[inside], joined.rotations[inside]
    return replace(motion, trans=trans, rotations=rotations)


def _beside(kept: np.ndarray) -> int:
    """How many of the next BESIDE frames are kept without a free one between."""
    return int(np.cumprod(kept[:BESIDE]).sum())


def straight_on(part: Motion, inside: slice) -> Motion:
    """The motion with the frames outside of `inside` (at least two) as its first and last step lead there."""
    trans, rotations = part.trans.astype(np.float64), part.rotations.astype(np.float64)
    for edge, step, outside in (
        (inside.start, 1, range(inside.start)),
        (inside.stop - 1, -1, range(inside.stop, len(part))),
    ):
        way = trans[edge] - trans[edge + step]
        turn = quat.quat_to_rotvec(quat.multiply(rotations[edge], quat.conjugate(rotations[edge + step])))
        for frame in outside:
            far = abs(frame - edge)
            trans[frame] = trans[edge] + far * way
            rotations[frame] = quat.multiply(quat.rotvec_to_quat(far * turn), rotations[edge])
    return replace(part, trans=trans, rotations=rotations)
