"""From a task to a motion: `load_generator` brings a model of the catalog to life. Torch comes with the first use."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from motion_core.generators.generator import Generator, load_generator

__all__ = ["Generator", "load_generator"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        with _not_collecting():
            from motion_core.generators import generator

        return getattr(generator, name)
    raise AttributeError(f"module 'motion_core.generators' has no attribute {name!r}")


@contextmanager
def _not_collecting() -> Iterator[None]:
    """What torch builds while it is imported stays: looking through it for garbage takes a tenth of a first motion."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
