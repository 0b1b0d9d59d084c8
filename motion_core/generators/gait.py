"""Can the gait that is asked for keep the speed of the path that is asked for? If not, say so with numbers and the fix.

What a gait's speed is, the model itself shows: it makes a few seconds of the words without a path.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.course import lengths_of
from motion_core.generators.finishing import frame_count
from motion_core.generators.plan import Plan
from motion_core.generators.windows import Studio
from motion_core.tasks import Sampling
from motion_core.tasks.pins_and_paths import FollowPath

TRIAL = 4.0  # seconds of the words that are made to see their speed
STEADY = 1.0  # seconds that a speed is read over: the sway of a step is not travel
GOING_SHARE = 80  # percentile of speed
FASTER, SLOWER = 1.4, 0.5  # times its own speed that a gait can be led at
GOING = 0.08  # m/s: words that go more slowly say nothing of going, and any speed is theirs


def pace_note(
    path: FollowPath, text: str | None, seconds: float, sampling: Sampling, studio: Studio
) -> Generator[Plan, np.ndarray, str]:
    """What the user should know of a path of so many seconds that these words cannot keep up with, or ""."""
    if text is None:
        return ""
    x0 = yield Plan(min(frame_count(TRIAL, studio.fps), studio.longest), sampling, text)
    return unlike_pace(path, text, seconds, own_speed(studio.decode(x0)))


def own_speed(motion: Motion) -> float:
    """m/s over the floor while the body goes: of all stretches of STEADY seconds, one in five is faster.

    Some gaits come to a halt within a trial: a median would take a runner for somebody who stands.
    """
    span = min(round(STEADY * motion.fps), len(motion) - 1)
    if span < 1:
        return 0.0
    floor = motion.pelvis[:, :2].astype(np.float64)
    return float(
        np.percentile(np.linalg.norm(floor[span:] - floor[:-span], axis=1), GOING_SHARE) / span * motion.fps
    )


def unlike_pace(path: FollowPath, text: str, seconds: float, own: float) -> str:
    """A sentence where the path, or its quickest part between two times, is far from a gait's own speed (m/s)."""
    metres = lengths_of(path)
    times = (0.0, seconds) if path.seconds is None else path.seconds
    marks = metres[[0, -1]] if path.seconds is None else metres
    parts = [(b - a, t - s) for (a, b), (s, t) in zip(pairwise(marks), pairwise(times)) if b > a]
    way, takes = max(parts, key=lambda part: part[0] / part[1])
    asked = way / takes
    if own < GOING or SLOWER * own <= asked <= FASTER * own:
        return ""
    return (
        f"the path asks for {asked:.1f} m/s ({way:.1f} m in {takes:.1f} s), {text!r} goes at about {own:.1f} m/s: "
        f"give it {way / own:.1f} s, or use other words"
    )
