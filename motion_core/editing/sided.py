"""A motion that is done on the wrong side becomes its mirror image.

Models confuse left and right now and then; what a body did, and on which side, can be measured. A motion from words
that say one side alone is as good mirrored as it is. Where it is done on both sides alike, or not at all, it stays.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.measures import SIDES, Measures
from motion_core.wording.sides import SidedDeed

BUSIER = 1.25  # times as busy as the other a hand must be
RISEN, LIFTED, DOWN = 0.06, 0.03, 0.05  # metres between feet, in a kick and in balance; and between knees
TURNED, LEANT, ASIDE = 15.0, 0.06, 0.15  # degrees; metres of the neck, and of the way
UP = 0.6  # m/s that a hand held over its shoulder is worth


def on_side(motion: Motion, deed: SidedDeed | None) -> Motion:
    """The motion, or its mirror image where the deed is clearly done on the other side."""
    if deed is None or len(motion) < 2:
        return motion
    leftness = _LEFTNESS[deed.of](Measures(motion))
    wrong = leftness < 0 if deed.side == "left" else leftness > 0
    return motion.mirror() if wrong else motion


def _clear(value: float, least: float) -> float:
    """The value, or 0 where it is too small to tell a side."""
    return value if abs(value) > least else 0.0


def _hands(m: Measures) -> float:
    """Which hand moves more, and is held higher."""
    busy = []
    for side in SIDES:
        wrist = m.in_body(f"{side}_wrist")
        speed = float(np.linalg.norm(np.diff(wrist, axis=0), axis=-1).mean() * m.fps)
        up = m.height(f"{side}_wrist") > m.height(f"{side}_shoulder")
        busy.append(speed + UP * float(up.mean()))
    left, right = busy
    return _clear(float(np.log(max(left, 1e-3) / max(right, 1e-3))), float(np.log(BUSIER)))


def _legs(m: Measures) -> float:
    """Which foot rises higher over where it stood."""
    rises = [float(np.ptp(np.percentile(m.height(f"{side}_ankle"), [10, 100]))) for side in SIDES]
    return _clear(rises[0] - rises[1], RISEN)


def _support(m: Measures) -> float:
    """Which foot is the lower one on the whole."""
    return _clear(float((m.height("right_ankle") - m.height("left_ankle")).mean()), LIFTED)


def _knees(m: Measures) -> float:
    """Which knee is on the floor."""
    return _clear(float((m.height("right_knee") - m.height("left_knee")).mean()), DOWN)


def _turn(m: Measures) -> float:
    """Degrees turned, as far as it ever gets."""
    turned = m.heading - m.heading[0]
    return _clear(float(turned[np.abs(turned).argmax()]), TURNED)


def _lean(m: Measures) -> float:
    """How far the neck gets to the left of the pelvis."""
    aside = m.in_body("neck")[:, 0]
    return _clear(float(aside[np.abs(aside).argmax()]), LEANT)


def _way(m: Measures) -> float:
    """How far the way leads to the left of where the body faced at first; without a way, its turn."""
    across = m.ground[-1] - m.ground[0]
    start = np.radians(m.heading[0])
    left = float(np.cos(start) * across[0] + np.sin(start) * across[1])
    return _clear(left, ASIDE) or _turn(m)


_LEFTNESS: dict[str, Callable[[Measures], float]] = {
    "hand": _hands, "leg": _legs, "support": _support, "knee": _knees, "turn": _turn, "lean": _lean, "way": _way,
}  # fmt: skip
