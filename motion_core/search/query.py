"""A question to a library, checked at the door, and its answer. The same for the command line and the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from motion_core.search.index import Broken, Hit, LibraryIndex, OnFile
from motion_core.tasks import TaskError, check_integer, check_prompt

MAX_HITS = 1000
MAX_LISTED = 50  # broken files that an answer names


@dataclass(frozen=True)
class Query:
    """The motions of a folder that a sentence describes best. library: an absolute path where a service is asked."""

    text: str
    library: str
    count: int = 10

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", check_prompt(self.text))
        if not isinstance(self.library, str) or not self.library.strip() or "\0" in self.library:
            raise TaskError(f"the library is {self.library!r:.80}: name the folder of your motions")
        check_integer("count", self.count, 1, MAX_HITS)

    @classmethod
    def from_json(cls, entry: Any) -> Query:
        """Of the body of a request. Raises TaskError."""
        if not isinstance(entry, Mapping) or (unknown := sorted(set(entry) - {"text", "library", "count"})):
            what = (
                f"unknown field {unknown[0]!r:.80} in a search" if isinstance(entry, Mapping) else "a search"
            )
            raise TaskError(f"{what}: send a JSON object with text, library and count")
        return cls(entry.get("text", ""), entry.get("library", ""), entry.get("count", 10))


@dataclass(frozen=True)
class SearchResult:
    """hits: best first. files: motion files of the library, the broken ones among them."""

    library: Path
    hits: tuple[Hit, ...]
    files: int
    broken: tuple[Broken, ...]
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Of the broken files the first ones, and their number."""
        return {
            "library": str(self.library),
            "files": self.files,
            "hits": [asdict(hit) for hit in self.hits],
            "broken_count": len(self.broken),
            "broken": [asdict(broken) for broken in self.broken[:MAX_LISTED]],
            "note": self.note,
        }


def search(
    query: Query, embedder: Any, *, update: bool = True, on_file: OnFile | None = None
) -> SearchResult:
    """Bring the library's index up to date (`update`) and rank it.

    Raises OSError where there is no such folder, ValueError where there is nothing to rank; both say what to do.
    """
    index = LibraryIndex.open(query.library)
    vector = embedder.texts([query.text])[0]  # first: an absent text encoder must show before the indexing
    if update:
        report = index.update(embedder, on_file)
        files, broken, note = report.files, report.broken, report.note
    elif index.fingerprint != embedder.fingerprint:
        was = "another model made the index of" if index.fingerprint else "there is no index yet of"
        raise ValueError(f"{was} {index.folder}: search once with the update allowed")
    else:
        files, broken, note = len(index) + len(index.broken), index.broken, ""
    if not len(index):
        raise ValueError(_nothing_found(index.folder, broken))
    hits = index.rank(vector, query.count)
    return SearchResult(index.folder, tuple(hits), files, broken, note)


def _nothing_found(folder: Path, broken: tuple[Broken, ...]) -> str:
    if not broken:
        return f"there are no motions in {folder}: name a folder with .npz or .bvh files"
    first = broken[0]
    return f"none of the {len(broken)} files in {folder} is a readable motion, for example {first.path}: {first.error}"
