"""Laban: text to human animation, and back. Torch is loaded only when a generator is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from motion_core.motion import Motion
from motion_core.tasks import Generate, Sampling, TaskError

if TYPE_CHECKING:
    from motion_core.generators import load_generator

__version__ = "0.1.0"
__all__ = ["Generate", "Motion", "Sampling", "TaskError", "__version__", "load_generator"]


def __getattr__(name: str) -> Any:
    if name == "load_generator":
        from motion_core.generators import load_generator

        return load_generator
    raise AttributeError(f"module 'motion_core' has no attribute {name!r}")
