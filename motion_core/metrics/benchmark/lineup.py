"""The rows of the evaluation: where the motions for a list of requests come from."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from motion_core.body.motion import Motion
from motion_core.data.library import Library
from motion_core.generators.generator import Generator
from motion_core.metrics.benchmark.contenders import Contender
from motion_core.metrics.benchmark.retrieval import Retrieval
from motion_core.metrics.benchmark.split import EvaluationSplit, Prompt
from motion_core.tasks import Generate

OnStep = Callable[[int, int], None]


@dataclass(frozen=True)
class Drawn:
    """Motions in the order of the requests. keys: the store's numbers of recorded clips, which are measured once."""

    motions: list[Motion]
    keys: list[int] | None = None


class Row(Protocol):
    """A source of motions.

    repeats: whether other seeds give other motions for the same request, which multimodality asks for.
    trained_on: whether its motions are training clips, so that to look for copies is idle.
    """

    name: str
    repeats: bool
    trained_on: bool

    def draw(
        self, prompts: Sequence[Prompt], seeds: Sequence[int], on_step: OnStep | None = None
    ) -> Drawn: ...


class RealRow:
    """The split's own motions: what a perfect model would do, and what the metrics say of it."""

    name, repeats, trained_on = "real", False, False

    def __init__(self, split: EvaluationSplit) -> None:
        self.motions = {clip.index: motion for clip, motion in zip(split.clips, split.motions)}

    def draw(self, prompts: Sequence[Prompt], seeds: Sequence[int], on_step: OnStep | None = None) -> Drawn:
        return Drawn([self.motions[w.clip] for w in prompts], [w.clip for w in prompts])


class RetrievalRow:
    """The clip of the nearest training caption; asked the same again, that of the next nearest."""

    name, repeats, trained_on = "retrieval", True, True

    def __init__(self, retrieval: Retrieval) -> None:
        self.retrieval = retrieval

    def draw(self, prompts: Sequence[Prompt], seeds: Sequence[int], on_step: OnStep | None = None) -> Drawn:
        asked: Counter[Prompt] = Counter()
        clips = []
        for w in prompts:
            clips.append(self.retrieval.nearest(w.caption, asked[w] + 1)[-1])
            asked[w] += 1
        motions = [self.retrieval.library.motion(clip) for clip in clips]
        return Drawn(motions, [clip.index for clip in clips])


class RandomRow:
    """Any training clip: what the figures look like without reading the words."""

    name, repeats, trained_on = "random clip", True, True

    def __init__(self, library: Library) -> None:
        self.library = library

    def draw(self, prompts: Sequence[Prompt], seeds: Sequence[int], on_step: OnStep | None = None) -> Drawn:
        count = len(self.library.clips)
        places = [int(np.random.default_rng([s, w.clip]).integers(count)) for w, s in zip(prompts, seeds)]
        clips = [self.library.clips[place] for place in places]
        return Drawn([self.library.motion(clip) for clip in clips], [clip.index for clip in clips])


class ModelRow:
    """A generator with settings; `seconds` and `made` add up its cost."""

    repeats, trained_on = True, False

    def __init__(self, contender: Contender, generator: Generator) -> None:
        self.name, self.contender, self.generator = contender.name, contender, generator
        self.seconds, self.made = 0.0, 0

    def draw(self, prompts: Sequence[Prompt], seeds: Sequence[int], on_step: OnStep | None = None) -> Drawn:
        """Raises ValueError, naming the model, where it makes something that is no motion."""
        jobs = [
            (
                Generate(text=w.caption, seconds=w.seconds, split=w.split and not self.contender.whole),
                self.contender.sampling(seed),
            )
            for w, seed in zip(prompts, seeds)
        ]
        started = time.perf_counter()
        try:
            motions = self.generator.run_batch(jobs, on_step)
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from error
        self.seconds += time.perf_counter() - started
        self.made += len(motions)
        return Drawn(motions)
