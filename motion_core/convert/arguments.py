"""The official args.json beside a checkpoint, read with care: each value is checked before anything is built by it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motion_core.formats import FormatError

LARGEST = 1 << 20  # bytes; official ones have two thousand
COPY = "copy it again from the official download"


@dataclass(frozen=True)
class Arguments:
    """The table of an args.json. Every reader raises FormatError that names the file, the value and what is known."""

    file: Path
    table: dict[str, Any]

    @classmethod
    def beside(cls, path: Path) -> Arguments:
        """Those of the checkpoint `path`. Raises FileNotFoundError, or FormatError for what is no table."""
        file = path.parent / "args.json"
        if not file.is_file():
            raise FileNotFoundError(
                f"no args.json beside {path}: copy it there from the official download, it says how the model is built"
            )
        if file.stat().st_size > LARGEST:
            raise FormatError(f"{file} is larger than any table of arguments: {COPY}")
        try:
            table = json.loads(file.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise FormatError(f"{file} is no JSON: {COPY}") from error
        if not isinstance(table, dict):
            raise FormatError(f"{file} holds a {type(table).__name__}, not the table of a model's arguments")
        return cls(file, table)

    def has(self, name: str) -> bool:
        return self.table.get(name) is not None

    def choice(self, name: str, known: Sequence[str], usual: str | None = None) -> str:
        """One of the words `known`; older files may leave it out where there is a usual one."""
        value = self.table.get(name, usual)
        if not isinstance(value, str) or value not in known:
            raise FormatError(f"{self.file} has {name} = {_short(value)}; known are {', '.join(known)}")
        return value

    def whole(self, name: str, usual: int, low: int, high: int) -> int:
        """A whole number from low to high."""
        value = self.table.get(name, usual)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise FormatError(
                f"{self.file} has {name} = {_short(value)}: it must be a whole number from {low} to {high}"
            )
        return value

    def share(self, name: str, usual: float) -> float:
        """A number from 0 to 1."""
        value = self.table.get(name, usual)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise FormatError(f"{self.file} has {name} = {_short(value)}: it must be a number from 0 to 1")
        return float(value)

    def flag(self, name: str) -> bool:
        """Whether something is on; what is left out is off."""
        value = self.table.get(name, False)
        if not isinstance(value, bool):
            raise FormatError(f"{self.file} has {name} = {_short(value)}: it must be true or false")
        return value


def _short(value: Any) -> str:
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**30 else "a number of many digits"
    return text if len(text) < 60 else f"{text[:57]}..."
