"""Child processes without waiting: the backend on this machine, and the look-up of a server's name.

Output goes to files that are read by polling: pipes that do not block are not portable to Windows.
Standard library only, no threads.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .graves import bury, tend

STOPPED_SECONDS = 2.0
START_SECONDS = 90.0  # until the first line; a cold disk and a virus scanner may need most of it
# Blender sets or inherits these for its own Python; another interpreter would look for its library there.
_FOREIGN_VARIABLES = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__")
KILL = 9  # the signal that no program can refuse
KILLED = "The system ended it, mostly for want of memory: close other programs and try again"
INSTALL = "install it there (pip install 'laban[backend]') or choose another Python in the preferences"


class StartError(Exception):
    """The backend could not be started; the message says what to do."""


class Lost(StartError):
    """A backend that was killed, or hangs: nothing is wrong with how it is started."""


def check_temporary_folder() -> None:
    """Raises StartError where there is no folder for temporary files, or none that can be written."""
    try:
        folder = tempfile.gettempdir()
    except OSError:
        folder = ""
    if not os.access(folder or os.curdir, os.W_OK) or not os.path.isdir(folder):
        raise StartError(
            f"the folder for temporary files {folder!r} is absent or cannot be written: make room there, or name "
            "another (TMPDIR, on Windows TEMP) and start Blender again"
        )


def check_python(python: str) -> str:
    """The path of an interpreter that can be started. Raises StartError."""
    if not python.strip():
        raise StartError("no backend Python is set: choose one in the preferences of Laban")
    path = Path(python).expanduser()
    if path.is_dir():
        raise StartError(f"{path} is a folder: choose the python program inside it")
    if not path.is_file():
        raise StartError(f"there is no Python at {path}: choose another one in the preferences of Laban")
    return str(path.absolute())  # the child starts in another folder


def clean_environment() -> dict[str, str]:
    """This process' environment without what belongs to Blender's own Python."""
    kept = {key: value for key, value in os.environ.items() if key not in _FOREIGN_VARIABLES}
    return {**kept, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def spawn(command: list[str], **more: Any) -> subprocess.Popen[bytes]:
    """A child without a console window, standard input or our signals."""
    system: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        system = {"creationflags": subprocess.CREATE_NO_WINDOW}
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, **system, **more)


class BackendProcess:
    """`python -m motion_core serve` as a child that ends with this process.

    After `start` call `poll()`: it returns the service's first line ({"port", "token", ...}) once it is there.
    """

    def __init__(self, python: str, options: list[str]) -> None:
        check_temporary_folder()
        command = [check_python(python), "-m", "motion_core", "serve", "--port", "0"]
        command += ["--parent", str(os.getpid()), *options]
        self.python = python
        # readable for this user only: it sees the token. The service sweeps such folders of processes that are dead
        self.folder = Path(tempfile.mkdtemp(prefix=f"laban-{os.getpid()}-"))
        self._deadline = time.monotonic() + START_SECONDS
        self._stopped_since = math.inf
        environment = {
            **clean_environment(),
            "TMPDIR": str(self.folder),
        }  # what it leaves goes with the folder
        try:
            with open(self._output, "wb") as out, open(self._errors, "wb") as err:
                # cwd: python -m would import a stray motion_core or json.py from the folder it starts in
                self.process = spawn(command, stdout=out, stderr=err, cwd=self.folder, env=environment)
        except OSError as fault:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise StartError(
                f"{python} cannot be started ({fault.strerror}): choose another Python in the preferences"
            ) from fault

    @property
    def _output(self) -> Path:
        return self.folder / "stdout.txt"

    @property
    def _errors(self) -> Path:
        return self.folder / "stderr.txt"

    def poll(self) -> dict[str, Any] | None:
        """The first line of a service that has come up, None while it starts. Raises StartError."""
        line, newline, _ = self._output.read_bytes()[:4096].partition(b"\n")
        if newline:
            try:
                first = json.loads(line)
                return {
                    "port": int(first["port"]),
                    "token": str(first["token"]),
                    "laban": str(first["laban"]),
                }
            except (ValueError, TypeError, KeyError):
                raise StartError(
                    f"{self.python} printed {line[:80]!r} instead of a service's address"
                ) from None
        if (code := self.process.poll()) is not None:
            raise (Lost if code < 0 else StartError)(self._why_it_ended())
        if self.stopped():
            raise Lost(f"the backend is stopped: {self.last_words()}")
        if time.monotonic() > self._deadline:
            raise StartError(
                f"the backend did not start within {START_SECONDS:g} seconds: {self.last_words()}"
            )
        return None

    def ended(self) -> str:
        """Why the service is gone, "" while it runs."""
        code = self.process.poll()
        return (
            ""
            if code is None
            else f"the backend ended unexpectedly ({_exit_text(code)}): {self.last_words()}{_advice(code)}"
        )

    def stopped(self) -> bool:
        """Whether the system has stopped it for a while, where the system tells."""
        if not hasattr(os, "waitid") or self.process.returncode is not None:
            return False
        try:
            found = os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT)
        except OSError:
            return False
        self._stopped_since = math.inf if found is None else min(self._stopped_since, time.monotonic())
        return time.monotonic() - self._stopped_since > STOPPED_SECONDS

    def last_words(self, lines: int = 4) -> str:
        """The last lines it wrote on standard error."""
        try:
            with open(self._errors, "rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            text = ""
        return (
            " | ".join(line.strip() for line in text.splitlines() if line.strip())[-600:] or "it said nothing"
        )

    def stop(self, wait: float = 3.0, *, force: bool = False) -> None:
        """End it, and reap it within `wait` seconds; what is left then, and its files, go later and without waiting.

        force: at once, without a moment to tidy up.
        """
        bury(self.process, self.folder, force=force)
        end = time.monotonic() + wait
        while self.process.returncode is None and time.monotonic() < end:
            time.sleep(0.01)
            tend()
        if wait and self.process.returncode is None:
            self.process.kill()
            self.process.wait()
        tend()

    def _why_it_ended(self) -> str:
        words, code = self.last_words(), self.process.returncode
        if missing := re.search(r"No module named '?([\w.]+)", words):
            return f"{self.python} has no {missing[1]}: {INSTALL}"
        return f"the backend did not start ({_exit_text(code)}): {words}{_advice(code)}"


def _exit_text(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"


class NameLookup:
    """A host's numeric address, found by a child process: Python's own look-up waits for the network."""

    _CODE = (
        "import socket, sys; print(socket.getaddrinfo(sys.argv[1], None, type=socket.SOCK_STREAM)[0][4][0])"
    )

    def __init__(self, host: str, timeout: float = 15.0) -> None:
        self._host = host
        self._deadline = time.monotonic() + timeout
        command = [sys.executable, "-I", "-c", self._CODE, host]
        self._process = spawn(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def poll(self) -> str:
        """The address once it is known, "" before. Raises StartError."""
        if self._process.poll() is None:
            if time.monotonic() > self._deadline:
                self.stop()
                raise StartError(f"looking up {self._host} takes too long: give its numeric address")
            return ""
        assert self._process.stdout is not None
        with self._process.stdout as out:  # its writer has ended: reading does not wait
            ip = out.read(200).decode("ascii", "replace").strip()
        if not ip:
            raise StartError(f"the name {self._host!r} is not known: check the server address")
        return ip

    def stop(self) -> None:
        bury(self._process)


def _advice(code: int) -> str:
    """What to do when the system itself ended a process."""
    return f". {KILLED}" if code == -KILL else ""
