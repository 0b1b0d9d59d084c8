"""The evaluation that ranks everything: real motion, two baselines and the models, on one split, several times over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from motion_core.metrics.benchmark.cost import Cost
from motion_core.metrics.benchmark.lineup import ModelRow, OnStep, RealRow, Row
from motion_core.metrics.benchmark.scores import (
    BATCHES,
    NEIGHBOURS,
    Embeds,
    Measured,
    Measurer,
    known_mean,
    pair_values,
    physical_values,
    real_values,
    spread_value,
    word_values,
)
from motion_core.metrics.benchmark.split import EvaluationSplit, Prompt, spread
from motion_core.metrics.measures.copies import CopyIndex, near_copies
from motion_core.metrics.measures.intervals import mean_interval
from motion_core.metrics.measures.variety import multimodality

PROMPTS, SAMPLES, SAMPLE_PAIRS = 16, 10, 10  # of multimodality
NO_VALUE: tuple[float | None, float | None] = (None, None)

Progress = Callable[[int, int], None]
Interval = tuple[float | None, float | None]  # mean, half width of its 95 % interval


@dataclass(frozen=True)
class RowResult:
    """values: {metric: (mean, half width)}. seconds: of a motion in the batches of this evaluation."""

    name: str
    settings: dict[str, str]
    values: dict[str, Interval]
    seconds: float | None = None
    cost: Cost | None = None


@dataclass(frozen=True)
class Benchmark:
    """One table. evaluator: what embedded the motions, None where its weights are absent."""

    split: str
    clips: int
    replications: int
    evaluator: dict[str, Any] | None
    rows: tuple[RowResult, ...]
    notes: tuple[str, ...] = ()


@dataclass
class _Counter:
    """Turns the steps of many draws into one line of progress."""

    show: Progress | None
    total: int
    done: int = 0

    def on_step(self) -> OnStep | None:
        if self.show is None:
            return None
        return lambda k, n: self._tell(k / n)

    def _tell(self, part: float) -> None:
        if self.show:
            self.show(round(100 * (self.done + part)), 100 * self.total)

    def finish(self) -> None:
        self.done += 1
        self._tell(0.0)


SEEDS_APART = 100_003  # more than a store has clips


def seed_of(replication: int, prompt: Prompt) -> int:
    """The seed of a motion. Clips of one replication start from different noise.

    From the same noise they would be more alike than the real ones. The distance of the distributions would measure
    that.
    """
    return SEEDS_APART * replication + prompt.clip


@dataclass
class Bench:
    """What all rows share: the requests of every replication, their texts' embeddings, the real motions measured.

    training: the clips that copies are looked for among.
    """

    split: EvaluationSplit
    embedder: Embeds | None
    training: CopyIndex
    replications: int
    measurer: Measurer = field(init=False)
    prompts: list[list[Prompt]] = field(init=False)
    texts: list[np.ndarray | None] = field(init=False)
    real: Measured = field(init=False)

    def __post_init__(self) -> None:
        self.measurer = Measurer(self.embedder)
        self.prompts = [self.split.prompts(replication) for replication in range(self.replications)]
        self.texts = [self._embedded([w.caption for w in prompts]) for prompts in self.prompts]
        self.real = self.measurer.measure(RealRow(self.split).draw(self.prompts[0], []))

    def _embedded(self, captions: list[str]) -> np.ndarray | None:
        return None if self.embedder is None else self.embedder.texts(captions).astype(np.float64)

    def replication(self, row: Row, number: int, on_step: OnStep | None) -> dict[str, list[float]]:
        """Every figure of one replication."""
        prompts = self.prompts[number]
        measured = self.measurer.measure(row.draw(prompts, [seed_of(number, w) for w in prompts], on_step))
        values = physical_values(measured)
        if row.name != "real":  # which is no error against itself
            values |= pair_values(measured, self.real)
        if (text := self.texts[number]) is not None:
            rng = np.random.default_rng(number)  # the same batches and pairs for every row
            values |= word_values(measured, text, rng) | spread_value(measured, rng)
            values |= real_values(measured, self.real) if row.name != "real" else {}
        found = {name: [value] for name, value in values.items()}
        if number == 0 and not row.trained_on:  # slow, and hardly different from seed to seed
            found["near_copies"] = [near_copies([motion], self.training) for motion in measured.motions]
        return found

    def multimodality(self, row: Row, on_step: OnStep | None) -> list[float]:
        """How different several motions for one sentence are, for each of PROMPTS sentences."""
        chosen = spread(self.prompts[0], PROMPTS)
        prompts = [w for w in chosen for _ in range(SAMPLES)]
        measured = self.measurer.measure(row.draw(prompts, list(range(SAMPLES)) * len(chosen), on_step))
        assert measured.embedded is not None
        groups = measured.embedded.reshape(len(chosen), SAMPLES, -1)
        return [
            multimodality(group[None], SAMPLE_PAIRS, np.random.default_rng(place))
            for place, group in enumerate(groups)
        ]


def run_benchmark(
    rows: Sequence[Row],
    split: EvaluationSplit,
    embedder: Embeds | None,
    training: CopyIndex,
    *,
    replications: int = 20,
    progress: Progress | None = None,
) -> list[RowResult]:
    """Every row, replication by replication. Raises ValueError for fewer than one replication or too few clips."""
    if replications < 1:
        raise ValueError(f"replications is {replications}: at least 1 is needed")
    if embedder is not None and len(split) <= NEIGHBOURS:
        raise ValueError(
            f"{len(split)} clips of the split {split.name!r} are too few for {NEIGHBOURS} neighbours each: "
            f"give at least {NEIGHBOURS + 1}"
        )
    bench = Bench(split, embedder, training, replications)
    counter = _Counter(progress, len(rows) * (replications + (embedder is not None)))
    return [_row_result(bench, row, counter) for row in rows]


def _row_result(bench: Bench, row: Row, counter: _Counter) -> RowResult:
    collected: dict[str, list[float]] = {}
    for number in range(bench.replications):
        for name, values in bench.replication(row, number, counter.on_step()).items():
            collected.setdefault(name, []).extend(values)
        counter.finish()
    if bench.embedder is not None:
        if row.repeats:
            collected["multimodality"] = bench.multimodality(row, counter.on_step())
        counter.finish()
    means = {name: interval(series) for name, series in collected.items()}
    if isinstance(row, ModelRow):
        return RowResult(row.name, row.contender.settings, means, row.seconds / row.made)
    return RowResult(row.name, {}, means)


def interval(series: Sequence[float]) -> Interval:
    """(mean, half width) of the values that could be measured; None where there are too few."""
    known = known_mean(series)
    if not known:
        return NO_VALUE
    mean, half = mean_interval(known)
    return mean, half if np.isfinite(half) else None


def size_notes(clips: int) -> list[str]:
    """Where the split does not fill a batch."""
    small = [batch for batch in BATCHES if clips < batch]
    return [
        f"R-precision in batches of {batch}: the split has {clips} clips, one batch of {clips} is used"
        for batch in small
    ]
