"""A clip that does what its words say. Where kinematics see that it does not, it is made again once, by the next seed.

The result tells of it. Where neither does it, the first one stays.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

from motion_core.body.motion import Motion, all_said
from motion_core.editing.deeds import is_done
from motion_core.generators.plan import Asked, BroadWork
from motion_core.tasks import MAX_SEED, Sampling
from motion_core.wording.deeds import DEEDS, deeds_of

UNDONE = "undone"  # entry of a result's meta: what was asked and is not there
OTHERWISE = "try other words, another seed or another model"


def missing(motion: Motion, text: str) -> list[str]:
    """Deeds that the words say and the motion does not show."""
    return [deed for deed in deeds_of(text) if not is_done(motion, deed)]


def missing_note(deeds: list[str]) -> str:
    return " and ".join(DEEDS[deed] for deed in deeds)


def as_asked(
    text: str, sampling: Sampling, work: Callable[[Sampling], BroadWork]
) -> Generator[Asked, Any, Motion]:
    """What a work makes, by the first of two seeds with which all is done that the words say."""
    first = yield from work(sampling)
    if not (gone := missing(first, text)):
        return first
    other = replace(sampling, seed=(sampling.seed + 1) % (MAX_SEED + 1))
    second = yield from work(other)
    still = missing(second, text)
    with_seeds = f"with seed {sampling.seed}", f"with seed {other.seed}"
    if len(still) < len(gone):
        note = f"made {with_seeds[1]}, since {missing_note(gone)} {with_seeds[0]}"
        return _noted(second, f"{note}; still {missing_note(still)}" if still else note, missing_note(still))
    return _noted(
        first, f"{missing_note(gone)}, {with_seeds[0]} or {other.seed}: {OTHERWISE}", missing_note(gone)
    )


def _noted(motion: Motion, note: str, undone: str) -> Motion:
    """The motion with what is to be said of it, and of what was asked and is not there."""
    told = {"note": all_said(motion.meta.get("note"), note), **({UNDONE: undone} if undone else {})}
    return replace(motion, meta={**motion.meta, **told})
