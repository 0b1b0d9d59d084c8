"""The one place where whatever a reader raises becomes a FormatError that names the file, the fault and the fix."""

from __future__ import annotations

import errno
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from motion_core.formats import FormatError

LONGEST = 700  # characters of a message
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError)  # say in their words what is broken


@contextmanager
def format_faults(name: str, kind: str) -> Iterator[None]:
    """What is raised inside becomes a FormatError. name: of the file; kind: such as ".npz".

    The system's own errors (no such file, no permission) stay OSErrors: `files.explained` has their fix.
    """
    try:
        with np.errstate(all="ignore"):  # numbers too large for float32 are found by the checks behind them
            yield
    except FormatError as error:
        raise FormatError(shortened(_with_name(str(error), name))) from error.__cause__
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):  # what a broken archive makes of its own offsets
            error.filename = error.filename or name
            raise
        raise FormatError(shortened(f"{name} {_damaged(kind, error)}")) from error
    except MemoryError as error:
        raise FormatError(
            f"{name} needs more memory than there is: cut the motion into parts, or close other programs"
        ) from error
    except Exception as error:
        own = isinstance(error, ValueError) and str(error)
        raise FormatError(
            shortened(f"{name}: {error}" if own else f"{name} {_damaged(kind, error)}")
        ) from error


def _with_name(message: str, name: str) -> str:
    return message if name in message else f"{name}: {message}"


def _damaged(kind: str, error: Exception) -> str:
    words = str(error).strip() or "it ends early"
    if not isinstance(error, (*DAMAGED, OSError)):
        words = f"{type(error).__name__}: {words}"
    return f"is not a readable {kind} file ({words}): it may be truncated or damaged, export it again"


def shortened(message: str, most: int = LONGEST) -> str:
    """The message on one line; of a very long one its beginning (file and fault) and its end (the fix)."""
    line = " ".join(message.split())
    end = most // 3
    return line if len(line) <= most else f"{line[: most - end - 5]} ... {line[-end:]}"
