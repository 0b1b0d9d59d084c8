"""What the recipes of training samples work with: the clips at hand, their sentences, and what a sample is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from motion_core.body.motion import Motion
from motion_core.data.augment import swayed
from motion_core.data.library import Clip, Library
from motion_core.data.mirrored_text import mirror_text
from motion_core.data.phrases import Label, find_content, phrases_for, pick, weighted

BANK = 64  # sentences of a label: few enough to encode in a minute, many enough to learn words from


@dataclass(frozen=True)
class Mix:
    """How often each recipe makes one of the samples beyond the clips themselves, and how real captions take part."""

    scaled: float = 0.36
    composed: float = 0.24
    chained: float = 0.24
    rested: float = 0.12
    stood: float = 0.04
    real: float = 0.45  # share of scaled samples that start from a written caption
    real_joined: float = 0.2  # the same for composed and chained ones


@dataclass(frozen=True)
class Made:
    """One sample. action: the one it shows and nothing else, or None. group: for the draws of training.

    weight: how often it is drawn inside its group.
    """

    motion: Motion
    captions: tuple[str, ...]
    action: str | None
    group: str
    weight: float = 1.0

    def mirrored(self) -> Made:
        return replace(
            self,
            motion=self.motion.mirror(),
            captions=tuple(map(mirror_text, self.captions)),
            action=None if self.action is None else mirror_text(self.action),
        )


@dataclass
class Materials:
    """What the recipes use. phrases: sentences offered for a label-only clip."""

    library: Library
    max_frames: int
    phrases: int = 6
    mix: Mix = field(default_factory=Mix)

    def __post_init__(self) -> None:
        self.labelled = [clip for clip in self.library.clips if clip.label]
        self.written = [clip for clip in self.library.clips if clip.written]
        self.styles = sorted({style for _, style in self.library.by_label})

    def clip_of(self, contents: Mapping[str, float], style: str, rng: np.random.Generator) -> Clip | None:
        """A clip of one of the contents (weighted) in that style."""
        there = {c: w for c, w in contents.items() if (c, style) in self.library.by_label}
        return choose(rng, self.library.by_label[weighted(rng, there), style]) if there else None

    def style(self, rng: np.random.Generator) -> str:
        return "normal" if rng.random() < 0.45 or not self.styles else pick(rng, self.styles)

    def wanted(self, kind: str | None = None) -> dict[str, float]:
        """Contents (of that kind): rarer ones more often than they are, but one lone clip not as often as hundreds."""
        counts = self.library.contents()
        return {c: n**0.25 for c, n in counts.items() if kind is None or find_content(c).kind == kind}


def choose(rng: np.random.Generator, options: Sequence[Clip]) -> Clip:
    return options[int(rng.integers(len(options)))]


def between(rng: np.random.Generator, low: float, high: float) -> int:
    return int(rng.integers(int(low), int(high) + 1)) if high > low else int(low)


def cut(motion: Motion, frames: int, rng: np.random.Generator) -> Motion:
    """A random stretch of at most that many frames."""
    if len(motion) <= frames:
        return motion
    start = int(rng.integers(len(motion) - frames + 1))
    return motion.slice(start, start + frames)


def said(label: Label, materials: Materials, rng: np.random.Generator) -> tuple[str, ...]:
    """Some of the BANK sentences that a label has; the same label always has the same ones."""
    bank = _bank(label)
    chosen = rng.choice(len(bank), min(materials.phrases, len(bank)), replace=False)
    return tuple(bank[i] for i in sorted(chosen))


@lru_cache(maxsize=4096)
def _bank(label: Label) -> tuple[str, ...]:
    traits = sorted(label.traits)
    rng = np.random.default_rng(list(" ".join([label.content, label.style, *traits]).encode()))
    return tuple(phrases_for(label.content, label.style, rng, BANK, traits))


def standing(materials: Materials, style: str, frames: int, rng: np.random.Generator) -> Motion | None:
    """Somebody who stands for so many frames."""
    there = [stand for stand in materials.library.stands if stand.style == style]
    if not there:
        return None
    motion = materials.library.motion(there[int(rng.integers(len(there)))])
    return cut(motion, frames, rng) if len(motion) >= frames else swayed(motion, frames)
