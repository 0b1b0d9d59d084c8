"""What a run says: one JSON object a line in a file, a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from motion_core.formats.files import atomic_write

PLAIN_SECONDS = 30.0  # between progress lines where there is no terminal


class RunLog:
    """The log of one run; `quiet` (every process but the first) writes and shows nothing."""

    def __init__(self, path: Path, total: int, quiet: bool = False) -> None:
        self.path, self.total, self.quiet = path, total, quiet
        self.console = Console(file=sys.stderr)
        self.bar: Progress | None = None
        self.shown = float("-inf")

    def __enter__(self) -> RunLog:
        if not self.quiet and self.console.is_terminal:
            columns = (
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.description}"),
            )
            self.bar = Progress(*columns, console=self.console)
            self.bar.start()
            self.line = self.bar.add_task("", total=self.total)
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None

    def write(self, record: dict[str, Any]) -> None:
        """Append a record, which has at least "step", and show it now and then."""
        if self.quiet:
            return
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        text = " ".join(f"{key} {_short(value)}" for key, value in record.items() if key != "step")
        if self.bar is not None:
            self.bar.update(self.line, completed=record["step"], description=text)
        elif time.monotonic() - self.shown > PLAIN_SECONDS or record["step"] == self.total:
            self.shown = time.monotonic()
            self.say(f"step {record['step']}/{self.total} {text}")

    def say(self, text: str) -> None:
        """A line for the person who watches."""
        if not self.quiet:
            self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def drop_after(self, step: int) -> None:
        """Forget what a killed run wrote after its last saved state; a half-written last line goes too."""
        if self.quiet or not self.path.exists():
            return
        kept = [line for line in self.path.read_text(encoding="utf-8").splitlines() if _step_of(line) <= step]
        with atomic_write(self.path, "w") as file:
            file.write("".join(line + "\n" for line in kept))


def read_log(path: str | Path) -> list[dict[str, Any]]:
    """The records of a log."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def _step_of(line: str) -> float:
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return float("inf")


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
