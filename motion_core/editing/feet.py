"""Feet that stand where they stand: each contact held at one place on the floor, sole flat, released softly.

What is changed is the ball of the foot, the tilt of foot and toes, and through two-bone IK the leg; the pelvis only
sinks where a leg would be too short. All corrections go through `spread`: exact during a contact, smooth between two,
gone RELEASE seconds away from any.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.motion import Motion
from motion_core.body.skeleton import JOINT, OFFSETS, SOLE
from motion_core.editing.contacts import SIDES, Contacts, find_contacts, runs
from motion_core.editing.ik import LIMBS, place_limb
from motion_core.editing.pose import Pose, frozen_mask
from motion_core.editing.root import running_mean
from motion_core.editing.spread import spread

RELEASE = 0.3  # seconds
ABRUPT = 0.12  # seconds for which a foot that leaves is still led on its old way; longer would push it into the floor
STRAIGHT_LEG = 0.985  # of its length; a leg that is straighter in the motion may stay as it is
LONGEST_LEG = 0.9995
SINK, SINK_SECONDS = (
    0.12,
    0.2,
)  # metres the pelvis may sink at most; how long before and after it begins and ends
STEEPEST = np.radians(35)  # a foot tilted more than this against the floor is not made flat
UP = np.array([0.0, 1.0, 0.0])  # of the flat foot, in its own frame


@dataclass(frozen=True, eq=False)
class FootPlan:
    """Where to put a foot. ball (T,3) metres; foot, toes (T,4): world orientations of ankle and ball joint."""

    ball: np.ndarray
    foot: np.ndarray
    toes: np.ndarray


def lock_feet(motion: Motion, *, frozen: np.ndarray | None = None) -> Motion:
    """The motion with feet that do not slide: contacts are found, held at one place each, and released softly.

    frozen (T,) bool: frames that stay bit for bit; a contact that contains some is held where they have it.
    """
    frozen = frozen_mask(motion, frozen)
    if len(motion) < 3 or frozen.all():
        return motion
    pose = Pose.of(motion)
    contacts = find_contacts(pose, motion.fps)
    plans = {side: _plan(pose, side, contacts[side], frozen, motion.fps) for side in SIDES}
    place_feet(pose, plans, motion.fps)
    return pose.motion(motion, frozen)


def place_feet(pose: Pose, plans: dict[str, FootPlan], fps: float) -> None:
    """Bring the feet of the pose where the plans want them: the pelvis sinks if it must, the legs bend."""
    ankles = {
        side: plan.ball - quat.rotate(plan.foot, OFFSETS[JOINT[f"{side}_foot"]].astype(np.float64))
        for side, plan in plans.items()
    }
    sink = _sink(pose, ankles, fps)
    if sink.any():
        pose.pelvis[:, 2] -= sink
        pose.update()
    for side, plan in plans.items():
        place_limb(pose, LIMBS[f"{side}_leg"], ankles[side], plan.foot)
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


def _plan(pose: Pose, side: str, contacts: Contacts, frozen: np.ndarray, fps: float) -> FootPlan:
    foot, toes = pose.facing(f"{side}_ankle"), pose.facing(f"{side}_foot")
    wanted = FootPlan(
        _held_places(pose.at(f"{side}_foot"), contacts.ball, frozen),
        _level(foot, contacts.flat, frozen),
        _level(toes, contacts.ball, frozen),
    )
    led = lead_feet(pose, side, contacts.ball, wanted, frozen, fps)
    # the foot is level only while it is flat; on its ball it keeps the angle it has
    turn = quat.quat_to_rotvec(quat.multiply(wanted.foot, quat.conjugate(foot)))
    soft = spread_contacts(turn, contacts.flat, frozen, fps)
    return FootPlan(led.ball, quat.multiply(quat.rotvec_to_quat(soft), foot), led.toes)


def _held_places(ball: np.ndarray, contact: np.ndarray, frozen: np.ndarray) -> np.ndarray:
    """Where (T,3) to put the ball during contacts: the middle of each, on the floor, or where frozen frames say."""
    place = ball.copy()
    for start, stop in runs(contact):
        fixed = start + np.flatnonzero(frozen[start:stop])
        if len(fixed):
            times = np.arange(start, stop)
            place[start:stop] = np.stack([np.interp(times, fixed, ball[fixed, k]) for k in range(3)], axis=1)
        else:
            place[start:stop, :2] = ball[start:stop, :2].mean(axis=0)
            place[start:stop, 2] = SOLE
    return place


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


def _level(facing: np.ndarray, contact: np.ndarray, frozen: np.ndarray) -> np.ndarray:
    """Orientations (T,4) tilted level, their heading kept, where (T,) bool they are nearly so in a contact.

    A contact with frozen frames keeps its tilt: to make its free frames level would tip the foot between them.
    """
    up = quat.rotate(facing, UP)
    level = contact & (up[:, 2] > np.cos(STEEPEST))
    for start, stop in runs(contact):
        if frozen[start:stop].any():
            level[start:stop] = False
    turned = quat.multiply(quat.between(up, np.array([0.0, 0.0, 1.0])), facing)
    return np.where(level[:, None], turned, facing)


def _sink(pose: Pose, ankles: dict[str, np.ndarray], fps: float) -> np.ndarray:
    """How far (T,) the pelvis has to sink for both legs to reach their ankles, smooth in time and never less."""
    need = np.zeros(len(pose.pelvis))
    for side, ankle in ankles.items():
        limb = LIMBS[f"{side}_leg"]
        hip = pose.at(limb.upper)
        given = np.linalg.norm(pose.at(limb.end) - hip, axis=1) / limb.reach
        length = np.clip(given, STRAIGHT_LEG, LONGEST_LEG) * limb.reach
        away = np.linalg.norm((ankle - hip)[:, :2], axis=1)
        room = np.sqrt(np.maximum(length**2 - away**2, 0.0))
        need = np.maximum(need, (hip - ankle)[:, 2] - room)
    return np.minimum(envelope(need, round(SINK_SECONDS * fps)), SINK)


def envelope(need: np.ndarray, half: int) -> np.ndarray:
    """A smooth curve (T,) nowhere below `need` (T,): the highest of the frames around, averaged over as many."""
    if half < 1 or not need.any():
        return np.asarray(need, dtype=np.float64)
    padded = np.pad(need, half, mode="edge")
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1).max(axis=1)
    # where the window of the mean leaves the clip it sees repeated end values, which are no lower than needed there
    return running_mean(highest, 2 * half + 1)
