"""Shared by every test: where the motion capture folder lies, and a small hand-made motion."""

from __future__ import annotations

import os
from pathlib import Path

# Several test processes: one thread each, said before torch is loaded
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest

DATA = Path(os.environ.get("LABAN_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real motion capture; skips where it is absent."""
    if not (DATA / "clips.csv").exists():
        pytest.skip(f"no motion capture at {DATA} (set LABAN_DATA)")
    return DATA


@pytest.fixture
def walking_motion():
    """Two seconds of a smooth, random but human-like sway at 20 fps, walking along -Y; seeded."""
    from motion_core.body import quaternions as quat
    from motion_core.body.motion import Motion
    from motion_core.body.skeleton import STANDING_PELVIS, UPRIGHT

    rng = np.random.default_rng(7)
    frames, fps = 40, 20.0
    phase = np.linspace(0, 4 * np.pi, frames)[:, None, None]
    amplitude = rng.normal(0, 0.25, (1, 22, 3))
    rotations = quat.rotvec_to_quat(amplitude * np.sin(phase + rng.uniform(0, 6, (1, 22, 3))))
    rotations[:, 0] = quat.multiply(
        quat.multiply(quat.about_z(phase[:, 0, 0] / 12), UPRIGHT), rotations[:, 0]
    )
    pelvis = np.stack(
        [0.1 * np.sin(phase[:, 0, 0]), -np.arange(frames) * 0.06, np.full(frames, STANDING_PELVIS)], 1
    )
    return Motion.from_pelvis(fps, pelvis, rotations)


# Fixtures that start a service or read real captures: what asks for them takes seconds
SLOW_FIXTURES = {"service", "shared", "shared_data"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
