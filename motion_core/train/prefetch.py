"""Batches made ahead of their use by one thread, so that the device never waits for the disk."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from typing import Any

POLL = 0.1  # seconds between looks at whether anybody still wants batches


def prefetched(make: Callable[[int], Any], start: int, stop: int, depth: int) -> Generator[Any]:
    """make(start), ..., make(stop - 1) in order, up to `depth` of them ready; an error is raised where it is due.

    Closing the iterator ends the thread.
    """
    ready: queue.Queue[tuple[Any, BaseException | None]] = queue.Queue(maxsize=depth)
    closed = threading.Event()
    thread = threading.Thread(
        target=_fill, args=(make, range(start, stop), ready, closed), name="prefetch", daemon=True
    )
    thread.start()
    try:
        for _ in range(start, stop):
            batch, error = ready.get()
            if error is not None:
                raise error
            yield batch
    finally:
        closed.set()
        thread.join()


def _fill(make: Callable[[int], Any], steps: range, ready: queue.Queue, closed: threading.Event) -> None:
    for step in steps:
        item: tuple[Any, BaseException | None]
        try:
            item = (make(step), None)
        except BaseException as error:
            item = (None, error)
        while not closed.is_set():
            try:
                ready.put(item, timeout=POLL)
                break
            except queue.Full:
                continue
        if closed.is_set() or item[1] is not None:
            return
