"""In-betweening measured as the field does it: models and interpolations fill the same gaps, gap length by gap length.

`measure(load_gaps(store).with_gap(30), each(hermite), store_scale(store))` is one way of filling, `gap_rows` all ways
for one length, `run_completion` everything that `laban evaluate --task complete` prints.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from motion_core.body.motion import Motion
from motion_core.data.store import ClipStore
from motion_core.editing import fill
from motion_core.metrics.benchmark.contenders import Contender
from motion_core.metrics.gaps.inbetween import Gap, GapSums, gap_sums
from motion_core.metrics.gaps.windows import AFTER, BEFORE, FPS, GAPS, Window, load_gaps, store_scale
from motion_core.metrics.measures.estimate import Estimate, Interval
from motion_core.tasks import Complete, TaskError

# all windows of one gap length at once: models take batches
Fill = Callable[[Sequence[Window]], list[Motion]]
Progress = Callable[[int, int], None]
REAL_FIGURES = ("sliding", "down", "pop", "glide")  # what means something without another motion beside it
SUMS = tuple(f.name for f in fields(GapSums))

INTERPOLATIONS: dict[str, Callable[[Motion, Gap], Motion]] = {
    "zero velocity": fill.hold,
    "slerp": fill.lerp,
    "cubic Hermite": fill.hermite,
}


@dataclass(frozen=True, eq=False)
class Filled:
    """What one way of filling did to the gaps of one length. sums: {figure: (C,) of each clip}, also of `windows`."""

    sums: dict[str, np.ndarray]
    seconds: float

    def estimates(self) -> dict[str, Estimate]:
        """L2P, L2Q, NPSS, centimetres, foot sliding in cm/s, time that feet are down, pops, glide."""
        sums, windows = self.sums, self.sums["windows"]
        found = {
            name: Estimate.of_sums(sums[name], windows)
            for name in ("l2p", "l2q", "centimetres", "pop", "glide")
        }
        return found | {
            "npss": Estimate.of_sums(sums["npss"], sums["power"]),
            "sliding": Estimate.of_sums(sums["slip"], sums["steps"]),
            "down": Estimate.of_sums(sums["steps"], sums["most_steps"]),
        }


@dataclass(frozen=True)
class CompletionRow:
    """values: {figure: (mean, half width)}; over_best: {figure: the same, divided by the best interpolation's}."""

    name: str
    gap: int
    values: dict[str, Interval]
    over_best: dict[str, Interval]
    best: bool = False  # the interpolation with the least L2P at this gap
    seconds: float | None = None  # a window, in batches; None for what is no model


@dataclass(frozen=True)
class Completion:
    """One table. scale: mean over coordinates of what counts as 1 in L2P, metres."""

    split: str
    clips: int
    windows: int
    before: int
    after: int
    fps: float
    scale: float
    rows: tuple[CompletionRow, ...]
    notes: tuple[str, ...] = field(default=())


def each(one: Callable[[Motion, Gap], Motion]) -> Fill:
    """An interpolation of one motion as a way to fill many."""
    return lambda windows: [one(window.hidden, window.gap) for window in windows]


def measure(windows: Sequence[Window], filling: Fill, scale: np.ndarray) -> Filled:
    """Fill all windows (of one gap length) and compare. scale (22,3): `gaps.store_scale`."""
    started = time.perf_counter()
    made = filling(windows)
    seconds = time.perf_counter() - started
    clips = list(dict.fromkeys(window.clip for window in windows))
    sums = {name: np.zeros(len(clips)) for name in (*SUMS, "windows")}
    for window, motion in zip(windows, made, strict=True):
        place = clips.index(window.clip)
        for name, value in asdict(gap_sums(window.motion, motion, window.gap, scale)).items():
            sums[name][place] += value
        sums["windows"][place] += 1
    return Filled(sums, seconds)


class ModelFill:
    """A model, asked as users ask it: a `Complete` without a text that keeps the frames around the gap."""

    def __init__(self, contender: Contender, device: str = "auto") -> None:
        self.name, self.contender = contender.name, contender
        self.generator = contender.load(device)
        if "complete" not in self.generator.card.tasks:
            raise TaskError(f"model {contender.model!r} cannot complete: name one that can (`laban models`)")

    def __call__(
        self, windows: Sequence[Window], on_step: Callable[[int, int], None] | None = None
    ) -> list[Motion]:
        """Motions in the order of the windows, each with a seed of its own."""
        jobs = [
            (Complete(window.hidden, window.keep), self.contender.sampling(seed))
            for seed, window in enumerate(windows)
        ]
        return self.generator.run_batch(jobs, on_step)


def run_completion(
    names: Sequence[str],
    store: ClipStore,
    *,
    split: str = "val",
    gaps: Sequence[int] = GAPS,
    after: int = AFTER,
    limit: int | None = None,
    sources: Sequence[str] | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> Completion:
    """Real motion, the interpolations and the models on the gaps of a split, or of its clips of `sources` alone.

    Raises TaskError for an unknown model, setting, split or gap, ValueError for an unknown source and where no clip is
    long enough.
    """
    contenders = [Contender.parse(name) for name in names]
    if len({c.name for c in contenders}) < len(contenders):
        raise TaskError(f"a model is named twice in {', '.join(names)}: name each once")
    chosen = load_gaps(store, split, gaps=gaps, after=after, limit=limit, sources=sources)
    models = [ModelFill(contender, device) for contender in contenders]
    scale = store_scale(store)
    rows: list[CompletionRow] = []
    lengths = sorted(set(gaps))
    for place, length in enumerate(lengths):
        show = _part(progress, place, len(lengths))
        rows += gap_rows(chosen.with_gap(length), models, scale, show)
    return Completion(
        split,
        chosen.clips,
        len(chosen.windows),
        BEFORE,
        after,
        FPS,
        round(float(scale.mean()), 4),
        tuple(rows),
        chosen.notes,
    )


def _part(progress: Progress | None, place: int, parts: int) -> Progress | None:
    """The progress of one of several equal parts."""
    if progress is None:
        return None
    return lambda done, total: progress(round(100 * (place + done / max(total, 1))), 100 * parts)


def gap_rows(
    windows: Sequence[Window],
    models: Sequence[ModelFill],
    scale: np.ndarray,
    progress: Progress | None = None,
) -> list[CompletionRow]:
    """The rows of one gap length: real motion, interpolations, models."""
    real = measure(windows, lambda given: [window.motion for window in given], scale)
    simple = {name: measure(windows, each(one), scale) for name, one in INTERPOLATIONS.items()}
    best = min(simple, key=lambda name: simple[name].estimates()["l2p"].value)
    length = windows[0].gap[1] - windows[0].gap[0]
    rival = simple[best].estimates()
    rows = [_row("real", length, real, None)]
    rows += [_row(name, length, filled, rival, best=name == best) for name, filled in simple.items()]
    for number, model in enumerate(models):
        show = _part(progress, number, len(models))
        filled = measure(windows, lambda given, m=model, s=show: m(given, s), scale)  # type: ignore[misc]
        rows.append(_row(model.name, length, filled, rival, seconds=filled.seconds / len(windows)))
    return rows


def _row(
    name: str, length: int, filled: Filled, rival: dict[str, Estimate] | None, **more: Any
) -> CompletionRow:
    found = filled.estimates()
    values = {key: estimate.interval() for key, estimate in found.items() if rival or key in REAL_FIGURES}
    over = {key: found[key].over(rival[key]).interval() for key in found} if rival else {}
    return CompletionRow(name, length, values, over, **more)
