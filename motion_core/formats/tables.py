"""TOML files: tables that a user writes by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from motion_core.formats.faults import format_faults
from motion_core.formats.files import read_regular

MAX_TABLE = 2**22  # bytes


@contextmanager
def toml_table(path: Path) -> Iterator[dict[str, Any]]:
    """A file's table. What is raised while it is taken apart is a FormatError with the file's name too.

    Raises FormatError, or OSError where the file cannot be opened.
    """
    with format_faults(str(path), "TOML"):
        yield tomllib.loads(read_regular(path, MAX_TABLE).decode("utf-8-sig"))
