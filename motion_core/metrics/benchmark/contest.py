"""What every table of the evaluation starts from: the models, the training clips, the split and the evaluator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from motion_core.data.library import Library, build_library
from motion_core.data.store import ClipStore
from motion_core.metrics.benchmark.benchmark import (
    Benchmark,
    Progress,
    RowResult,
    run_benchmark,
    size_notes,
)
from motion_core.metrics.benchmark.contenders import Contender
from motion_core.metrics.benchmark.cost import cost_in_child
from motion_core.metrics.benchmark.lineup import ModelRow, RandomRow, RealRow, RetrievalRow, Row
from motion_core.metrics.benchmark.retrieval import Retrieval
from motion_core.metrics.benchmark.split import MAX_SECONDS, EvaluationSplit, load_split
from motion_core.metrics.measures.copies import CopyIndex
from motion_core.tasks import TaskError
from motion_core.text import shared_encoder

ENCODER = "minilm"  # whatever the models read: the baseline is the same for all


@dataclass(frozen=True)
class Contest:
    """Loaded once, used by the benchmark, the prompt table and the picture page. notes: what a reader must know."""

    models: tuple[ModelRow, ...]
    train: Library
    retrieval: Retrieval
    split: EvaluationSplit
    embedder: Any  # embedding.Embedder, None where its weights are absent
    device: str
    notes: tuple[str, ...]


def open_contest(
    names: Sequence[str],
    store: ClipStore,
    *,
    split: str = "val",
    limit: int | None = None,
    sources: Sequence[str] | None = None,
    device: str = "auto",
    evaluator: Path | None = None,
) -> Contest:
    """sources: the split's clips of these alone; the training clips stay all of them.

    Raises TaskError for an unknown model, setting or split, ValueError where features do not match or data lack.
    """
    contenders = [Contender.parse(name) for name in names]
    if len({c.name for c in contenders}) < len(contenders):
        raise TaskError(f"a model is named twice in {', '.join(names)}: name each once")
    models = tuple(ModelRow(c, c.load(device)) for c in contenders)
    embedder, notes = find_evaluator(device, evaluator)
    if embedder is not None:
        for model in models:
            check_features(model, embedder)
    longest = min([MAX_SECONDS, *(model.generator.card.max_seconds for model in models)])
    chosen = load_split(store, split, limit, longest, sources)
    train = build_library(store, "train")
    retrieval = Retrieval(train, shared_encoder(ENCODER))
    return Contest(models, train, retrieval, chosen, embedder, device, (*notes, *chosen.notes))


def find_evaluator(device: str, checkpoint: Path | None) -> tuple[Any, list[str]]:
    """The retrieval model that embeds texts and motions; where its weights are absent None and a note that says so."""
    from motion_core.embedding import load_embedder

    try:
        return load_embedder("tmr", device=device, checkpoint=checkpoint), []
    except FileNotFoundError as error:
        if checkpoint is not None:
            raise
        return None, [f"only what needs no evaluator is measured: {error}"]


def check_features(model: ModelRow, embedder: Any) -> None:
    """Raises ValueError where a model and the evaluator do not speak of the same features."""
    ours = model.generator.features.name
    if ours != embedder.features:
        raise ValueError(
            f"model {model.name!r} has features {ours!r}, the evaluator {embedder.features!r}: "
            "name an evaluator of the same features with --evaluator"
        )


def benchmark(contest: Contest, replications: int = 20, progress: Progress | None = None) -> Benchmark:
    """Real, retrieval, random clip and every model on the split, with what each model costs."""
    baselines: list[Row] = [RealRow(contest.split), RetrievalRow(contest.retrieval), RandomRow(contest.train)]
    rows = run_benchmark(
        [*baselines, *contest.models],
        contest.split,
        contest.embedder,
        CopyIndex.build(contest.train.motion(clip) for clip in contest.train.clips),
        replications=replications,
        progress=progress,
    )
    rows = [*rows[: len(baselines)], *map(_with_cost, rows[len(baselines) :], contest.models)]
    notes = size_notes(len(contest.split)) if contest.embedder is not None else []
    return Benchmark(
        contest.split.name,
        len(contest.split),
        replications,
        _about(contest.embedder),
        tuple(rows),
        (*contest.notes, *notes),
    )


def _with_cost(row: RowResult, model: ModelRow) -> RowResult:
    return replace(row, cost=cost_in_child(row.name, str(model.generator.device.torch_device), MAX_SECONDS))


def _about(embedder: Any) -> dict[str, Any] | None:
    if embedder is None:
        return None
    return {name: getattr(embedder, name) for name in ("features", "fps", "licence", "fingerprint")}
