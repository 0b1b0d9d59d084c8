"""Clips with a thing that is not in the data: which of them make sense without it (`object` in the tables).

Kept is what a body can be seen to do by itself: sitting down, sitting, standing up, stepping up and down, climbing
steps or a low ladder, leaning, picking up. Left out is where the thing carries the body. By words: a rope or bar to
hang from, a swing, legs that dangle. By measure: feet long far above the ground, hands that hold the body up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import FOOT_JOINTS, JOINT

_CARRIED = re.compile(
    r"\b(hang(s|ing)?|hung|dangl\w*|trapeze|swing set|trampoline|roof|(on|up|from) (a|the) rope)\b"
    r"|\b((horizontal |monkey |pull.?up )bars?|(on|from) (a|the) bar)\b"
    r"|\bswing(s|ing)? ((its|his|her|their) )?(legs|feet)\b"
)
HIGH = 1.0  # metres of both soles above the lowest stand
HIGH_SHARE = 0.25  # of the frames
HOLDING_SPEED, FREE_SPEED = 0.15, 0.5  # m/s: of a hand that holds on, of feet that stand on nothing
HOLDING_SHARE = 0.25
REACHED = 0.1  # metres above the head joint, where a hand holds the body up


def carried_by_words(texts: Iterable[str]) -> bool:
    """Whether a caption or description says that the thing carries the body."""
    return any(_CARRIED.search(text.lower()) for text in texts)


def carried_by_measure(motion: Motion) -> bool:
    """Whether the body is up in the air, or hangs by its hands, for a good part of the time. Soles stand on z = 0."""
    joints = motion.joints().astype(np.float64)
    feet = joints[:, [JOINT[name] for name in FOOT_JOINTS]]
    if len(joints) < 2:
        return False
    high = feet[..., 2].min(axis=1) > HIGH
    speed = np.linalg.norm(np.gradient(joints, axis=0), axis=-1) * motion.fps
    hands = [JOINT["left_wrist"], JOINT["right_wrist"]]
    up = joints[:, hands, 2] > joints[:, [JOINT["head"]], 2] + REACHED
    holding = np.all(up & (speed[:, hands] < HOLDING_SPEED), axis=1)
    free = speed[:, [JOINT[name] for name in FOOT_JOINTS]].min(axis=1) > FREE_SPEED
    return bool(np.mean(high) > HIGH_SHARE or np.mean(holding & free) > HOLDING_SHARE)
