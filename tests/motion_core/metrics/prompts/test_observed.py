"""What is read off a motion before it is asked anything."""

from __future__ import annotations

import numpy as np
import pytest
from gliding_motions import moving

from motion_core.editing.measures import reversals
from motion_core.metrics.prompts.observed import Observed
from motion_core.metrics.prompts.outcomes import (
    stands,
    turns,
    walks,
)


def test_travel_is_measured_in_the_bodys_frame():
    seen = Observed(moving((0.0, 1.0), turn=np.pi).moved(yaw=1.1))
    assert seen.forward == pytest.approx(4.0, rel=0.08)
    assert seen.leftward == pytest.approx(0.0, abs=0.2)
    assert seen.turn == pytest.approx(180, rel=0.05)
    assert walks(seen) and turns("left")(seen) and not turns("right")(seen) and not stands(seen)


def testreversals_ignore_small_wiggles():
    t = np.arange(100)
    assert reversals(np.sin(t / 100 * 6 * np.pi), 0.1) == 6
    assert reversals(0.04 * np.sin(t), 0.1) == 0
    assert reversals(np.array([]), 0.1) == 0 and reversals(t * 1.0, 0.1) == 0
