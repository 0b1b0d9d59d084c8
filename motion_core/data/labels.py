"""What a labelled clip really shows, measured: recordings are now and then filed under the wrong side.

Labels say "walk turn left", the body decides: the side of a turn, of a raised, waving or punching hand, of a kicking
leg; how high a hand goes; and how fast it all is, compared with the other clips of the same content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT
from motion_core.data.phrases import Label, find_content

TURNED = np.radians(45)
RISEN = 0.25  # metres a wrist goes up when its hand is raised or waved
DRIFTED = 0.3  # metres sideways of a diagonal walk
KICKED = 0.45  # metres a foot rises from where it stood
SPUN = np.radians(270)
SIDEWAYS = 2.0  # a side step goes so much further sideways than forwards
PUNCHED = 0.2  # metres a fist goes out from its shoulder
ABOVE_HEAD, BELOW_SHOULDER = 0.08, 0.05  # metres, of the wrist against the head joint and the shoulder
SLOW, FAST = 0.68, 1.4  # times the usual pace
BUSIEST = 90  # percentile of speed that counts as a gesture's pace
SIDES = ("left", "right")
HANDS = ("left_wrist", "right_wrist")


def drift(motion: Motion) -> np.ndarray:
    """Metres travelled (2,): forwards and to the left of where the body faced, summed over the frames."""
    steps = np.diff(motion.pelvis, axis=0).astype(np.float64)
    local = quat.rotate(quat.about_z(-motion.heading()[:-1]), steps)
    return np.array([-local[:, 1].sum(), local[:, 0].sum()])


def travel_speed(motion: Motion) -> float:
    """Mean speed of the pelvis over the floor, m/s, along a path smoothed over a quarter of a second."""
    hop = max(1, round(motion.fps / 4))
    path = motion.pelvis[::hop, :2]
    if len(path) < 2:
        return 0.0
    return float(np.linalg.norm(np.diff(path, axis=0), axis=-1).mean() * motion.fps / hop)


def _gesture_speed(joints: np.ndarray, fps: float) -> float:
    """Busy-moment speed, m/s, of the fastest of hands and head (against the pelvis)."""
    moving = joints[:, [JOINT[name] for name in (*HANDS, "head")]] - joints[:, JOINT["pelvis"], None]
    speed = np.linalg.norm(np.diff(moving, axis=0), axis=-1).max(axis=-1, initial=0.0) * fps
    return float(np.percentile(speed, BUSIEST)) if len(speed) else 0.0


def pace(label: Label, motion: Motion) -> float:
    """How fast this content goes, m/s: over the floor if it travels, else of hands and head."""
    if find_content(label.content).kind == "travel":
        return travel_speed(motion)
    return _gesture_speed(motion.joints(), motion.fps)


def _sides(flags: Mapping[str, bool]) -> str | None:
    both = [side for side in SIDES if flags[side]]
    return "both hands" if len(both) == 2 else f"{both[0]} hand" if both else None


def _hands_content(stem: str, joints: np.ndarray) -> str | None:
    height = {side: joints[:, JOINT[f"{side}_wrist"], 2] for side in SIDES}
    found = _sides({side: bool(np.ptp(z) > RISEN) for side, z in height.items()})
    return f"{stem} {found}" if found else None


def _punch_content(joints: np.ndarray) -> str | None:
    reach = {
        side: np.linalg.norm(
            joints[:, JOINT[f"{side}_wrist"]] - joints[:, JOINT[f"{side}_shoulder"]], axis=-1
        )
        for side in SIDES
    }
    found = _sides({side: bool(np.ptp(length) > PUNCHED) for side, length in reach.items()})
    return f"punch {found}" if found in ("left hand", "right hand") else None


def _kick_content(motion: Motion, joints: np.ndarray) -> str | None:
    rise = {side: float(np.ptp(joints[:, JOINT[f"{side}_ankle"], 2])) for side in SIDES}
    side = max(rise, key=lambda s: rise[s])
    if rise[side] < KICKED:
        return None
    spun = np.ptp(motion.heading()) > SPUN
    return f"{'spin kick' if spun else 'kick'} {side} leg"


def _aside_content(motion: Motion) -> str:
    forward, left = drift(motion)
    if abs(left) < DRIFTED:
        return "walk"
    stem = "side step" if abs(left) > SIDEWAYS * abs(forward) else "walk"
    return f"{stem} {'left' if left > 0 else 'right'}"


def observed_content(content: str, motion: Motion) -> str:
    """The content with its side as measured; unchanged where it has none or nothing clear is seen."""
    for stem in ("raise up", "wave"):
        if content.startswith(f"{stem} "):
            return _hands_content(stem, motion.joints()) or content
    if content == "kick":
        return _kick_content(motion, motion.joints()) or content
    if content == "punch":
        return _punch_content(motion.joints()) or content
    if content.startswith("walk turn "):
        turn = float(motion.heading()[-1] - motion.heading()[0])
        return "walk" if abs(turn) < TURNED else f"walk turn {'left' if turn > 0 else 'right'}"
    if content in ("walk left", "walk right"):
        return _aside_content(motion)
    return content


def _height_traits(content: str, joints: np.ndarray) -> set[str]:
    """ "high" or "low" for the hands that the content names."""
    if not find_content(content).high:
        return set()
    hands = [s for s in SIDES if f"{s} hand" in content] or list(SIDES)
    top = min(float(joints[:, JOINT[f"{s}_wrist"], 2].max()) for s in hands)
    head = float(np.median(joints[:, JOINT["head"], 2]))
    shoulder = float(np.median(joints[:, [JOINT[f"{s}_shoulder"] for s in SIDES], 2]))
    return {"high"} if top > head + ABOVE_HEAD else {"low"} if top < shoulder - BELOW_SHOULDER else set()


def usual_paces(labelled: list[tuple[Label, float]]) -> dict[str, float]:
    """{content: median pace} over its normal clips, or over all where fewer than three are normal."""
    usual = {}
    for content in {label.content for label, _ in labelled}:
        values = [value for label, value in labelled if label.content == content]
        normal = [v for label, v in labelled if label.content == content and label.style == "normal"]
        usual[content] = float(np.median(normal if len(normal) >= 3 else values))
    return usual


def with_traits(label: Label, motion: Motion, usual: Mapping[str, float], own_pace: float) -> Label:
    """The label with its measured traits: high, low, slow, fast."""
    traits = _height_traits(label.content, motion.joints())
    ratio = own_pace / usual[label.content] if usual.get(label.content) else 1.0
    traits |= {"slow"} if ratio < SLOW else {"fast"} if ratio > FAST else set()
    return replace(label, traits=frozenset(traits))
