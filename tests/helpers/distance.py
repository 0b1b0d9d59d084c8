"""For tests: how far two motions lie apart."""

from __future__ import annotations

import numpy as np

from motion_core.body.motion import Motion


def distance(a: Motion, b: Motion) -> float:
    """Largest distance of corresponding joints, metres."""
    return float(np.linalg.norm(a.joints() - b.joints(), axis=-1).max())
