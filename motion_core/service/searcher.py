"""The worker that searches libraries. It has a lane of its own: indexing a large folder holds nobody's motion up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from motion_core.formats import FormatError
from motion_core.formats.motion_file import read_motion
from motion_core.formats.reading import Reading
from motion_core.search import Finder
from motion_core.search.folder import inside
from motion_core.service.jobs import JobTable
from motion_core.service.worker import Worker
from motion_core.tasks import Search, Task, TaskError

log = logging.getLogger("laban.service")

MODEL = "tmr"
LoadEmbedder = Callable[..., Any]  # motion_core.embedding.load_embedder


def default_load(model: str, *, device: str) -> Any:
    from motion_core.embedding import load_embedder  # brings torch

    return load_embedder(model, device=device)


class Searcher(Worker):
    """folders: the libraries that may be searched, with what is below them; None for any on this machine."""

    lane = "search"

    def __init__(
        self,
        table: JobTable,
        *,
        device: str = "auto",
        folders: list[Path] | None = None,
        load: LoadEmbedder = default_load,
    ) -> None:
        super().__init__(table)
        self._folders = None if folders is None else [folder.resolve() for folder in folders]
        self._finder = Finder(lambda: load(MODEL, device=device))

    @property
    def loaded(self) -> list[str]:
        return [MODEL] if self._finder.loaded else []

    def engine(self, model: str) -> Finder:
        return self._finder

    def admit(self, task: Task) -> None:
        """Raises TaskError for a folder that is not open to clients."""
        if isinstance(task, Search):
            self._check_library(task.library)

    def motion(self, library: str, path: str, reading: Reading | None = None) -> bytes:
        """A file of a library, whatever its format, as npz. reading: what the file does not say itself.

        Raises ValueError or OSError with the file and the fault, whatever is wrong with it.
        """
        self._check_library(library)
        file = inside(Path(library), path)
        if file.exists() and not file.is_file():
            raise FormatError(f"{path} is no regular file: a motion is read from a file alone")
        try:
            return read_motion(file, reading).to_bytes()
        except (ValueError, OSError):
            raise
        except Exception as fault:  # a reader met what it was not made for
            log.exception("%s cannot be read", file)
            raise FormatError(
                f"{path} cannot be read as a motion ({type(fault).__name__}: {str(fault)[:200]}): export it anew"
            ) from fault

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
