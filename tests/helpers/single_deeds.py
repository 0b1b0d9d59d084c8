"""Bodies that do one thing, and what is seen in them."""

from __future__ import annotations

import numpy as np
from gliding_motions import FRAMES
from posed_motions import pulses

from motion_core.body.motion import Motion
from motion_core.data.seen.deeds import deeds_in

ONCE = pulses(1, width=0.8)  # (T,) up and down again


def seen(motion: Motion) -> list[str]:
    return [span.content for span in deeds_in(motion)]


def arms(left: float = 0.0, right: float = 0.0, share: np.ndarray = ONCE) -> dict[str, np.ndarray]:
    """Shoulders that lift hanging arms sideways by so many radians."""
    return {
        "left_shoulder": np.outer(left * share - 1.3, [0, 0, 1.0]),
        "right_shoulder": np.outer(1.3 - right * share, [0, 0, 1.0]),
    }


def held() -> np.ndarray:
    """(T,) that rises from 0 to 1 in the middle and stays there."""
    return np.clip((np.linspace(0, 1, FRAMES) - 0.3) * 5, 0, 1)
