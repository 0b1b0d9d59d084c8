"""Two commands for the backend's Python: to check itself, and to read the user's SMPL file. Standard library only."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .child_process import INSTALL, StartError, check_python
from .command import Command

CHECK_SECONDS = 120.0


@dataclass(frozen=True)
class Finding:
    """One line of the check."""

    name: str
    state: str  # "ok", "warning" or "missing"
    found: str
    fix: str = ""


def parse_findings(lines: list[str]) -> list[Finding]:
    """From what `doctor --json` printed. Raises ValueError where that is something else."""
    for line in reversed(lines):
        if line.startswith("{"):
            answer: Any = json.loads(line)
            return [Finding(**{key: str(entry.get(key, "")) for key in ("name", "state", "found", "fix")})
                    for entry in answer["findings"]]  # fmt: skip
    raise ValueError("no answer")


class BackendCommand:
    """A command of the backend's Python. state: "running", "done" or "failed"; `message` says why it failed."""

    title = ""

    def __init__(self, python: str, options: Sequence[str], log: Path, seconds: float) -> None:
        self.state, self.message = "running", self.title
        self._deadline, self._seconds = time.monotonic() + seconds, seconds
        self._command: Command | None = None
        try:
            command = [check_python(python), "-m", *options]
            log.unlink(missing_ok=True)
            self._command = Command(command, log)
        except StartError as fault:
            self._fail(str(fault))
        except OSError as fault:
            self._fail(f"{python} cannot be started ({fault.strerror}): choose another Python")

    def poll(self) -> bool:
        """True when it is over."""
        if self._command is not None:
            self._command.poll()
            if self._command.code is not None:
                command, self._command = self._command, None
                self._finish(command)
            elif time.monotonic() > self._deadline:
                self._fail(f"no answer within {self._seconds:g} seconds")
        return self.state != "running"

    def stop(self) -> None:
        if self.state == "running":
            self._fail("stopped")

    def _fail(self, message: str) -> None:
        if self._command is not None:
            self._command.stop()
            self._command = None
        self.state, self.message = "failed", message

    def _finish(self, command: Command) -> None:
        raise NotImplementedError


class DoctorCheck(BackendCommand):
    """`python -m motion_core doctor --json`; then `findings`."""

    title = "checking"

    def __init__(self, python: str, log: Path) -> None:
        self.findings: list[Finding] = []
        super().__init__(python, ["motion_core", "doctor", "--json"], log, CHECK_SECONDS)

    def _finish(self, command: Command) -> None:
        try:
            self.findings = parse_findings(command.tail)
        except (ValueError, KeyError, TypeError, AttributeError):
            said = " | ".join(command.tail[-2:])[-300:]
            if "No module named motion_core" in said:
                said = f"Laban is not installed in that Python: {INSTALL}"
            self._fail(said or f"it ended with status {command.code} and said nothing")
            return
        missing = sum(finding.state == "missing" for finding in self.findings)
        self.state = "done"
        self.message = f"{missing} things are missing" if missing else "everything is there"


class BodyReader(BackendCommand):
    """Reads an SMPL file with the user's shape; then `result` is a file for `BodyData.load`."""

    title = "reading the SMPL model"

    def __init__(self, python: str, model: str, betas: Sequence[float], folder: Path) -> None:
        self.result = folder / "body.npz"
        options = ["motion_core.body.smpl_body", model, str(self.result)]
        if any(betas):
            options.append("--betas=" + ",".join(f"{beta:.4f}" for beta in betas))
        self.result.unlink(missing_ok=True)
        super().__init__(python, options, folder / "body.log", CHECK_SECONDS)

    def _finish(self, command: Command) -> None:
        if command.code == 0 and self.result.is_file():
            self.state, self.message = "done", ""
        else:
            self._fail(" | ".join(command.tail[-2:])[-400:] or f"it ended with status {command.code}")
