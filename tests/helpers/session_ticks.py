"""The session moved on as Blender's timer does it, and the files it keeps. For tests in Blender."""

from __future__ import annotations

import time
from pathlib import Path

from blender_addon.session.session import SESSION


def tick_until(condition, seconds: float = 240.0) -> None:
    """What the timer does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, (SESSION.service.state, SESSION.outcome)
        SESSION.tick()
        time.sleep(0.01)


def tick_to_end() -> None:
    tick_until(lambda: SESSION.run is None)


def kept_files() -> list[Path]:
    from blender_addon.properties.preferences import results_folder

    return sorted(results_folder().glob("*.npz"))
