"""A motion held at its end."""

from __future__ import annotations

import numpy as np
from editing_motions import accelerations, standing, swaying

from motion_core.editing.hold import SWAY, held_on


def test_shorter_is_cut_and_longer_begins_the_same():
    given = swaying(3, 50)
    assert len(held_on(given, 30)) == 30
    longer = held_on(given, 200)
    assert len(longer) == 200
    np.testing.assert_allclose(longer.trans[:50], given.trans, atol=1e-6)
    assert np.ptp(longer.trans[50:], axis=0).max() < 1e-6  # who walks stops


def test_who_is_still_sways_on_as_he_did():
    still = standing(60)
    trans = still.trans.copy()
    trans[:, 0] += 0.01 * np.sin(np.arange(60) / 8)
    given = type(still)(still.fps, trans, still.rotations)
    longer = held_on(given, 300)
    sway = longer.trans[60:, 0]
    assert 0 < np.ptp(sway) <= np.ptp(trans[-round(SWAY * 20) - 1 :, 0]) + 1e-6
    assert accelerations(longer).max() < 2.0
