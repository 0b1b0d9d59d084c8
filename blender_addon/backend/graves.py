"""Child processes that are to end: nobody waits for them, later calls of `tend` reap them. Standard library only."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

GRACE_SECONDS = 2.0  # in which a child may end by itself
_EXIT_SECONDS = 0.5  # to reap all at our own end


@dataclass
class _Grave:
    process: subprocess.Popen[bytes]
    folder: Path | None
    deadline: float

    def closed(self) -> bool:
        """True once the process is reaped and its folder is gone. After the deadline it is ended by force."""
        if self.process.poll() is None:
            if time.monotonic() > self.deadline:
                self.process.kill()
            return False
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        return True


_graves: list[_Grave] = []


def bury(process: subprocess.Popen[bytes], folder: Path | None = None, *, force: bool = True) -> None:
    """Have a child end, by force or with a moment's grace. folder: goes with it."""
    if process.poll() is None:
        if force:
            process.kill()
        else:
            process.terminate()
    let_end(process, folder, 0.0 if force else GRACE_SECONDS)


def let_end(
    process: subprocess.Popen[bytes], folder: Path | None = None, seconds: float = GRACE_SECONDS
) -> None:
    """The same of one that ends by itself; by force, where it has not after so many seconds."""
    _graves.append(_Grave(process, folder, time.monotonic() + seconds))
    tend()


def tend() -> bool:
    """Reap who has ended; true when nobody is left. It takes no time worth speaking of."""
    _graves[:] = [grave for grave in _graves if not grave.closed()]
    return not _graves


def close() -> None:
    """At the end of this process: by force, and with a short wait."""
    for grave in _graves:
        grave.deadline = 0.0
    end = time.monotonic() + _EXIT_SECONDS
    while not tend() and time.monotonic() < end:
        time.sleep(0.005)


atexit.register(close)
