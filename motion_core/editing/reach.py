"""Bring a joint to points: its limb bends, the trunk leans after what is too far, the pelvis moves for the rest.

The trunk leans by damped least squares. Let the anchor (say the shoulder) be at s, a joint j of the trunk at p_j, and
r_j = s - p_j. Small turns w_j move the anchor by sum_j w_j x r_j. The smallest turns that move it by D are

    w_j = r_j x f     with     (sum_j |r_j|^2 I - r_j r_j^T + LAMBDA I) f = D

This is repeated a few times, for all frames at once. No joint leans further than LEAN from the given pose.
"""

from __future__ import annotations

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import unit
from motion_core.body.skeleton import JOINT, OFFSETS
from motion_core.editing.ik import LIMBS, Limb, place_limb
from motion_core.editing.pose import Pose

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
LEG_FROM, LONGEST = 0.985, 0.9995  # of a limb's reach
LEAN_FROM, WALK_FROM = 0.93, 0.98  # of an arm's: from there on the trunk, then the pelvis come after
ROUNDS, LEANS = 3, 3
FARTHEST = 0.35  # metres the pelvis may move for another joint


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


def reach(pose: Pose, joint: str, goal: np.ndarray, pelvis_free: np.ndarray) -> None:
    """Pose the body so that a joint is at its goal (T,3), metres, as nearly as it can; in place.

    pelvis_free (T,) 0..1: how much the pelvis may move. Feet (but the joint's own) stay where they are.
    """
    limb, role = limb_of(joint)
    given, home, shift = pose.rotations.copy(), pose.pelvis.copy(), np.zeros_like(pose.pelvis)
    legs = [leg for leg in LIMBS.values() if leg.strict]
    feet = {leg.end: (pose.at(leg.end), pose.facing(leg.end)) for leg in legs}
    if (
        limb is not None and role == "tip"
    ):  # the ball of the foot places the ankle, the foot keeps its direction
        goal = goal - quat.rotate(pose.facing(limb.end), OFFSETS[JOINT[joint]].astype(np.float64))
    anchor = limb.upper if limb is not None else joint
    stretch = _stretch(pose, limb) if limb is not None else np.zeros(len(goal))
    for _ in range(ROUNDS):
        for _ in range(LEANS if anchor in CHAINS else 0):
            _lean(pose, CHAINS[anchor], anchor, _missing(pose, joint, goal, stretch, LEAN_FROM), given)
        missing = _missing(pose, joint, goal, stretch, WALK_FROM)
        if not missing.any():
            break
        shift = _limited(shift + missing * pelvis_free[:, None])
        pose.pelvis = home + shift
        pose.update()
    if limb is not None:
        _bend(pose, limb, role, goal, feet)
    for leg in legs:
        if leg is not limb and shift.any():
            place_limb(pose, leg, *feet[leg.end])
    pose.update()


def _stretch(pose: Pose, limb: Limb) -> np.ndarray:
    """How far (T,) a limb is stretched, 1 when straight."""
    return np.linalg.norm(pose.at(limb.end) - pose.at(limb.upper), axis=1) / limb.reach


def _missing(pose: Pose, joint: str, goal: np.ndarray, stretch: np.ndarray, arm_from: float) -> np.ndarray:
    """How far (T,3) the joint's anchor has to come for its goal to be reached.

    An arm asks from `arm_from` of its length on, softly, so that it is never thrown straight; a limb that is already
    straighter in the given pose only from there on.
    """
    limb, role = limb_of(joint)
    if limb is None:
        return goal - pose.at(joint)
    span = goal - pose.at(limb.upper)
    length = np.linalg.norm(span, axis=1)
    if role == "middle":
        return unit(span) * (length - limb.lengths[0])[:, None]
    start = np.clip(stretch, LEG_FROM if limb.strict else arm_from, LONGEST) * limb.reach
    over = np.maximum(length - start, 0.0)
    soft = over**2 / (over + 0.6 * (limb.reach - start) + 1e-9)
    return unit(span) * soft[:, None]


def _lean(pose: Pose, chain: tuple[str, ...], anchor: str, missing: np.ndarray, given: np.ndarray) -> None:
    """One step of the trunk: the least turns of `chain` that move `anchor` by `missing` (T,3), within LEAN."""
    if not missing.any():
        return
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
        own, leant = given[:, JOINT[joint]], pose.rotations[:, JOINT[joint]]
        part = LEAN[joint] / np.maximum(quat.angle_between(own, leant), LEAN[joint])
        pose.rotations[:, JOINT[joint]] = quat.slerp(own, leant, part)
    pose.update()


def _limited(shift: np.ndarray) -> np.ndarray:
    """No longer than FARTHEST."""
    length = np.linalg.norm(shift, axis=1, keepdims=True)
    return shift * np.minimum(1.0, FARTHEST / np.maximum(length, 1e-12))


def _bend(
    pose: Pose, limb: Limb, role: str, goal: np.ndarray, feet: dict[str, tuple[np.ndarray, np.ndarray]]
) -> None:
    """The limb at last, exactly: a knee or elbow is aimed at its goal, an end is placed there; feet keep their tilt."""
    if role == "middle":
        root = pose.at(limb.upper)
        turn = quat.between(pose.at(limb.middle) - root, goal - root)
        pose.set_facing({limb.upper: quat.multiply(turn, pose.facing(limb.upper))})
    else:
        place_limb(pose, limb, goal, feet[limb.end][1] if limb.end in feet else None)
