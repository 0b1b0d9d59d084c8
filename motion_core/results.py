"""What a task gives: a motion, words, or hits of a search. Each says its media type, its file endings and its bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from motion_core.body.motion import Motion

MAX_LISTED = 50  # broken files that an answer names


@dataclass(frozen=True)
class Words:
    """Sentences about a motion, the best first."""

    media_type: ClassVar[str] = "application/json"
    endings: ClassVar[tuple[str, ...]] = (".json",)

    texts: tuple[str, ...]
    # What made them.
    meta: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"texts": list(self.texts), "meta": dict(self.meta)}

    def to_bytes(self) -> bytes:
        return _json_bytes(self.to_json())


@dataclass(frozen=True)
class Hit:
    """A motion that was found."""

    # From the library's folder on, with "/".
    path: str
    # Cosine of the sentence and the motion: 1 fits perfectly, 0 is unrelated.
    score: float
    # Length of the motion.
    seconds: float


@dataclass(frozen=True)
class Broken:
    """A file of a library that cannot be read."""

    path: str
    error: str


@dataclass(frozen=True)
class Hits:
    """The motions of a library that fit a sentence, best first."""

    media_type: ClassVar[str] = "application/json"
    endings: ClassVar[tuple[str, ...]] = (".json",)

    library: Path
    hits: tuple[Hit, ...]
    # Motion files of the library, the broken ones among them.
    files: int
    broken: tuple[Broken, ...]
    # What the user should know.
    note: str = ""
    # What made them.
    meta: Mapping[str, Any] = field(default_factory=dict)

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

    def to_bytes(self) -> bytes:
        return _json_bytes(self.to_json())


Result = Motion | Words | Hits
# What `Task.gives` names.
RESULTS: dict[str, type[Motion] | type[Words] | type[Hits]] = {"motion": Motion, "words": Words, "hits": Hits}


def _json_bytes(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode()
