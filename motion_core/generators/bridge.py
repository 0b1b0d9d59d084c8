"""Gaps between kept frames, seen to the end: short ones are cubics; feet that swing clear the floor, others stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.editing.blend import blend
from motion_core.editing.contacts import runs
from motion_core.editing.feet import envelope
from motion_core.editing.fill import hermite
from motion_core.editing.meet import meet
from motion_core.editing.planting import lock_feet
from motion_core.editing.spread import smoothstep
from motion_core.editing.stances import settle_feet
from motion_core.editing.swings import lift_swings

# Seconds of a gap up to which the cubic alone is nearer to real motion than any model of ours, and from which the model
# alone is: docs/evaluation.md, "In-betweening"
CUBIC, MODEL = 0.15, 0.4
SINK, SOFT = (
    0.01,
    0.1,
)  # metres that placed feet may pull the pelvis down; seconds in which less of it comes and goes
BESIDE = 2  # frames on each side that a cubic reads


def bridge(motion: Motion, kept: np.ndarray) -> Motion:
    """The motion with its gaps finished; frames `kept` (T,) bool stay bit for bit, and so do those before the first and
    behind the last kept one, which are no gaps.
    """
    gaps = [gap for gap in runs(~kept) if gap[0] > 0 and gap[1] < len(kept)]
    if not gaps:
        return motion
    for gap in gaps:
        motion = _nearer_to_cubic(motion, gap)
    still = np.ones(len(kept), dtype=bool)
    for start, stop in gaps:
        # in a shorter one a foot moves no further than the poses beside it say
        still[start:stop] = model_share((stop - start) / motion.fps) < 1
    footed = settle_feet(lift_swings(motion, frozen=still), frozen=still)
    return upright(motion, lock_feet(footed, frozen=still))


def upright(before: Motion, after: Motion, most: float = SINK) -> Motion:
    """`after`, whose feet were placed, no more than `most` metres lower in the pelvis than `before`.

    Where a foot is out of reach the pelvis sinks on bent knees, which shows more than a foot that slides a little. So
    there the placing is taken back in part.
    """
    sunk = (before.trans[:, 2] - after.trans[:, 2]).astype(np.float64)
    back = 1 - most / np.maximum(sunk, most)  # (T,)
    if not back.any():
        return after
    share = 1 - np.clip(envelope(back, round(SOFT * after.fps)), 0, 1)
    trans = before.trans + share[:, None] * (after.trans - before.trans)
    rotations = quat.slerp(before.rotations, after.rotations, share[:, None])
    same = before.rotations == after.rotations  # keeps its bits
    return replace(after, trans=trans, rotations=np.where(same, after.rotations, rotations))


def model_share(seconds: float) -> float:
    """How much of a gap of this length is the model's, from 0 to 1."""
    return float(smoothstep(np.array((seconds - CUBIC) / (MODEL - CUBIC))))


def _nearer_to_cubic(motion: Motion, gap: tuple[int, int]) -> Motion:
    start, stop = gap
    share = model_share((stop - start) / motion.fps)
    if share >= 1:
        return motion
    first, last = max(0, start - BESIDE), min(len(motion), stop + BESIDE)
    part, inside = motion.slice(first, last), (start - first, stop - first)
    held = np.ones(len(part), dtype=bool)
    held[slice(*inside)] = False
    mixed = meet(blend(hermite(part, inside), part, share), part, held)
    trans, rotations = motion.trans.copy(), motion.rotations.copy()
    trans[start:stop], rotations[start:stop] = mixed.trans[slice(*inside)], mixed.rotations[slice(*inside)]
    return replace(motion, trans=trans, rotations=rotations)
