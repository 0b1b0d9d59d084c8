"""The thread that searches libraries. A table of jobs of its own: indexing a large folder holds nobody's motion up."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from motion_core.formats.motion_file import read_motion
from motion_core.formats.npz import motion_to_bytes
from motion_core.search.folder import check_library, inside
from motion_core.search.query import Query, search
from motion_core.service.jobs import Job, JobTable, Slot, Stopped
from motion_core.service.runner import fault_text
from motion_core.tasks import Sampling, TaskError

log = logging.getLogger("laban.service")

MODEL = "tmr"
LoadEmbedder = Callable[..., Any]  # motion_core.embedding.load_embedder


def default_load(model: str, *, device: str) -> Any:
    from motion_core.embedding import load_embedder  # brings torch

    return load_embedder(model, device=device)


class Searcher:
    """`start` once; then searches are worked off one after another until `table` is closed.

    folders: the libraries that may be searched, with what is below them; None for any on this machine.
    """

    def __init__(
        self, *, device: str = "auto", folders: list[Path] | None = None, load: LoadEmbedder = default_load
    ) -> None:
        self.table = JobTable()
        self._device = device
        self._folders = None if folders is None else [folder.resolve() for folder in folders]
        self._load = load
        self._embedder: Any = None
        self._thread = threading.Thread(target=self._work, name="laban-searcher", daemon=True)

    @property
    def loaded(self) -> list[str]:
        return [MODEL] if self._embedder is not None else []

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout: float) -> bool:
        """Wait for the thread to end (close the table first); false when it is still busy."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def submit(self, query: Query) -> Job:
        """Queue a search. Raises TaskError for a folder that is not open to clients, QueueFull."""
        self._check_library(query.library)
        return self.table.add(MODEL, query, Sampling(), 1)

    def motion(self, library: str, path: str) -> bytes:
        """A file of a library, whatever its format, as npz. Raises TaskError, ValueError or OSError."""
        self._check_library(library)
        return motion_to_bytes(read_motion(inside(Path(library), path)))

    def _check_library(self, library: str) -> None:
        if not Path(library).is_absolute():
            raise TaskError(
                f"the library is {library[:200]!r}: give the whole path of a folder on the service's machine"
            )
        if self._folders is None:
            return
        if not self._folders:
            raise TaskError("this service searches no folders: start it with --library DIR")
        place = Path(library).resolve()
        if not any(place.is_relative_to(folder) for folder in self._folders):
            known = ", ".join(str(folder) for folder in self._folders)
            raise TaskError(f"the folder {library[:200]!r} is not open to clients; there is {known}")

    def _work(self) -> None:
        while slots := self.table.take(1):
            try:
                self._search(slots[0])
            except Stopped:
                pass
            except Exception as fault:
                if not isinstance(fault, ValueError | OSError):  # those are the library's, not ours
                    log.exception("a search failed")
                self.table.fail(slots, fault_text(fault))

    def _search(self, slot: Slot) -> None:
        check_library(Path(slot.job.task.library))  # before seconds are spent on loading torch
        if self._embedder is None:
            self._embedder = self._load(MODEL, device=self._device)
        with self.table.progress([slot]) as on_file:
            result = search(slot.job.task, self._embedder, on_file=on_file)
        self.table.deliver(slot, json.dumps(result.to_json(), ensure_ascii=False).encode())
