"""Laban: text to human animation, and back. Numpy and torch are loaded only when a name needs them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from motion_core.tasks import Generate, Sampling, TaskError

if TYPE_CHECKING:
    from motion_core.generators import load_generator
    from motion_core.motion import Motion

__version__ = "0.1.0"
__all__ = ["Generate", "Motion", "Sampling", "TaskError", "__version__", "load_generator"]


_HOMES = {"Motion": "motion_core.motion", "load_generator": "motion_core.generators"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'motion_core' has no attribute {name!r}")
