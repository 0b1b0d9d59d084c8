"""A turn of some degrees becomes one of others."""

from __future__ import annotations

import numpy as np
import pytest
from editing_motions import swaying

from motion_core.editing.rounds import turned_by


def turning(degrees: float):
    motion = swaying(1, 60)
    pieces = [motion.slice(n, n + 1).moved(yaw=np.radians(degrees) * n / 59) for n in range(60)]
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = whole.concatenate(piece, align=False)
    return whole


@pytest.mark.parametrize(("was", "wanted"), [(150, 180), (200, 180), (-150, 180), (300, 360)])
def test_so_many_degrees(was, wanted):
    given = turning(was)
    made = turned_by(given, wanted)
    turn = np.degrees(made.heading() - made.heading()[0])
    assert np.abs(turn).max() == pytest.approx(wanted, abs=1.0) and np.sign(turn[-1]) == np.sign(was)
    steps = [np.linalg.norm(np.diff(m.pelvis, axis=0), axis=1) for m in (given, made)]
    np.testing.assert_allclose(steps[0], steps[1], atol=1e-5)  # it goes as fast as it went
    np.testing.assert_allclose(given.rotations[:, 1:], made.rotations[:, 1:], atol=1e-6)


def test_too_far_is_left_alone():
    given = turning(20)
    assert turned_by(given, 180) is given
