"""Feet brought where they shall be: two-bone IK bends the legs, the pelvis sinks where a leg would be too short.

Corrections that are known while feet stand go through `spread`: exact there, smooth between two, gone RELEASE seconds
away from any.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.skeleton import JOINT, OFFSETS
from motion_core.editing.ik import LIMBS, Limb, place_limb
from motion_core.editing.pose import Pose
from motion_core.editing.root import running_mean
from motion_core.editing.spread import spread

RELEASE = 0.3  # seconds
ABRUPT = 0.12  # seconds for which a foot that leaves is still led on its old way; longer would push it into the floor
STRAIGHT_LEG = 0.985  # of its length; a leg that is straighter in the motion may stay as it is
LONGEST_LEG = 0.9995
EASY = 0.95  # of its length; a leg that need not reach its target is stretched less and less beyond
SINK, SINK_SECONDS = (
    0.12,
    0.2,
)  # metres the pelvis may sink at most; how long before and after it begins and ends


@dataclass(frozen=True, eq=False)
class FootPlan:
    """Where to put a foot. ball (T,3) metres; foot, toes (T,4): world orientations of ankle and ball joint."""

    ball: np.ndarray
    foot: np.ndarray
    toes: np.ndarray


def place_feet(
    pose: Pose, plans: dict[str, FootPlan], fps: float, firm: dict[str, np.ndarray] | None = None
) -> None:
    """Bring the feet of the pose where the plans want them: the pelvis sinks if it must, the legs bend.

    firm: for each side (T,) how surely the foot has to get there, 0 to 1; None: surely. For a foot that may miss its
    place the pelvis does not sink, and its leg is not stretched until the knee snaps.
    """
    firm = firm or {side: np.ones(len(pose.pelvis)) for side in plans}
    ankles = {
        side: plan.ball - quat.rotate(plan.foot, OFFSETS[JOINT[f"{side}_foot"]].astype(np.float64))
        for side, plan in plans.items()
    }
    sink = _sink(pose, ankles, firm, fps)
    if sink.any():
        pose.pelvis[:, 2] -= sink
        pose.update()
    for side, plan in plans.items():
        limb = LIMBS[f"{side}_leg"]
        place_limb(pose, limb, _within_reach(pose, limb, ankles[side], firm[side]), plan.foot)
        toe = JOINT[f"{side}_foot"]
        pose.rotations[:, toe] = quat.multiply(quat.conjugate(plan.foot), plan.toes)
    pose.update()


def lead_feet(
    pose: Pose, side: str, contact: np.ndarray, wanted: FootPlan, frozen: np.ndarray, fps: float
) -> FootPlan:
    """A plan that is `wanted` during contacts (T,) bool and goes over softly into what the pose does elsewhere."""
    ball, foot, toes = pose.at(f"{side}_foot"), pose.facing(f"{side}_ankle"), pose.facing(f"{side}_foot")
    hold = wanted.ball - ball
    floor = spread_contacts(hold[:, :2], contact, frozen, fps)
    height = spread_contacts(hold[:, 2:], contact, frozen, fps, ABRUPT)  # swings go as high as they did
    turns = [
        spread_contacts(quat.quat_to_rotvec(quat.multiply(there, quat.conjugate(here))), contact, frozen, fps)
        for here, there in ((foot, wanted.foot), (toes, wanted.toes))
    ]
    foot, toes = (quat.multiply(quat.rotvec_to_quat(turn), here) for turn, here in zip(turns, (foot, toes)))
    return FootPlan(ball + np.concatenate([floor, height], axis=1), foot, toes)


def spread_contacts(
    correction: np.ndarray, contact: np.ndarray, frozen: np.ndarray, fps: float, release: float = RELEASE
) -> np.ndarray:
    """Corrections (T,D) known in contacts, zero where frozen and more than `release` seconds from every contact."""
    contact = contact & ~frozen
    if not contact.any():
        return np.zeros_like(correction)
    frames = np.flatnonzero(contact)
    times = np.arange(len(contact))
    place = (
        np.clip(np.searchsorted(frames, times), 1, len(frames) - 1) if len(frames) > 1 else np.zeros(1, int)
    )
    distance = np.minimum(np.abs(times - frames[place]), np.abs(times - frames[place - 1]))
    known = contact | frozen | (distance > release * fps)
    return spread(np.where(contact[:, None], correction, 0.0), known, fps, fade=RELEASE, ease=ABRUPT)


def _within_reach(pose: Pose, limb: Limb, ankle: np.ndarray, firm: np.ndarray) -> np.ndarray:
    """The ankle's target (T,3), nearer to the hip where a leg that need not reach it would become too straight.

    With x the leg's stretch, of its length, as it is and as wanted, and g a curve that is x up to EASY and nears 1
    beyond: a leg that shall get longer is given x + g(wanted) - g(x). One that is straight already stays so.
    """
    hip = pose.at(limb.upper)
    given = np.linalg.norm(pose.at(limb.end) - hip, axis=1) / limb.reach
    way = ankle - hip
    wanted = np.maximum(np.linalg.norm(way, axis=1) / limb.reach, 1e-6)
    soft = np.where(wanted > given, given + _eased(wanted) - _eased(given), wanted)
    stretch = firm * np.minimum(wanted, np.maximum(LONGEST_LEG, given)) + (1 - firm) * soft
    return hip + way * (stretch / wanted)[:, None]


def _eased(stretch: np.ndarray) -> np.ndarray:
    beyond = np.maximum(stretch - EASY, 0.0) / (1 - EASY)
    return np.minimum(stretch, EASY) + (1 - EASY) * (1 - np.exp(-beyond))


def _sink(pose: Pose, ankles: dict[str, np.ndarray], firm: dict[str, np.ndarray], fps: float) -> np.ndarray:
    """How far (T,) the pelvis has to sink for both legs to reach their ankles, smooth in time and never less."""
    need = np.zeros(len(pose.pelvis))
    for side, ankle in ankles.items():
        limb = LIMBS[f"{side}_leg"]
        hip = pose.at(limb.upper)
        given = np.linalg.norm(pose.at(limb.end) - hip, axis=1) / limb.reach
        length = np.clip(given, STRAIGHT_LEG, LONGEST_LEG) * limb.reach
        away = np.linalg.norm((ankle - hip)[:, :2], axis=1)
        room = np.sqrt(np.maximum(length**2 - away**2, 0.0))
        need = np.maximum(need, firm[side] * ((hip - ankle)[:, 2] - room))
    return envelope(np.minimum(need, SINK), round(SINK_SECONDS * fps))


def envelope(need: np.ndarray, half: int) -> np.ndarray:
    """A smooth curve (T,) nowhere below `need` (T,): the highest of the frames around, averaged over as many."""
    if half < 1 or not need.any():
        return np.asarray(need, dtype=np.float64)
    padded = np.pad(need, half, mode="edge")
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1).max(axis=1)
    # where the window of the mean leaves the clip it sees repeated end values, which are no lower than needed there
    return running_mean(highest, 2 * half + 1)
