"""Every figure of one replication of one row: motions against the real ones and against the words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Protocol

import numpy as np

from motion_core.body.motion import Motion
from motion_core.metrics.benchmark.lineup import Drawn
from motion_core.metrics.measures.errors import mean_ape_ave
from motion_core.metrics.measures.frechet import frechet_distance
from motion_core.metrics.measures.manifold import prdc
from motion_core.metrics.measures.matching import gallery_scores, matching_scores, tmr_score
from motion_core.metrics.measures.physical import PhysicalScores, mean_of_scores, physical_scores
from motion_core.metrics.measures.variety import diversity

BATCHES = (32, 64)  # HumanML3D's protocol, and the DiT lab's
PAIRS = 300  # of diversity, where there are so many motions
NEIGHBOURS = 3


class Embeds(Protocol):
    """What is needed of `embedding.Embedder`."""

    features: str

    def motions(self, motions: list[Motion], on_batch: Callable[..., None] | None = None) -> np.ndarray: ...
    def texts(self, texts: list[str]) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class Measured:
    """What the metrics see of N motions. embedded: (N,D), None without an evaluator."""

    motions: list[Motion]
    physical: list[PhysicalScores]
    embedded: np.ndarray | None


@dataclass
class Measurer:
    """Measures motions; recorded clips, which rows and replications share, once."""

    embedder: Embeds | None
    _embedded: dict[int, np.ndarray] = field(default_factory=dict)
    _physical: dict[int, PhysicalScores] = field(default_factory=dict)

    def measure(self, drawn: Drawn) -> Measured:
        if drawn.keys is None:
            return Measured(
                drawn.motions, [physical_scores(m) for m in drawn.motions], self._embed(drawn.motions)
            )
        new = {k: m for k, m in zip(drawn.keys, drawn.motions) if k not in self._physical}
        self._physical |= {key: physical_scores(motion) for key, motion in new.items()}
        if new and (rows := self._embed(list(new.values()))) is not None:
            self._embedded |= dict(zip(new, rows))
        known = np.stack([self._embedded[k] for k in drawn.keys]) if self.embedder else None
        return Measured(drawn.motions, [self._physical[key] for key in drawn.keys], known)

    def _embed(self, motions: list[Motion]) -> np.ndarray | None:
        return None if self.embedder is None else self.embedder.motions(motions).astype(np.float64)


def physical_values(measured: Measured) -> dict[str, float]:
    return asdict(mean_of_scores(measured.physical))


def word_values(measured: Measured, text: np.ndarray, rng: np.random.Generator) -> dict[str, float]:
    """How well motions match their texts (N,D). Batches that the split does not fill shrink to it."""
    motion = _embedded(measured)
    values = {"tmr_score": tmr_score(text, motion)}
    for batch in BATCHES:
        scores = matching_scores(text, motion, min(batch, len(motion)), rng)
        distance = scores.pop("distance")
        values |= {f"{name}_{batch}": value for name, value in scores.items()}
        values.setdefault("distance", distance)  # of the first protocol
    return values | {f"gallery_{name}": value for name, value in gallery_scores(text, motion).items()}


def real_values(measured: Measured, real: Measured) -> dict[str, float]:
    """How like real motion they are as a whole."""
    ours, theirs = _embedded(measured), _embedded(real)
    return {"fd": frechet_distance(ours, theirs), **prdc(theirs, ours, NEIGHBOURS)}


def spread_value(measured: Measured, rng: np.random.Generator) -> dict[str, float]:
    motion = _embedded(measured)
    return {"diversity": diversity(motion, min(PAIRS, len(motion)), rng)}


def _embedded(measured: Measured) -> np.ndarray:
    assert measured.embedded is not None, "asked only where there is an evaluator"
    return measured.embedded


def pair_values(measured: Measured, real: Measured) -> dict[str, float]:
    """Position and variance errors against the clip that the caption describes, at its rate and length."""
    pairs = [_joint_pair(ours, theirs) for ours, theirs in zip(measured.motions, real.motions)]
    return mean_ape_ave([ours for ours, _ in pairs], [theirs for _, theirs in pairs])


def _joint_pair(ours: Motion, theirs: Motion) -> tuple[np.ndarray, np.ndarray]:
    if abs(ours.fps - theirs.fps) > 1e-6:
        ours = ours.resample(theirs.fps)
    frames = min(len(ours), len(theirs))
    return ours.joints()[:frames], theirs.joints()[:frames]


def known_mean(values: Sequence[float]) -> list[float]:
    """The values that could be measured."""
    return [value for value in values if np.isfinite(value)]
