"""Whether the process that started the service still lives. Blender may crash; its service must not stay behind."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

POLL_SECONDS = 0.5


def parent_watch(pid: int) -> Callable[[], bool]:
    """A function that is true while process `pid` lives.

    A direct parent is watched by the number of our own parent, which changes at its death and is never reused;
    any other process by its number.
    """
    if sys.platform == "win32":
        return _windows_watch(pid)
    if os.getppid() == pid:
        return lambda: os.getppid() == pid

    def alive() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:  # it lives, and belongs to somebody else
            return True
        return True

    return alive


def _windows_watch(pid: int) -> Callable[[], bool]:
    """Windows keeps no parent: a handle to the process, which becomes signalled when it ends."""
    import ctypes

    synchronize, timed_out = 0x00100000, 0x00000102
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
    kernel.OpenProcess.restype = ctypes.c_void_p
    kernel.WaitForSingleObject.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    handle = kernel.OpenProcess(synchronize, False, pid)
    return lambda: bool(handle) and kernel.WaitForSingleObject(handle, 0) == timed_out


def end_with_parent(pid: int, stop: Callable[[], None], grace: float) -> None:
    """Watch in a thread: when the parent is gone call `stop`; if this process still lives `grace` s later, end it."""
    alive = parent_watch(pid)

    def watch() -> None:
        while alive():
            time.sleep(POLL_SECONDS)
        stop()
        time.sleep(grace)
        os._exit(0)

    threading.Thread(target=watch, name="laban-parent-watch", daemon=True).start()
