"""Whether a body does what was said: it goes, sits, jumps, turns, raises a hand. Thresholds forgive: they are for what
plainly is not there, and were set on real clips whose captions say the deed (docs/measures.md).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from motion_core.body.motion import Motion
from motion_core.body.skeleton import STANDING_PELVIS
from motion_core.editing.repetitions import Body, find_repetitions

Check = Callable[[Body], bool]
SHORTEST = 1.5  # seconds
GONE = 0.5  # metres over the floor, from the start at the farthest
SAT, LAIN = 0.8, 0.5  # of the height of the pelvis of somebody who stands, at most
TURNED, AROUND = 30.0, 90.0  # degrees
RAISED = 0.2  # metres a hand goes up
DOWN, RISEN = 0.45, 0.25  # metres over the floor; and between the lowest place of the pelvis and its last
LEVEL = 35.0  # degrees the trunk leans
SIGN = {"left": 1, "right": -1}


def is_done(motion: Motion, deed: str) -> bool:
    """Whether a row of DEEDS is there. What is too short for a deed to be seen is not judged."""
    return motion.seconds < SHORTEST or DEEDS[deed](Body(motion))


def _goes(body: Body) -> bool:
    way = body.at("pelvis")[:, :2]
    return float(np.linalg.norm(way - way[0], axis=1).max()) > GONE


def _sinks_to(share: float) -> Check:
    return lambda body: float(body.at("pelvis")[:, 2].min()) < share * STANDING_PELVIS


def _turns(side: str, degrees: float) -> Check:
    """By so many degrees to a side, from whatever moment to a later one."""

    def check(body: Body) -> bool:
        heading = SIGN[side] * np.degrees(body.heading)
        return float((heading - np.minimum.accumulate(heading)).max()) > degrees

    return check


def _raises(side: str) -> Check:
    return lambda body: float(np.ptp(body.at(f"{side}_wrist")[:, 2])) > RAISED


def _either(*checks: Check) -> Check:
    return lambda body: any(check(body) for check in checks)


def _counted(kind: str) -> Check:
    return lambda body: bool(find_repetitions(body.motion, kind))


def _least(joints: tuple[str, ...]) -> Check:
    """One of them gets down to about the floor."""
    return lambda body: min(float(body.at(joint)[:, 2].min()) for joint in joints) < DOWN


def _crawls(body: Body) -> bool:
    """The pelvis is low and the trunk level for a second or more."""
    low = (body.at("pelvis")[:, 2] < SAT * STANDING_PELVIS) & (np.abs(body.lean()) > LEVEL)
    return float(low.sum() / body.fps) > 1.0


def _gets_up(body: Body) -> bool:
    """The pelvis is higher at the end than it was at its lowest, and that was low."""
    height = body.at("pelvis")[:, 2]
    return float(height.min()) < SAT * STANDING_PELVIS and float(height[-1] - height.min()) > RISEN


DEEDS: dict[str, Check] = {
    "go": _goes,
    "sit": _sinks_to(SAT),
    "lie": _sinks_to(LAIN),
    "squat": _sinks_to(SAT),
    "kneel": _least(("left_knee", "right_knee")),
    "pick up": _least(("left_wrist", "right_wrist")),
    "crawl": _crawls,
    "get up": _gets_up,
    "turn": _either(_turns("left", AROUND), _turns("right", AROUND)),
    "raise": _either(_raises("left"), _raises("right")),
    **{kind: _counted(kind) for kind in ("jump", "kick", "bow", "wave", "punch")},
    **{f"turn {side}": _turns(side, TURNED) for side in SIGN},
    **{f"raise {side}": _raises(side) for side in SIGN},
}
