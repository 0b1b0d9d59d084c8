"""Finds a Python that an environment can be made with: 3.11 or newer, with venv and pip's installer. Never waits."""

from __future__ import annotations

import glob
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .child_process import clean_environment, spawn
from .graves import bury

OLDEST, NEWEST = (3, 11), (3, 14)  # torch is not built for every Python that appears
PREFERRED = ((3, 12), (3, 11), (3, 13), (3, 14))  # the first two have hashes for every build (locks.py)
PROBE_SECONDS = 20.0
_CODE = (
    "import sys, struct, json, importlib.util as u;"
    "print(json.dumps([list(sys.version_info[:2]), struct.calcsize('P') * 8, sys.executable,"
    " all(u.find_spec(m) is not None for m in ('venv', 'ensurepip'))]))"
)
# A program started from the desktop often sees a shorter PATH than a terminal
_FOLDERS = {
    "linux": ("/usr/local/bin", "/usr/bin", "~/.local/bin", "~/.pyenv/shims", "/snap/bin"),
    "darwin": (
        "/opt/homebrew/bin", "/usr/local/bin", "/Library/Frameworks/Python.framework/Versions/3.*/bin",
        "~/.pyenv/shims", "/usr/bin",
    ),
    "win32": (
        r"%LOCALAPPDATA%\Programs\Python\Python3*", r"%ProgramFiles%\Python3*", r"C:\Python3*",
        r"%LOCALAPPDATA%\Python\bin",
    ),
}  # fmt: skip
INSTALL = {
    "linux": "install one with your package manager (for example: sudo apt install python3 python3-venv)",
    "darwin": "install one from python.org or with Homebrew (brew install python@3.12)",
    "win32": "install Python 3.12 from python.org, the 64-bit installer",
}


@dataclass(frozen=True)
class FoundPython:
    """An interpreter that answered. `path` is what to start, `own` the program behind it."""

    path: str
    version: tuple[int, int]
    bits: int
    own: str
    complete: bool

    @property
    def fault(self) -> str:
        """Why it cannot be used, "" when it can."""
        version = ".".join(map(str, self.version))
        if self.version < OLDEST:
            return f"{self.path} is Python {version}, too old"
        if self.version > NEWEST:
            return f"{self.path} is Python {version}, for which torch is not built yet"
        if self.bits != 64:
            return f"{self.path} is a {self.bits}-bit Python: torch needs 64 bits"
        if not self.complete:
            return f"{self.path} lacks venv (on Debian and Ubuntu: sudo apt install python{version}-venv)"
        return ""


def is_store_stub(path: str | Path) -> bool:
    """Windows puts an empty python.exe on the PATH that only opens the shop."""
    path = Path(path)
    if "WindowsApps" not in path.parts:
        return False
    try:
        return path.stat().st_size == 0
    except OSError:  # an alias that leads nowhere
        return True


def candidates(platform: str = sys.platform) -> list[str]:
    """Paths that may be a Python, best first, each once; Blender's own comes last."""
    names = [f"python{major}.{minor}" for major, minor in PREFERRED] + ["python3", "python"]
    found = [path for name in names if (path := shutil.which(name))]
    found += [path for folder in _folders(platform) for path in _programs(folder, names, platform)]
    found += [sys.executable] if sys.executable else []
    return list(dict.fromkeys(os.path.normpath(path) for path in found))


def _folders(platform: str) -> Iterator[str]:
    for pattern in _FOLDERS.get(platform, _FOLDERS["linux"]):
        yield from sorted(glob.glob(os.path.expandvars(os.path.expanduser(pattern))), reverse=True)


def _programs(folder: str, names: list[str], platform: str) -> Iterator[str]:
    for name in names:
        path = Path(folder) / (f"{name}.exe" if platform == "win32" else name)
        if path.is_file() or is_store_stub(path):
            yield str(path)


@dataclass
class PythonSearch:
    """Asks every candidate, several at once. Call `poll()` until it is true; then `best` or `explanation`.

    Only a search that names one Python (`named`) reports that one's fault alone.
    """

    named: str = ""
    best: FoundPython | None = None
    explanation: str = ""
    _faults: list[str] = field(default_factory=list)
    _waiting: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _answers: list[FoundPython] = field(default_factory=list)
    _deadline: float = 0.0

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + PROBE_SECONDS
        for path in [self.named] if self.named else candidates():
            if is_store_stub(path):
                self._faults.append(f"{path} is only a link to the Windows shop, not a Python")
                continue
            try:
                self._waiting[path] = spawn(
                    [path, "-I", "-c", _CODE],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=clean_environment(),
                )
            except OSError as error:
                self._faults.append(f"{path} cannot be started ({error.strerror})")

    def poll(self) -> bool:
        """True when it is over."""
        for path, process in list(self._waiting.items()):
            if process.poll() is not None:
                del self._waiting[path]
                self._take(path, process)
            elif time.monotonic() > self._deadline:
                self._faults.append(f"{path} does not answer")
                self._end(path)
        if not self._waiting and self.best is None and not self.explanation:
            self._decide()
        return not self._waiting

    def stop(self) -> None:
        for path in list(self._waiting):
            self._end(path)

    def _end(self, path: str) -> None:
        bury(self._waiting.pop(path))

    def _take(self, path: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as out:  # its writer has ended: reading does not wait
            text = out.read(4000)
        try:
            version, bits, own, complete = json.loads(text)
            found = FoundPython(path, (int(version[0]), int(version[1])), int(bits), str(own), bool(complete))
        except (ValueError, TypeError, IndexError):
            self._faults.append(f"{path} is no working Python")
            return
        if found.fault:
            self._faults.append(found.fault)
        else:
            self._answers.append(found)

    def _decide(self) -> None:
        if self._answers:
            # candidates come best first, but "python3" may be any version
            self.best = min(self._answers, key=lambda found: PREFERRED.index(found.version))
            return
        what = "; ".join(dict.fromkeys(self._faults)) or "none was found"
        remedy = INSTALL.get(sys.platform, INSTALL["linux"])
        self.explanation = (
            f"no Python from 3.11 to 3.14 to make the environment with: {what}. To mend it {remedy}"
        )
