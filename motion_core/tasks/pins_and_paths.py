"""Where a motion has to be at a time: pins of joints and a path to follow; and how it is tidied. Frozen, checked once,
here (standard library only).

Seconds count from the first frame of the motion; metres and radians are those of its own world (Z up, heading 0 faces
-Y, positive turns left).
"""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from itertools import pairwise

from motion_core.body.joints import JOINT
from motion_core.tasks.checks import TaskError, check_list, check_number, check_point

MAX_TIME = 3600.0
MAX_SMOOTH = 2.0  # seconds
CALM = 0.5  # leaves as much tremor as real motion has
ALONG = "along"  # face where the path leads
FREE = "free"  # face where the model likes


@dataclass(frozen=True)
class Pin:
    """A joint that is at a place from `start` to `stop` seconds (both included; equal for one moment).

    position: (x,y,z) metres; None leaves the place free. heading: radians, of the pelvis only; None leaves it free.
    """

    joint: str
    start: float
    stop: float
    position: tuple[float, float, float] | None = None
    heading: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.joint, str) or self.joint not in JOINT:
            raise TaskError(
                f"a pin holds the unknown joint {reprlib.repr(self.joint)}; use one of {', '.join(JOINT)}"
            )
        check_number(f"start of the pin of {self.joint}", self.start, 0, MAX_TIME)
        check_number(f"stop of the pin of {self.joint}", self.stop, self.start, MAX_TIME)
        if self.position is not None:
            point = check_point(f"position of the pin of {self.joint}", self.position, 3)
            object.__setattr__(self, "position", point)
        if self.heading is not None:
            check_number(f"heading of the pin of {self.joint}", self.heading, -1e3, 1e3)
            if self.joint != "pelvis":
                raise TaskError(f"a pin of {self.joint} cannot hold a heading: only one of the pelvis can")
        if self.position is None and self.heading is None:
            raise TaskError(f"a pin of {self.joint} holds nothing: give it a position or a heading")


@dataclass(frozen=True)
class FollowPath:
    """A line over the floor that the pelvis follows.

    points: at least two (x,y) metres, in order. seconds: when each is reached; None spreads them over the motion at
    an even speed. heading: "along" faces where the line leads, "free" does not ask.
    """

    points: tuple[tuple[float, float], ...]
    seconds: tuple[float, ...] | None = None
    heading: str = ALONG

    def __post_init__(self) -> None:
        listed = check_list("the path", self.points)
        if len(listed) < 2:
            raise TaskError("the path needs at least two points")
        points = tuple(check_point(f"point {n} of the path", p, 2) for n, p in enumerate(listed))
        object.__setattr__(self, "points", points)
        if all(point == points[0] for point in points):
            raise TaskError("the path has no length: all its points are in one place")
        if self.heading not in (ALONG, FREE):
            raise TaskError(f"heading of the path is {reprlib.repr(self.heading)}: use {ALONG!r} or {FREE!r}")
        if self.seconds is not None:
            listed = check_list("the times of the path", self.seconds)
            times = tuple(check_number(f"time {n} of the path", t, 0, MAX_TIME) for n, t in enumerate(listed))
            if len(times) != len(points) or any(b <= a for a, b in pairwise(times)):
                raise TaskError(
                    f"the path has {len(points)} points and the times {reprlib.repr(times)}: give one for each, rising"
                )
            object.__setattr__(self, "seconds", times)


@dataclass(frozen=True)
class CleanUp:
    """What is tidied in a motion, each by itself."""

    # Feet that stand do not slide. On, unless it is said otherwise: a new motion of which nothing is said has it.
    feet: bool = True
    # No foot goes under the floor, nobody floats.
    floor: bool = False
    # Seconds of the window in which jitter goes, 0 for none.
    smooth: float = 0.0
    # How much of a model's tremor goes before that: 0 none, 1 all, a half what is beyond that of real motion.
    calm: float = CALM

    def __post_init__(self) -> None:
        for name in ("feet", "floor"):
            if not isinstance(getattr(self, name), bool):
                raise TaskError(f"clean-up of the {name} is {getattr(self, name)!r}: give true or false")
        object.__setattr__(self, "smooth", check_number("smooth", self.smooth, 0, MAX_SMOOTH))
        object.__setattr__(self, "calm", check_number("calm", self.calm, 0, 1))

    @property
    def changes(self) -> bool:
        """Whether a finished motion is changed; `calm` is for those that a model has just made."""
        return self.feet or self.floor or self.smooth > 0
