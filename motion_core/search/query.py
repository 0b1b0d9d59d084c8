"""A search carried out: the library's index brought up to date and ranked. The same for all who ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from motion_core.catalog import ModelCard, find_card
from motion_core.formats.reading import Reading
from motion_core.hearing.hearing import hear
from motion_core.results import Broken, Hits
from motion_core.search.folder import check_library
from motion_core.search.index import LibraryIndex, OnFile
from motion_core.tasks import Sampling, Search, TaskError

MODEL = "tmr"


def search(
    task: Search,
    embedder: Any,
    *,
    update: bool = True,
    on_file: OnFile | None = None,
    reading: Reading | None = None,
) -> Hits:
    """Bring the library's index up to date (`update`) and rank it. reading: what its files do not say themselves.

    Raises OSError where there is no such folder, ValueError where there is nothing to rank; both say what to do.
    """
    index = LibraryIndex.open(task.library, reading)
    heard = hear(task.text)
    vector = embedder.texts([heard.text])[0]  # first: an absent text encoder must show before the indexing
    if update:
        report = index.update(embedder, on_file)
        files, broken, note = report.files, report.broken, report.note
    elif index.fingerprint != index.mark_of(embedder):
        was = (
            "another model or another way of reading made the index of"
            if index.fingerprint
            else "there is no index yet of"
        )
        raise ValueError(f"{was} {index.folder}: search once with the update allowed")
    else:
        files, broken, note = len(index) + len(index.broken), index.broken, ""
    if not len(index):
        raise ValueError(_nothing_found(index.folder, broken))
    hits = index.rank(vector, task.count)
    notes = (heard.note, note)
    return Hits(index.folder, tuple(hits), files, broken, "; ".join(told for told in notes if told))


def _nothing_found(folder: Path, broken: tuple[Broken, ...]) -> str:
    if not broken:
        return f"there are no motions in {folder}: name a folder with .npz, .bvh or .npy files"
    first = broken[0]
    return f"none of the {len(broken)} files in {folder} is a readable motion, for example {first.path}: {first.error}"


class Finder:
    """A loaded retrieval model that answers searches: what a generator is to the other tasks (`engines.Engine`)."""

    def __init__(self, load: Callable[[], Any], *, update: bool = True) -> None:
        """load: gives the embedder; called by the first search. update: look for new files first."""
        self.card: ModelCard = find_card(MODEL)
        self._load, self._update = load, update
        self._embedder: Any = None

    @property
    def loaded(self) -> bool:
        return self._embedder is not None

    @property
    def note(self) -> str:
        """What the model runs on and why, for the user."""
        return "" if self._embedder is None else str(getattr(self._embedder, "note", ""))

    def check(self, task: Any, sampling: Sampling) -> None:
        """Raises TaskError where this is no search, or is asked for with a setting that the model does not have."""
        if not isinstance(task, Search):
            raise TaskError(f"model {self.card.id!r} cannot {task.name}; it can {', '.join(self.card.tasks)}")
        self.card.settled(sampling)

    def run_batch(self, jobs: Sequence[tuple[Search, Sampling]], on_step: OnFile | None = None) -> list[Hits]:
        """The hits of each search, one search after the other. `on_step(done, total)` counts files of one library."""
        for job in jobs:
            self.check(*job)
        return [self._search(*job, on_step) for job in jobs]

    def _search(self, task: Search, sampling: Sampling, on_file: OnFile | None) -> Hits:
        check_library(Path(task.library))  # before seconds are spent on loading torch
        if self._embedder is None:
            self._embedder = self._load()
        found = search(task, self._embedder, update=self._update, on_file=on_file)
        _, ignored = self.card.settled(sampling)
        return replace(found, note="; ".join(note for note in (found.note, ignored) if note))
