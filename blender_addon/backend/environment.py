"""Makes the backend's own Python environment: a venv with torch and motion_core, apart from Blender's Python.

It is a state machine over child processes: `poll()` from a timer, `stop()` at any time. The next run goes on after an
interruption: finished downloads come from pip's cache, a half-built environment is made anew. Standard library only.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from .command import Command
from .locks import LOCKS, other_options, torch_build, torch_options
from .pythons import PythonSearch

STATE_FILE, LOG_FILE = "environment.json", "install.log"
IMPORTS = "motion_core, torch, safetensors, transformers, tokenizers, starlette, uvicorn"


@dataclass(frozen=True)
class Variant:
    """A build of torch."""

    title: str
    description: str
    gigabytes: float  # of free disk that it needs


VARIANTS = {
    "cpu": Variant(
        "Processor",
        "Works on every computer; about 1.5 GB on disk",
        3,
    ),
    "cuda": Variant("NVIDIA (CUDA)", "NVIDIA cards from 2018 on; about 8 GB on disk", 16),
    "rocm": Variant("AMD (ROCm)", "AMD cards, Linux only; about 20 GB on disk", 40),
    "apple": Variant("Apple silicon", "Macs with an M processor; about 1.5 GB on disk", 3),
}


class EnvironmentState(Enum):
    """What lies in the environment's folder."""

    ABSENT = "there is no environment yet"
    UNFINISHED = "the environment is not finished: press the button again to go on"
    BROKEN = "the environment does not work any more: press the button to repair it"
    OUTDATED = "the environment is of another version of Laban: press the button to update it"
    READY = "the environment is ready"


def environment_python(folder: Path) -> Path:
    """The interpreter of the environment in `folder`."""
    return folder / "env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def read_state(folder: Path) -> dict[str, Any]:
    """What the last run left: variant, wheel, step, installing, complete. Empty where there was none."""
    try:
        state = json.loads((folder / STATE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(folder: Path, **state: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{STATE_FILE}.part"
    beside.write_text(json.dumps(state), encoding="utf-8")
    os.replace(beside, folder / STATE_FILE)


def examine(folder: Path, wheel: Path | None) -> EnvironmentState:
    """Looks at files only: a few hundredths of a millisecond."""
    state = read_state(folder)
    if not state:
        return EnvironmentState.UNFINISHED if (folder / "env").exists() else EnvironmentState.ABSENT
    if not state.get("complete"):
        return EnvironmentState.UNFINISHED
    if not environment_python(folder).exists():
        return EnvironmentState.BROKEN
    if wheel is not None and state.get("wheel") != wheel.name:
        return EnvironmentState.OUTDATED
    return EnvironmentState.READY


def explain(lines: list[str]) -> str:
    """What pip's or venv's last lines mean, with the remedy."""
    text = "\n".join(lines)
    for pattern, meaning in _FAULTS:
        if re.search(pattern, text, re.IGNORECASE):
            return meaning
    errors = [line for line in lines if line.startswith("ERROR")]
    return " | ".join((errors or lines)[-3:])[-400:] or "it said nothing"


_FAULTS = (
    (r"no space left|errno 28", "the disk is full: make room, then press the button again"),
    (r"do not match the hashes|THESE PACKAGES DO NOT MATCH", "a downloaded file is not the one that this version of "
     "Laban was tested with, and was not installed: try again; if it stays so, a proxy changes downloads"),
    (r"no matching distribution found for torch", "that download address has no torch for this Python: choose another "
     "Python or another build"),
    (r"name resolution|getaddrinfo|NameResolutionError|NewConnectionError|ConnectTimeout|ReadTimeout|Max retries",
     "the download did not come through: check the connection, then press the button again to go on"),
    (r"CERTIFICATE_VERIFY_FAILED", "a proxy or the clock spoils the secure connection (certificate not accepted)"),
    (r"ensurepip is not available|No module named ensurepip", "that Python cannot make environments: on Debian and "
     "Ubuntu install python3-venv"),
    (r"Permission denied|Access is denied|WinError 5", "a file cannot be written: close programs that use the "
     "environment (other Blenders too), then press the button again"),
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One command of making the environment."""

    name: str
    title: str
    command: list[str]
    share: float  # of the whole time, from 0 to 1


@dataclass(frozen=True)
class Plan:
    """What to make where."""

    folder: Path
    package: Path  # the wheel of motion_core, or the folder of a checkout
    variant: str = "cpu"
    python: str = ""  # "": one is looked for
    locks: Path = LOCKS  # the folder of lock files

    def steps(self, python: str, version: tuple[int, int]) -> list[Step]:
        """The commands, for a Python of this version. What is downloaded is checked against the lock files."""
        own = str(environment_python(self.folder))
        # warnings go to the log; the bar is for people, "raw" for us
        pip = [own, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar"]
        torch = torch_options(self.locks, torch_build(self.variant), version)
        return [
            Step("venv", "making the environment",
                 [python, "-m", "venv", "--clear", str(self.folder / "env")], 0.05),
            Step("pip", "updating pip", [*pip, "off", *other_options(self.locks, "pip.txt")], 0.03),
            Step("torch", "downloading torch", [*pip, "raw", *torch], 0.62),
            Step("laban", "downloading what else is needed",
                 [*pip, "raw", *other_options(self.locks, "needs.txt")], 0.2),
            # a wheel of the same version may have other content: an update of the extension during development
            Step("package", "installing Laban", [*pip, "off", "--force-reinstall", "--no-deps", str(self.package)],
                 0.02),
            Step("check", "checking", [own, "-c", f"import {IMPORTS}; print(torch.__version__)"], 0.08),
        ]  # fmt: skip


class EnvironmentJob:
    """Carries out a plan. state: "running", "done", "failed" or "cancelled"; `message` says what goes on or went wrong.

    progress: from 0 to 1.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state, self.message, self.progress = "running", "looking for a Python", 0.0
        self._search: PythonSearch | None = None
        self._probe: Command | None = None
        self._command: Command | None = None
        self._steps: list[Step] = []
        self._index = 0
        self._repaired = False
        if (fault := self._disk_fault()) or (fault := self._package_fault()):
            self.state, self.message = "failed", fault
        else:
            self._search = PythonSearch(plan.python)

    @property
    def done(self) -> bool:
        return self.state != "running"

    @property
    def log(self) -> Path:
        return self.plan.folder / LOG_FILE

    def poll(self) -> bool:
        """Move on without waiting; true when it is over."""
        if not self.done:
            try:
                self._advance()
            except OSError as fault:
                self._fail(f"{fault.strerror or fault}: {fault.filename or self.plan.folder}")
        return self.done

    def stop(self) -> None:
        """Give up; the next run goes on from here."""
        if not self.done:
            self._close()
            self.state, self.message = "cancelled", "stopped: press the button again to go on"

    def _close(self) -> None:
        for part in (self._search, self._probe, self._command):
            if part is not None:
                part.stop()
        self._search = self._probe = self._command = None

    def _fail(self, message: str) -> None:
        self._close()
        self.state, self.message = "failed", message

    def _disk_fault(self) -> str:
        place = self.plan.folder
        while not place.exists() and place != place.parent:
            place = place.parent
        free, needed = shutil.disk_usage(place).free / 1e9, VARIANTS[self.plan.variant].gigabytes
        return (
            ""
            if free >= needed
            else f"{free:.1f} GB are free in {place}, {needed:g} GB are needed: make room"
        )

    def _package_fault(self) -> str:
        return (
            ""
            if self.plan.package.exists()
            else f"{self.plan.package} is missing: install the extension again"
        )

    def _advance(self) -> None:
        if self._search is not None:
            self._choose_python()
        elif self._probe is not None:
            self._look_at_old()
        elif self._command is not None:
            self._follow(self._command)

    def _choose_python(self) -> None:
        assert self._search is not None
        if not self._search.poll():
            return
        search, self._search = self._search, None
        if search.best is None:
            self._fail(search.explanation)
            return
        self._steps = self.plan.steps(search.best.path, search.best.version)
        old = read_state(self.plan.folder)
        usable = old.get("variant") == self.plan.variant and not old.get("installing")
        if usable and environment_python(self.plan.folder).exists():
            own = str(environment_python(self.plan.folder))
            self._probe = Command([own, "-c", "import pip, venv"], self.log)
        else:
            self._begin("venv")

    def _look_at_old(self) -> None:
        """An environment that an earlier run left is gone on with if its Python and pip work."""
        assert self._probe is not None
        self._probe.poll()
        if self._probe.code is not None:
            works, self._probe = self._probe.code == 0, None
            self._begin("pip" if works else "venv")

    def _begin(self, name: str) -> None:
        self._index = next(i for i, step in enumerate(self._steps) if step.name == name)
        step = self._steps[self._index]
        self.message = step.title
        self.progress = sum(step.share for step in self._steps[: self._index])
        self._note(installing=name in ("venv", "package"))
        self._command = Command(step.command, self.log, env={"PIP_USER": "0"})

    def _note(self, *, installing: bool, complete: bool = False) -> None:
        """installing: files are being put in place, an interruption leaves half of them."""
        plan = self.plan
        write_state(
            plan.folder,
            variant=plan.variant,
            wheel=plan.package.name,
            step=self._steps[self._index].name,
            installing=installing,
            complete=complete,
        )

    def _follow(self, command: Command) -> None:
        step = self._steps[self._index]
        for line in command.poll():
            self._read(line, step)
        if command.code is None:
            return
        if command.code != 0:
            self._step_failed(command, step)
        elif self._index + 1 < len(self._steps):
            self._begin(self._steps[self._index + 1].name)
        else:
            self._note(installing=False, complete=True)
            self._command, self.progress = None, 1.0
            self.state, self.message = (
                "done",
                f"ready, with torch {command.tail[-1] if command.tail else ''}".strip(),
            )

    def _read(self, line: str, step: Step) -> None:
        """Takes pip's lines to pieces: what is being downloaded, how far, and when files are put in place."""
        if found := re.match(r"Progress (\d+) of (\d+)", line):
            done, total = int(found[1]), int(found[2])
            before = sum(s.share for s in self._steps[: self._index])
            if step.name == "torch" and total:
                self.progress = max(self.progress, before + step.share * done / total)
            self.message = f"{self.message.partition(',')[0]}, {done / 1e6:.0f} of {total / 1e6:.0f} MB"
        elif found := re.match(r"(?:Downloading|Using cached) (?:\S*/)?([\w.]+)-(\S+?)-\S*", line):
            self.message = f"downloading {found[1]} {found[2]}"
        elif line.startswith("Installing collected packages"):
            self.message = "putting the files in place"
            self._note(installing=True)

    def _step_failed(self, command: Command, step: Step) -> None:
        if step.name == "check" and not self._repaired:
            self._repaired = True  # remains of an earlier run: once more from nothing
            self._begin("venv")
            return
        self._fail(f"{step.title} failed: {explain(command.tail)}")
