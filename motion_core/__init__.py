"""Laban: text to human animation, and back. Torch is loaded only when a name needs it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from motion_core.tasks import Complete, Edit, FollowPath, Generate, Pin, Sampling, Sequence, TaskError

if TYPE_CHECKING:
    from motion_core.body.motion import Motion
    from motion_core.generators import load_generator
    from motion_core.hearing.hearing import knows

__version__ = "0.1.0"
__all__ = [
    "Complete", "Edit", "FollowPath", "Generate", "Motion", "Pin", "Sampling", "Sequence", "TaskError", "__version__",
    "knows", "load_generator",
]  # fmt: skip


_HOMES = {
    "Motion": "motion_core.body.motion",
    "knows": "motion_core.hearing.hearing",
    "load_generator": "motion_core.generators",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'motion_core' has no attribute {name!r}")
