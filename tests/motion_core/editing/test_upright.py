"""Who stands is upright; who bows or sits is not."""

from __future__ import annotations

import numpy as np
from editing_motions import standing
from repeated_motions import bumps, moved, turned

from motion_core.editing.upright import is_upright, tilt


def test_tilt_and_height():
    assert is_upright(standing(10)) and is_upright(standing(10), 5)
    bow = turned({"spine1": np.radians(50) * bumps(1)})
    assert tilt(bow).max() > 30 and is_upright(bow) and not is_upright(bow, len(bow))
    assert not is_upright(bow.slice(0, 29))
    assert not is_upright(moved(np.full(5, -0.4)))
