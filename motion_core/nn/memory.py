"""Faster training on Linux CPUs: keep freed memory instead of giving each activation back to the system."""

from __future__ import annotations

import ctypes
import sys

# <malloc.h>: parameters of mallopt
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def keep_freed_memory() -> bool:
    """Ask glibc to reuse large blocks; true where that worked. Call once, before training.

    A training step allocates the same hundreds of megabytes again and again; by default glibc maps and unmaps each
    block, and clearing fresh pages takes about a sixth of a step (`bench/train_step.py`). Memory stays at its peak.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # musl has no mallopt
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, 32 << 20)) and bool(mallopt(M_TRIM_THRESHOLD, 2**31 - 1))
