"""HumanML3D's protocol on its own evaluator: R-precision, FID, MM-Dist, Diversity, MultiModality of feature arrays.

For people who have the official files (`laban convert finest.tar`); the numbers compare with published tables. Motions
are features as stored (263 columns, KIT-ML 251), not normalised. Published replications draw a caption of each clip
and a crop of its motion anew; `draw` does so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from motion_core.checkpoint import load_checkpoint
from motion_core.metrics.humanml3d.words import token_places
from motion_core.metrics.measures.frechet import frechet_distance
from motion_core.metrics.measures.intervals import mean_interval
from motion_core.metrics.measures.matching import matching_scores
from motion_core.metrics.measures.variety import diversity, multimodality
from motion_core.models.t2m_evaluator import FAMILY, FRAMES_PER_STEP, T2MEvaluator, T2MEvaluatorConfig

Item = TypeVar("Item")

BATCH = 32  # of R-precision: one right motion among 32
DIVERSITY_PAIRS, MULTIMODALITY_PAIRS = 300, 10
ROWS_AT_ONCE = 64
COLUMNS = {
    "r1": "R@1",
    "r2": "R@2",
    "r3": "R@3",
    "fid": "FID",
    "distance": "MM-Dist",
    "diversity": "Diversity",
    "multimodality": "MModality",
}


@dataclass(frozen=True, eq=False)
class T2MClip:
    """A clip of HumanML3D: x0 (T,F) as stored, and its captions, each a tuple of "word/POS" tokens."""

    name: str
    x0: np.ndarray
    captions: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class T2MEmbedder:
    """The evaluator with the statistics of its data."""

    model: T2MEvaluator
    mean: np.ndarray
    std: np.ndarray
    features: str
    device: str = "cpu"

    @classmethod
    def open(cls, path: str | Path, device: str = "cpu") -> T2MEmbedder:
        """From a converted checkpoint. Raises FormatError for one of another family."""
        tensors, info = load_checkpoint(path, FAMILY)
        model = T2MEvaluator(T2MEvaluatorConfig.from_json(info.config))
        model.load_state_dict(tensors)
        return cls(model.to(device).eval(), np.array(info.mean), np.array(info.std), info.features, device)

    def motions(self, motions: Sequence[np.ndarray]) -> np.ndarray:
        """(N,512) of features (T,F) as stored, in their order; each is cut to a multiple of 4 frames.

        Raises ValueError for another number of features, values that are not finite, or a length of less than 4 or
        more than 199 frames.
        """
        return self._batched(motions, self._motions)

    def texts(self, captions: Sequence[Sequence[str]]) -> np.ndarray:
        """(N,512) of captions, each a sequence of "word/POS" tokens."""
        return self._batched(captions, self._texts)

    def _batched(self, items: Sequence[Item], embed: Callable[[Sequence[Item]], torch.Tensor]) -> np.ndarray:
        if not items:
            raise ValueError("there is nothing to embed: give at least one motion or caption")
        with torch.no_grad():
            parts = [embed(items[i : i + ROWS_AT_ONCE]) for i in range(0, len(items), ROWS_AT_ONCE)]
        return torch.cat(parts).double().cpu().numpy()

    def _motions(self, motions: Sequence[np.ndarray]) -> torch.Tensor:
        lengths = [len(x0) // FRAMES_PER_STEP * FRAMES_PER_STEP for x0 in motions]
        batch = torch.zeros(len(motions), max(lengths), len(self.mean))
        for row, (x0, length) in enumerate(zip(motions, lengths)):
            if x0.ndim != 2 or x0.shape[1] != len(self.mean) or not np.isfinite(x0).all():
                raise ValueError(
                    f"a motion has shape {x0.shape}: this evaluator reads finite features (frames, {len(self.mean)})"
                )
            batch[row, :length] = torch.from_numpy((x0[:length] - self.mean) / self.std)
        return self.model.encode_motion(batch.to(self.device), torch.tensor(lengths))

    def _texts(self, captions: Sequence[Sequence[str]]) -> torch.Tensor:
        places = {word: row for row, word in enumerate(self.model.config.vocabulary)}
        read = [token_places(tokens, places) for tokens in captions]
        lengths = torch.tensor([len(rows) for rows, _ in read])
        words, tags = (torch.zeros(len(read), int(lengths.max()), dtype=torch.long) for _ in range(2))
        for i, (rows, kinds) in enumerate(read):
            words[i, : len(rows)], tags[i, : len(kinds)] = torch.tensor(rows), torch.tensor(kinds)
        return self.model.encode_text(words.to(self.device), tags.to(self.device), lengths)


def draw(
    clips: Sequence[T2MClip], rng: np.random.Generator
) -> tuple[list[np.ndarray], list[tuple[str, ...]]]:
    """(motions, captions), one of each clip, as the published loader draws them.

    A random caption; a random crop of the largest multiple of 4 frames, or with a chance of 1 in 3 of 4 fewer.
    """
    motions, captions = [], []
    for clip in clips:
        length = len(clip.x0) // FRAMES_PER_STEP * FRAMES_PER_STEP
        if rng.random() < 1 / 3 and length > FRAMES_PER_STEP:
            length -= FRAMES_PER_STEP
        start = int(rng.integers(0, len(clip.x0) - length + 1))
        motions.append(clip.x0[start : start + length])
        captions.append(clip.captions[int(rng.integers(len(clip.captions)))])
    return motions, captions


def t2m_scores(
    motion: np.ndarray,
    text: np.ndarray,
    real: np.ndarray,
    rng: np.random.Generator,
    repeats: np.ndarray | None = None,
) -> dict[str, float]:
    """One replication of COLUMNS: embedded motions (N,512) with their texts (N,512) against real ones (M,512).

    repeats (P,S,512): S motions of each of P texts, for the multimodality, which is nan without them.
    Raises ValueError for fewer motions than a batch (32) or than the pairs of the diversity (300).
    """
    scores = matching_scores(text, motion, BATCH, rng)
    scores["fid"] = frechet_distance(motion, real)
    scores["diversity"] = diversity(motion, DIVERSITY_PAIRS, rng)
    several = float("nan") if repeats is None else multimodality(repeats, MULTIMODALITY_PAIRS, rng)
    return scores | {"multimodality": several}


def t2m_table(rows: dict[str, Sequence[dict[str, float]]]) -> str:
    """A markdown table of {name: one `t2m_scores` for each replication}: means with their 95 % intervals."""
    lines = ["| | " + " | ".join(COLUMNS.values()) + " |", "| --- " * (len(COLUMNS) + 1) + "|"]
    for name, replications in rows.items():
        cells = [_cell([scores[column] for scores in replications]) for column in COLUMNS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(values: Sequence[float]) -> str:
    if not np.isfinite(values).all():
        return "–"
    mean, half = mean_interval(values)
    return f"{mean:.3f}" if np.isnan(half) else f"{mean:.3f} ±{half:.3f}"
