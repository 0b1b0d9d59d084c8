"""One command as a child process that a timer looks at: its new lines, its end, its stop. Nothing here waits."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from .child_process import clean_environment, spawn
from .graves import let_end

TAIL = 40  # lines kept to explain a failure
STOPPED = -9  # code of one that we ended


class Command:
    """Runs `command`; its output, errors included, is appended to the file `log`. Call `poll()` from a timer.

    code: exit status once it is over. tail: its last lines. Raises OSError where it cannot be started.
    """

    def __init__(self, command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.code: int | None = None
        self.tail: list[str] = []
        self._part = b""
        # opened twice: the child writes where it is, we read from where it began
        with open(log, "ab") as out:
            self._reader = open(log, "rb")  # noqa: SIM115 - closed when the command is over
            self._reader.seek(0, os.SEEK_END)
            try:
                self._process = spawn(
                    command,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    cwd=log.parent,
                    env={**clean_environment(), **(env or {})},
                )
            except OSError:
                self._reader.close()
                raise

    def poll(self) -> list[str]:
        """Whole lines that came since the last call; `code` is set when there will be no more."""
        if self.code is not None:
            return []
        code = self._process.poll()
        self._part += self._reader.read()
        *lines, self._part = self._part.replace(b"\r", b"\n").split(b"\n")
        if code is not None:
            lines, self._part, self.code = [*lines, self._part], b"", code
            self._reader.close()
        # some programs write in the system's own encoding: a strange character must not end the work
        text = [line.decode("utf-8", "replace").strip() for line in lines]
        text = [line for line in text if line]
        self.tail = [*self.tail, *text][-TAIL:]
        return text

    def stop(self) -> None:
        """End it and what it started, by force."""
        if self.code is not None:
            return
        if self._process.poll() is None:
            self._end_group()
        let_end(self._process)
        self._reader.close()
        code = self._process.returncode
        self.code = STOPPED if code is None else code

    def _end_group(self) -> None:
        if sys.platform == "win32":
            # it looks for the children of one that lives: only after it may that one be ended
            let_end(spawn(["taskkill", "/F", "/T", "/PID", str(self._process.pid)]))
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # `spawn` made it the first of its own group
