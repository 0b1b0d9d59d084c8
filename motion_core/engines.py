"""Engines carry out tasks: a generator, or the finder of a search. Whoever has jobs opens the one that they need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from motion_core.catalog import RETRIEVAL_CARDS, ModelCard
from motion_core.results import Result
from motion_core.tasks import Sampling


class Engine(Protocol):
    """A model in use. Not for two threads at once."""

    card: ModelCard

    @property
    def note(self) -> str:
        """What it runs on and why, for the user."""
        ...

    def check(self, task: Any, sampling: Sampling) -> None:
        """Raises TaskError where it cannot carry that out."""
        ...

    def run_batch(
        self, jobs: Sequence[tuple[Any, Sampling]], on_step: Callable[[int, int], None] | None = None
    ) -> Sequence[Result]:
        """A result of each job. `on_step(k, n)` is called after step k of n and may raise to stop."""
        ...


def load_engine(
    model_id: str, *, device: str = "auto", checkpoint: str | Path | None = None, raw: bool = False
) -> Engine:
    """The engine of a model. raw: without the clean-up of new motions.

    Raises what `load_generator` raises. Torch is loaded here, but for a search only when it is first asked.
    """
    if model_id in RETRIEVAL_CARDS:
        from motion_core.search import Finder

        return Finder(lambda: _embedder(model_id, device, checkpoint))
    from motion_core.generators import load_generator

    generator = load_generator(model_id, device=device, checkpoint=checkpoint)
    generator.clean_up = not raw
    return generator


def _embedder(model_id: str, device: str, checkpoint: str | Path | None) -> Any:
    from motion_core.embedding import load_embedder

    return load_embedder(model_id, device=device, checkpoint=checkpoint)
