"""Pins met exactly: joints at points of the world, the pelvis at a place or heading, eased in and out.

Pins of the pelvis bend the path as `meet` does. Heading and place are spread as the body moves. Beyond the first and
last pin or frozen frame they are carried along rigidly; freeze the first frame to hold the beginning.

Other joints get there by inverse kinematics. The correction is eased in and out over EASE seconds or more, or less
where a frozen frame or another pin of the joint is nearer. No frame further away changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motion_core.body.motion import Motion
from motion_core.editing.contacts import runs
from motion_core.editing.pose import Pose, frozen_mask
from motion_core.editing.reach import limb_of, reach
from motion_core.editing.root import correct_heading, correct_place, pace_of
from motion_core.editing.spread import frames_to, smoothstep, spread
from motion_core.tasks.pins_and_paths import Pin

EASE, LONGEST_EASE = 0.4, 1.0  # seconds
LEAD_SPEED = 1.25  # m/s: far pins are eased in for longer, so that no limb is thrown
MET, MET_DEGREES = 1e-3, 0.1  # metres, degrees: nearer is met
SWEEPS = 4
ALONE = 0.5  # metres over the floor that a limb may go for a pin; the body comes along for the rest
SAME = 1e-4  # metres or radians: nearer pins are one


@dataclass(frozen=True)
class PinMiss:
    """A pin that is not met: by how much at the worst of its frames, and why."""

    pin: Pin
    metres: float
    degrees: float
    reason: str


@dataclass(eq=False)
class _Goal:
    """What is asked of one joint: values (T,D) where known (T,) bool, by the pin of number pins (T,)."""

    values: np.ndarray
    known: np.ndarray
    pins: np.ndarray

    @classmethod
    def none(cls, frames: int, size: int) -> _Goal:
        return cls(np.zeros((frames, size)), np.zeros(frames, dtype=bool), np.zeros(frames, dtype=int))

    def ask(self, frames: np.ndarray, value: Sequence[float], pin: int) -> tuple[float, int]:
        """Ask for `value` in frames (N,) of which some may be taken; how far those are off, and by which pin."""
        taken = frames[self.known[frames]]
        free = frames[~self.known[frames]]
        self.values[free], self.known[free], self.pins[free] = value, True, pin
        if not len(taken):
            return 0.0, pin
        apart = np.linalg.norm(self.values[taken] - value, axis=1)
        return float(apart.max()), int(self.pins[taken[apart.argmax()]])


def meet_pins(
    motion: Motion, pins: Sequence[Pin], frozen: np.ndarray | None = None
) -> tuple[Motion, list[PinMiss]]:
    """The motion with its joints at their pins, and the pins that could not be met, in the order given.

    frozen (T,) bool: frames that stay bit for bit. Of two pins that want one joint in two places at one time the first
    is honoured. A pin between two frames holds the nearest one.
    """
    frozen = frozen_mask(motion, frozen)
    goals, reasons = _collect(motion, pins, frozen)
    root = {name: goal for name, goal in goals.items() if name in ("pelvis", "heading")}
    result = _meet_root(motion, root, frozen) if root else motion
    limbs = {name: goal for name, goal in goals.items() if name not in root}
    if limbs:
        result = _follow(result, limbs, goals.get("pelvis"), frozen)
        result = _meet_limbs(result, limbs, goals.get("pelvis"), frozen)
    return result, _misses(result, pins, reasons)


def pin_frames(motion: Motion, pin: Pin) -> np.ndarray:
    """The frames (N,) of a motion that a pin holds; none when it begins after the last frame's time is over."""
    if pin.start * motion.fps > len(motion) - 0.5:
        return np.zeros(0, dtype=int)
    first, last = int(np.ceil(pin.start * motion.fps - 1e-6)), int(np.floor(pin.stop * motion.fps + 1e-6))
    if last < first:
        first = last = round((pin.start + pin.stop) / 2 * motion.fps)
    last = min(last, len(motion) - 1)
    return np.arange(min(first, last), last + 1)


def _collect(
    motion: Motion, pins: Sequence[Pin], frozen: np.ndarray
) -> tuple[dict[str, _Goal], list[str | None]]:
    """The goals of all pins by joint ("heading" for the pelvis' own), and for each pin why it may be missed."""
    goals: dict[str, _Goal] = {}
    reasons: list[str | None] = []
    heading = motion.heading()
    for number, pin in enumerate(pins):
        frames = pin_frames(motion, pin)
        apart: dict[str, tuple[float, int]] = {}
        if pin.position is not None:
            goal = goals.setdefault(pin.joint, _Goal.none(len(motion), 3))
            apart["place"] = goal.ask(frames, pin.position, number)
        if pin.heading is not None and len(frames):
            goal = goals.setdefault("heading", _Goal.none(len(motion), 1))
            near = heading[frames[0]] + (pin.heading - heading[frames[0]] + np.pi) % (2 * np.pi) - np.pi
            apart["heading"] = goal.ask(frames, [near], number)
        reasons.append(_reason(pins, pin, frames, frozen, apart))
    for goal in goals.values():
        goal.known &= ~frozen
    return {name: goal for name, goal in goals.items() if goal.known.any()}, reasons


def _reason(
    pins: Sequence[Pin], pin: Pin, frames: np.ndarray, frozen: np.ndarray, apart: dict[str, tuple[float, int]]
) -> str | None:
    """Why a pin will be missed, as far as this is known before trying; None otherwise."""
    if not len(frames):
        return f"the motion ends before {pin.start:g} s"
    for what, (amount, other) in apart.items():
        if amount > SAME:
            by = f"{amount * 100:.1f} cm" if what == "place" else f"{np.degrees(amount):.1f} degrees"
            first = pins[other]
            return (
                f"the pin of {first.joint} at {first.start:g} to {first.stop:g} s wants it {by} away at the same time "
                "and comes first in the list: that one is met"
            )
    if frozen[frames].any():
        return f"{int(frozen[frames].sum())} of its {len(frames)} frames are kept as they are"
    return None


def _meet_root(motion: Motion, goals: dict[str, _Goal], frozen: np.ndarray) -> Motion:
    """Pins of the pelvis, with every frozen frame held."""
    pace = pace_of(motion)
    moved = motion
    if "heading" in goals:
        goal = goals["heading"]
        yaw = np.where(goal.known, goal.values[:, 0] - motion.heading(), 0.0)
        moved = correct_heading(motion, yaw, goal.known | frozen, pace)
    place = goals.get("pelvis", _Goal.none(len(motion), 3))
    known = place.known | frozen
    given = motion.pelvis.astype(np.float64)
    wanted = np.where(place.known[:, None], place.values, given)
    pelvis = moved.pelvis.astype(np.float64)
    pelvis[:, :2] = correct_place(moved, wanted[:, :2], known, pace)
    pelvis[:, 2:] += _eased(wanted[:, 2:] - pelvis[:, 2:], place.known, frozen, motion.fps)
    pose = Pose(pelvis, moved.rotations)
    return pose.motion(motion, frozen)


def _follow(motion: Motion, limbs: dict[str, _Goal], pelvis: _Goal | None, frozen: np.ndarray) -> Motion:
    """The path bent, between the frames where it is given, towards pins that lie more than ALONE beside their joint."""
    pose = Pose.of(motion)
    given = frozen if pelvis is None else frozen | pelvis.known
    place, leads = pose.pelvis[:, :2].copy(), np.zeros(len(motion), dtype=bool)
    for joint, goal in limbs.items():
        for start, stop in runs(goal.known):
            middle = (start + stop - 1) // 2
            off = goal.values[middle, :2] - pose.at(joint)[middle, :2]
            far = float(np.linalg.norm(off))
            crowded = (given | leads)[
                max(0, start - round(EASE * motion.fps)) : stop + round(EASE * motion.fps)
            ].any()
            if far > ALONE and not crowded:
                place[middle] += off * (1 - ALONE / far)
                leads[middle] = True
    if not leads.any():
        return motion
    pose.pelvis[:, :2] = correct_place(motion, place, given | leads, pace_of(motion))
    return pose.motion(motion, frozen)


def _eased(missing: np.ndarray, known: np.ndarray, frozen: np.ndarray, fps: float) -> np.ndarray:
    """What is missing (T,D) where known, eased in and out; zero where frozen and far away."""
    if not known.any():
        return np.zeros_like(missing)
    farthest = float(np.linalg.norm(missing[known], axis=1).max())
    seconds = float(np.clip(farthest / LEAD_SPEED, EASE, LONGEST_EASE))
    still = frozen | (frames_to(known) > seconds * fps)
    return spread(
        np.where(known[:, None], missing, 0.0), known | still, fps, fade=LONGEST_EASE, ease=EASE / 2
    )


def _meet_limbs(motion: Motion, limbs: dict[str, _Goal], pelvis: _Goal | None, frozen: np.ndarray) -> Motion:
    """Pins of all joints but the pelvis: one joint after the other, again where a later one has moved an earlier."""
    pose = Pose.of(motion)
    home, pelvis_free = Pose.of(motion), np.ones(len(motion))
    if pelvis is not None:
        pelvis_free = smoothstep(frames_to(pelvis.known) / (EASE * motion.fps))
    changed = np.zeros(len(motion), dtype=bool)
    trunk_first = sorted(limbs, key=lambda joint: limb_of(joint)[0] is not None)
    for _ in range(SWEEPS):
        off = 0.0
        for joint in trunk_first:
            goal = limbs[joint]
            missing = goal.values - pose.at(joint)
            worst = float(np.linalg.norm(missing[goal.known], axis=1).max())
            off = max(off, worst)
            if worst > MET / 10:
                correction = _eased(missing, goal.known, frozen, motion.fps)
                changed |= _lead(pose, joint, correction, pelvis_free, home)
        if off <= MET / 10:
            break
    return pose.motion(motion, frozen | ~changed)


def _lead(pose: Pose, joint: str, correction: np.ndarray, pelvis_free: np.ndarray, home: Pose) -> np.ndarray:
    """Bring one joint by `correction` (T,3) where that is not nothing; returns these frames (T,) bool.

    home: the pose before any pin was met.
    """
    active = np.abs(correction).max(axis=1) > 1e-9
    part, before = (Pose(p.pelvis[active], p.rotations[active]) for p in (pose, home))
    reach(part, joint, part.at(joint) + correction[active], pelvis_free[active], before)
    pose.pelvis[active], pose.rotations[active] = part.pelvis, part.rotations
    pose.update()
    return active


def _misses(motion: Motion, pins: Sequence[Pin], reasons: list[str | None]) -> list[PinMiss]:
    """Every pin measured in the finished motion."""
    pose, heading = Pose.of(motion), motion.heading()
    found = []
    for pin, reason in zip(pins, reasons):
        frames = pin_frames(motion, pin)
        if not len(frames):
            found.append(PinMiss(pin, float("nan"), float("nan"), str(reason)))
            continue
        metres = degrees = 0.0
        if pin.position is not None:
            metres = float(np.linalg.norm(pose.at(pin.joint)[frames] - pin.position, axis=1).max())
        if pin.heading is not None:
            off = (heading[frames] - pin.heading + np.pi) % (2 * np.pi) - np.pi
            degrees = float(np.degrees(np.abs(off).max()))
        if metres > MET or degrees > MET_DEGREES:
            found.append(
                PinMiss(pin, metres, degrees, reason or f"{pin.joint} cannot reach it by {metres:.3f} m")
            )
    return found
