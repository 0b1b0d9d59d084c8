"""The clips a model is asked to make again: one sentence a clip, drawn anew for each replication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.data.library import Clip, build_library, numbers_of
from motion_core.data.phrases import phrases_for, pick
from motion_core.data.store import SPLITS, ClipStore
from motion_core.tasks import TaskError

MAX_SECONDS = (
    9.8  # 196 frames at 20 fps, as HumanML3D's clips; longer ones are cut, for real motion and models alike
)
MIN_FRAMES = 16


@dataclass(frozen=True)
class Prompt:
    """Words that a motion is asked for with."""

    caption: str
    seconds: float
    # Number in the store of the clip that the caption describes.
    clip: int
    # As `Generate.split`; captions of clips stay whole.
    split: bool = False


@dataclass(frozen=True, eq=False)
class EvaluationSplit:
    """Clips of one split that something is known of, with their motions, each facing front over the origin."""

    name: str
    clips: tuple[Clip, ...]
    motions: tuple[Motion, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.clips)

    def prompts(self, replication: int) -> list[Prompt]:
        """One prompt a clip, with the sentence that replication draws for it."""
        return [
            Prompt(
                _sentence(clip, np.random.default_rng([replication, clip.index])), motion.seconds, clip.index
            )
            for clip, motion in zip(self.clips, self.motions)
        ]


def sentences(clip: Clip, rng: np.random.Generator, count: int) -> list[str]:
    """The sentences of a clip: those that people wrote, or else `count` sentences from its label."""
    if clip.label is None:
        return list(clip.captions)
    return phrases_for(clip.label.content, clip.label.style, rng, count, clip.label.traits)


def _sentence(clip: Clip, rng: np.random.Generator) -> str:
    return pick(rng, sentences(clip, rng, 1))


def load_split(
    store: ClipStore,
    name: str = "val",
    limit: int | None = None,
    max_seconds: float = MAX_SECONDS,
    sources: Sequence[str] | None = None,
) -> EvaluationSplit:
    """The described clips of a split: at most `limit` of them, evenly spread.

    sources: only clips of these; () means all. Raises TaskError for an unknown split or a limit below 2. Raises
    ValueError for an unknown source, and where fewer than two clips are left.
    """
    if name not in SPLITS:
        raise TaskError(f"the split is {name!r}: use {' or '.join(SPLITS)}")
    if limit is not None and limit < 2:
        raise TaskError(f"--limit is {limit}: at least 2 clips are needed to compare")
    asked = set(numbers_of(store, name, sources))
    clips = [clip for clip in build_library(store, name, MIN_FRAMES).clips if clip.index in asked]
    total = len(asked)
    if len(clips) < 2:
        raise ValueError(
            f"usable clips of {', '.join(sources or store.sources)} in the {name} split: {len(clips)}; at least 2 are "
            "needed to compare"
        )
    notes = source_notes(sources)
    if len(clips) < total:
        left = total - len(clips)
        notes.append(
            f"{left} of {total} clips are left out: shorter than {MIN_FRAMES} frames or not described"
        )
    chosen = spread(clips, limit or len(clips))
    if len(chosen) < len(clips):
        notes.append(
            f"a quick look at {len(chosen)} of {len(clips)} clips: figures of other sizes do not compare"
        )
    frames = int(max_seconds * store.fps)
    motions = [store.clip(clip.index).motion for clip in chosen]
    if cut := sum(len(motion) > frames for motion in motions):
        notes.append(f"{cut} clips are cut to {max_seconds:g} s")
    fronts = tuple(motion.slice(0, frames).facing_front() for motion in motions)
    return EvaluationSplit(name, tuple(chosen), fronts, tuple(notes))


def source_notes(sources: Sequence[str] | None) -> list[str]:
    """Which part of a split a table is of."""
    return [f"only clips of {', '.join(sources)}: figures of other parts do not compare"] if sources else []


def spread(items: Sequence[Any], most: int) -> list[Any]:
    """At most `most` items, evenly spread."""
    if len(items) <= most:
        return list(items)
    return [items[int(k)] for k in np.linspace(0, len(items) - 1, most)]
