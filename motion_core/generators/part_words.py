"""Words for a part of a motion: some joints, or a span of it.

Shown all the rest of a motion, a model that reads "waves" hardly changes it: what it sees outweighs what it reads. So
the words are made as a motion of their own. Joints above the hips take their rotations from it. A span takes the whole
of it, and the model makes the ways in and out.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, joint_indices
from motion_core.editing.borders import join_borders
from motion_core.editing.contacts import runs
from motion_core.editing.planting import lock_feet
from motion_core.editing.spread import frames_to, smoothstep
from motion_core.generators.finishing import tidied
from motion_core.generators.plan import Plan, Work
from motion_core.generators.windows import FillPlan, Studio, fill
from motion_core.tasks import MAX_SEED, Sampling

EASE = 0.4  # seconds in which joints go over into what the words make of them
WAY, WAY_SHARE = 0.8, 0.3  # seconds into words and out of them, and at most this share of the span each
ABOVE = frozenset(joint_indices(["upper_body", "head", "arms"]))  # joints whose rotations no foot hangs on


def can_graft(joints: Sequence[int]) -> bool:
    """Whether these joints can take their rotations from another motion: nothing that carries a foot is among them."""
    return ABOVE.issuperset(joints) and JOINT["pelvis"] not in joints


def graft(
    given: Motion,
    known: np.ndarray,
    text: str,
    joints: Sequence[int],
    strength: float,
    sampling: Sampling,
    studio: Studio,
) -> Work:
    """The motion, at the studio's rate, whose joints do what the words say in frames that are not `known` (T,) bool.

    strength: what share of the way they go from what they do in the given motion.
    """
    eased = smoothstep(frames_to(known) / (EASE * given.fps)) if known.any() else np.ones(len(given))
    rotations = given.rotations.astype(np.float64)
    for start, stop in runs(~known):
        new = yield from _of_words(text, stop - start, sampling, studio)
        part = (slice(start, stop), list(joints))
        share = np.broadcast_to(strength * eased[start:stop, None], (stop - start, len(joints)))
        rotations[part] = quat.slerp(
            rotations[part], new.rotations[:, list(joints)].astype(np.float64), share
        )
    return replace(given, rotations=rotations)


def respan(given: Motion, known: np.ndarray, text: str, sampling: Sampling, studio: Studio) -> Work:
    """The motion, at the studio's rate, that does what the words say in frames that are not `known` (T,) bool."""
    whole, held = given, np.ones(len(given), dtype=bool)
    for start, stop in runs(~known):
        way = max(1, min(round(WAY * given.fps), int(WAY_SHARE * (stop - start))))
        inside = slice(start + (way if start else 0), stop - (way if stop < len(given) else 0))
        if inside.start >= inside.stop:  # too short for words: a way is all that there is room for
            held[start:stop] = False
            continue
        new = yield from _of_words(text, inside.stop - inside.start, sampling, studio)
        whole = _put(whole, _beside(given, inside, new), inside.start)
        held[start : inside.start] = held[inside.stop : stop] = False
    made = yield from fill(FillPlan(whole, held, sampling), studio)
    return lock_feet(join_borders(made, held), frozen=known)


def _of_words(
    text: str, frames: int, sampling: Sampling, studio: Studio
) -> Generator[Plan, np.ndarray, Motion]:
    """So many frames of what the words say; longer than a clip of the model, one clip after the other."""
    marks = np.linspace(0, frames, -(-frames // studio.longest) + 1).round().astype(int)
    made: Motion | None = None
    for number, (start, stop) in enumerate(pairwise(marks)):
        drawn = replace(sampling, seed=(sampling.seed + number) % (MAX_SEED + 1))
        new = tidied(studio.decode((yield Plan(int(stop - start), drawn, text))))
        made = new if made is None else made.concatenate(new)
    assert made is not None
    return made


def _beside(given: Motion, inside: slice, new: Motion) -> Motion:
    """The new motion, facing as the given one does where it begins, on average where the given one is meanwhile."""
    part = given.slice(inside.start, inside.stop)
    new = new.moved(yaw=float(part.heading()[0] - new.heading()[0]))
    x, y = (part.pelvis[:, :2].mean(0) - new.pelvis[:, :2].mean(0)).tolist()
    return new.moved(offset=(x, y, 0.0))


def _put(whole: Motion, part: Motion, start: int) -> Motion:
    trans, rotations = whole.trans.copy(), whole.rotations.copy()
    trans[start : start + len(part)], rotations[start : start + len(part)] = part.trans, part.rotations
    return replace(whole, trans=trans, rotations=rotations)
