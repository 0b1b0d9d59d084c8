"""Which other motions of a batch a sentence must not be pushed away from, because it is true of them too.

TMR leaves out pairs whose sentences are alike (cosine above 0.8 for all-mpnet-base-v2). For MiniLM that takes away
just the pairs that matter most: 99.9 % of the sentences of this project lie above 0.8 of their own mirror image, and
only 15 % of the ways to say the same. Two changes, measured on the pool of 43,567 sentences:

* the cosine is taken in the canonical directions of `text_start.py`, which weigh what tells motions apart: at 0.7
  it finds 63 % of the pairs that say the same of one clip, and 0.8 % of the pairs that name different actions;
* pairs that name different sides, directions or numbers are never alike, however near they lie.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from motion_core.data.dataset import TrainingSet
from motion_core.train.text_start import canonical_directions, summaries

DIRECTIONS = 32
ALIKE = 0.7  # cosine in the canonical directions
SAME = 0.97  # cosine of the plain vectors: the same sentence but for a comma

# Words of one list contradict words of another list of the same table. Seen from above, clockwise is to the right.
_CONTRASTS: tuple[dict[str, str], ...] = (
    {
        "left": r"left\w*|counter-?\s?clock-?\s?wise|anti-?clock-?wise",
        "right": r"(?<!up)right(?!eous)\w*|(?<!counter)(?<!counter[- ])(?<!anti)(?<!anti[- ])clock-?\s?wise",
        "both": r"both",
    },
    {"forward": r"forwards?|ahead", "backward": r"back|backwards?"},
    {"once": r"once|one|single", "twice": r"twice|two", "more": r"three|four|thrice|several|repeatedly"},
    {"slow": r"slow\w*", "fast": r"fast\w*|quick\w*|rapid\w*|brisk\w*"},
)
_PATTERNS = tuple(
    re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in table.items()), re.IGNORECASE)
    for table in _CONTRASTS
)


def decisive_words(text: str) -> tuple[tuple[str, ...], ...]:
    """For each kind of contrast (sides, directions, counts, paces) what the sentence names, in its order."""
    return tuple(tuple(str(match.lastgroup) for match in pattern.finditer(text)) for pattern in _PATTERNS)


def contradict(one: tuple[tuple[str, ...], ...], two: tuple[tuple[str, ...], ...]) -> bool:
    """Whether two sentences name different things where both name one: "left" against "right" or "both"."""
    return any(a != b for a, b in zip(one, two) if a and b)


@dataclass(frozen=True, eq=False)
class FalseNegatives:
    """Sentence vectors are compared in `directions` (D,K) of vectors whose mean (D,) was taken away."""

    mean: Tensor
    directions: Tensor

    @classmethod
    def fit(cls, data: TrainingSet, seed: int) -> FalseNegatives:
        """Canonical directions of a pool's sentences, louder where they tell more about the motion."""
        texts, motions, _ = summaries(data, seed)
        directions, correlations = canonical_directions(texts, motions, DIRECTIONS)
        loud = np.asarray(directions * correlations, dtype=np.float32)
        return cls(torch.from_numpy(texts.mean(0)), torch.from_numpy(loud))

    def alike(self, pooled: Tensor, captions: tuple[str, ...]) -> Tensor:
        """(B,B) bool, symmetric, true on the diagonal: sentences that may be true of each other's motions.

        pooled (B,D): unit vectors of the captions (B).
        """
        canonical = F.normalize((pooled - self.mean.to(pooled)) @ self.directions.to(pooled), dim=-1)
        near = (canonical @ canonical.T > ALIKE) | (pooled @ pooled.T > SAME)
        words = [decisive_words(caption) for caption in captions]
        kinds = {word: number for number, word in enumerate(dict.fromkeys(words))}
        differ = torch.tensor([[contradict(a, b) for b in kinds] for a in kinds], dtype=torch.bool)
        kind = torch.tensor([kinds[word] for word in words])
        near &= ~differ[kind][:, kind].to(near.device)
        return near | torch.eye(len(near), dtype=torch.bool, device=near.device)
