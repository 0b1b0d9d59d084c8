"""For tests of tasks: a motion without sense, and whether two tasks that hold motions are the same."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion


def clip(frames: int = 30, fps: float = 20.0) -> Motion:
    """Random poses at random places; seeded."""
    rng = np.random.default_rng(0)
    return Motion(fps, rng.normal(size=(frames, 3)), quat.normalize(rng.normal(size=(frames, 22, 4))))


def same_task(a: Any, b: Any) -> bool:
    """Whether all fields are equal, those of motions bit for bit."""
    return type(a) is type(b) and all(_same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


def _same(a: Any, b: Any) -> bool:
    if not isinstance(a, Motion):
        return bool(a == b)
    arrays = ((a.trans, b.trans), (a.rotations, b.rotations), (a.betas, b.betas))
    return a.fps == b.fps and all(np.array_equal(one, other) for one, other in arrays)
