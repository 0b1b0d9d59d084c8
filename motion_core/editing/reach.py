"""Joints brought to points: limbs bend, the trunk leans after what they cannot reach, the pelvis moves for the rest.

The trunk leans by damped least squares. With the anchor (say the shoulder) at s, a joint j of the trunk at p_j and its
arm r_j = s - p_j, small turns w_j move the anchor by sum_j w_j x r_j. The least turns that move it by D are

    w_j = r_j x f     with     (sum_j |r_j|^2 I - r_j r_j^T + LAMBDA I) f = D

repeated a few times, for all frames at once; no joint leans further than LEAN from the given pose.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from motion_core import quaternions as quat
from motion_core.editing.ik import LIMBS, Limb, place_limb
from motion_core.editing.pose import Pose
from motion_core.fitting import unit
from motion_core.skeleton import JOINT, OFFSETS

LAMBDA = 5e-3  # square metres: a bone cannot be lengthened, and trying to must not throw it about
LEAN = {
    "spine1": 0.35,
    "spine2": 0.35,
    "spine3": 0.35,
    "neck": 0.6,
    "left_collar": 0.4,
    "right_collar": 0.4,
}  # rad
TRUNK = ("spine1", "spine2", "spine3")
CHAINS: dict[str, tuple[str, ...]] = {  # what leans to bring an anchor somewhere; the pelvis alone for the others
    "spine2": TRUNK[:1], "spine3": TRUNK[:2], "neck": TRUNK, "head": (*TRUNK, "neck"),
    **{f"{side}_collar": TRUNK for side in ("left", "right")},
    **{f"{side}_shoulder": (*TRUNK, f"{side}_collar") for side in ("left", "right")},
}  # fmt: skip
LEAN_FROM, WALK_FROM = 0.93, 0.98  # of an arm's reach: from there on the trunk, then the pelvis come after
LEG_FROM, LONGEST = 0.985, 0.9995
ROUNDS, LEANS = 3, 3
FARTHEST = 0.35  # metres the pelvis may move for other joints

Goals = Mapping[str, np.ndarray]  # joint -> wanted places (T,3); the joint's own where nothing is asked


def limb_of(joint: str) -> tuple[Limb | None, str]:
    """The limb a joint belongs to, and its role there: "end", "middle" or "tip" (the ball of the foot)."""
    for limb in LIMBS.values():
        if joint == limb.end:
            return limb, "end"
        if joint == limb.middle:
            return limb, "middle"
        if joint == limb.end.replace("ankle", "foot"):
            return limb, "tip"
    return None, ""


def reach(pose: Pose, goals: Goals, pelvis_free: np.ndarray) -> None:
    """Pose the body so that the joints named by `goals` are at their places as nearly as they can; in place.

    pelvis_free (T,) 0..1: how much the pelvis may move. Feet without a goal stay where they are.
    """
    given, home, shift = pose.rotations.copy(), pose.pelvis.copy(), np.zeros_like(pose.pelvis)
    ends = {name: goal for name in LIMBS if (goal := _end_goal(pose, LIMBS[name], goals)) is not None}
    stretch = {name: _stretch(pose, LIMBS[name]) for name in ends}
    feet = {name: (ends.get(name, pose.at(limb.end)), pose.facing(limb.end)) for name, limb in _legs()}
    for _ in range(ROUNDS):
        for _ in range(LEANS):
            for anchor, missing in _missing(pose, goals, ends, stretch, LEAN_FROM).items():
                if anchor in CHAINS and missing.any():
                    _lean(pose, CHAINS[anchor], anchor, missing, given)
        missing = _common(list(_missing(pose, goals, ends, stretch, WALK_FROM).values()))
        if not missing.any():
            break
        shift = _limited(shift + missing * pelvis_free[:, None])
        pose.pelvis = home + shift
        pose.update()
    _bend(pose, goals, ends, feet, moved=bool(shift.any()))


def _legs() -> list[tuple[str, Limb]]:
    return [(name, limb) for name, limb in LIMBS.items() if limb.strict]


def _end_goal(pose: Pose, limb: Limb, goals: Goals) -> np.ndarray | None:
    """Where (T,3) the end of a limb shall be; the ball of a foot places the ankle, the foot keeps its direction."""
    tip = limb.end.replace("ankle", "foot")
    if tip != limb.end and tip in goals:
        return goals[tip] - quat.rotate(pose.facing(limb.end), OFFSETS[JOINT[tip]].astype(np.float64))
    return goals.get(limb.end)


def _stretch(pose: Pose, limb: Limb) -> np.ndarray:
    """How far (T,) a limb is stretched, 1 when straight."""
    return np.linalg.norm(pose.at(limb.end) - pose.at(limb.upper), axis=1) / limb.reach


def _missing(
    pose: Pose, goals: Goals, ends: Goals, stretch: Goals, arms_from: float
) -> dict[str, np.ndarray]:
    """Anchor -> how far (T,3) it has to come for its goal to be reached.

    An arm asks from `arms_from` of its length on, softly, so that it is never thrown straight; a limb that is already
    straighter in the given pose only from there on.
    """
    found = {}
    for name, target in ends.items():
        limb = LIMBS[name]
        span = target - pose.at(limb.upper)
        start = np.clip(stretch[name], LEG_FROM if limb.strict else arms_from, LONGEST) * limb.reach
        over = np.maximum(np.linalg.norm(span, axis=1) - start, 0.0)
        soft = over**2 / (over + 0.6 * (limb.reach - start) + 1e-9)
        found[limb.upper] = unit(span) * soft[:, None]
    for joint, goal in goals.items():
        limb_here, role = limb_of(joint)
        if limb_here is None:
            found[joint] = goal - pose.at(joint)
        elif role == "middle":
            span = goal - pose.at(limb_here.upper)
            over = np.linalg.norm(span, axis=1) - limb_here.lengths[0]
            found[limb_here.upper] = unit(span) * over[:, None]
    return found


def _lean(pose: Pose, chain: tuple[str, ...], anchor: str, missing: np.ndarray, given: np.ndarray) -> None:
    """One step of the trunk: the least turns of `chain` that move `anchor` by `missing` (T,3), within LEAN."""
    arms = [pose.at(anchor) - pose.at(joint) for joint in chain]
    matrix = LAMBDA * np.eye(3) + sum(
        (arm * arm).sum(-1)[:, None, None] * np.eye(3) - arm[:, :, None] * arm[:, None, :] for arm in arms
    )
    force = np.linalg.solve(matrix, missing[..., None])[..., 0]
    turn, facing = quat.IDENTITY, {}
    for joint, arm in zip(chain, arms):
        turn = quat.multiply(turn, quat.rotvec_to_quat(quat.cross(arm, force)))
        facing[joint] = quat.multiply(turn, pose.facing(joint))
    pose.set_facing(facing)
    for joint in chain:
        own = given[:, JOINT[joint]]
        part = LEAN[joint] / np.maximum(quat.angle_between(own, pose.rotations[:, JOINT[joint]]), LEAN[joint])
        pose.rotations[:, JOINT[joint]] = quat.slerp(own, pose.rotations[:, JOINT[joint]], part)
    pose.update()


def _common(missing: list[np.ndarray]) -> np.ndarray:
    """One shift (T,3) for all that is missing: the mean, weighted by how much each misses."""
    if not missing:
        return np.zeros((1, 3))
    all_of = np.stack(missing)
    weight = np.linalg.norm(all_of, axis=-1, keepdims=True)
    return (all_of * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)


def _limited(shift: np.ndarray) -> np.ndarray:
    """No longer than FARTHEST."""
    length = np.linalg.norm(shift, axis=1, keepdims=True)
    return shift * np.minimum(1.0, FARTHEST / np.maximum(length, 1e-12))


def _bend(
    pose: Pose, goals: Goals, ends: Goals, feet: Mapping[str, tuple[np.ndarray, np.ndarray]], moved: bool
) -> None:
    """The limbs at last, exactly: knees and elbows with a goal are aimed at it, then ends are placed."""
    for joint, goal in goals.items():
        limb, role = limb_of(joint)
        if limb is not None and role == "middle":
            bone = pose.at(joint) - pose.at(limb.upper)
            turn = quat.between(bone, goal - pose.at(limb.upper))
            pose.set_facing({limb.upper: quat.multiply(turn, pose.facing(limb.upper))})
            pose.update()
    aimed = {limb_of(joint)[0] for joint in goals if limb_of(joint)[1] == "middle"}
    for name, limb in LIMBS.items():
        if limb in aimed:
            continue
        if name in feet and (moved or name in ends):
            place_limb(pose, limb, *feet[name])
        elif name in ends:
            place_limb(pose, limb, ends[name])
    pose.update()
