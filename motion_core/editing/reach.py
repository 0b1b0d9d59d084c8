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
STEEPEST = 0.95  # share of the foot's length that the ankle may be over its ball
LEVEL = 0.02  # metres between feet that stand about equally high
UP = np.array([0.0, 0.0, 1.0])
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
TIPTOE = 0.08  # metres that a heel may leave the floor for it


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


def reach(
    pose: Pose, joint: str, goal: np.ndarray, pelvis_free: np.ndarray, home: Pose | None = None
) -> None:
    """Pose the body so that a joint is at its goal (T,3), metres, as nearly as it can; in place.

    pelvis_free (T,) 0..1: how much the pelvis may move. home: the pose from which it moves FARTHEST at most, where that
    is not the given one. Feet (but the joint's own) stay where they are, and hold the pelvis down.
    """
    limb, role = limb_of(joint)
    given, home = pose.rotations.copy(), home or Pose(pose.pelvis.copy(), pose.rotations.copy())
    shift = pose.pelvis - home.pelvis
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
        shift[:, 2] = np.minimum(shift[:, 2], _highest(home, shift, [leg for leg in legs if leg is not limb]))
        pose.pelvis = home.pelvis + shift
        pose.update()
    if limb is not None:
        _bend(pose, limb, role, goal, feet)
    for leg in legs:
        if leg is not limb and shift.any():
            place_limb(pose, leg, *_on_toes(pose, leg, *feet[leg.end]))
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
    before, goal = pose.rotations.copy(), pose.at(anchor) + missing
    force = np.linalg.solve(matrix, missing[..., None])[..., 0]
    turn, facing = quat.IDENTITY, {}
    for joint, arm in zip(chain, arms):
        turn = quat.multiply(turn, quat.rotvec_to_quat(quat.cross(arm, force)))
        facing[joint] = quat.multiply(turn, pose.facing(joint))
    pose.set_facing(facing)
    _limit_lean(pose, chain, given)
    worse = np.linalg.norm(goal - pose.at(anchor), axis=1) > np.linalg.norm(missing, axis=1)
    if worse.any():  # a goal far out of reach, in line with the back
        pose.rotations[worse] = before[worse]
        pose.update()


def _limit_lean(pose: Pose, chain: tuple[str, ...], given: np.ndarray) -> None:
    """No joint of the chain further than LEAN from the given rotations (T,22,4)."""
    for joint in chain:
        own, leant = given[:, JOINT[joint]], pose.rotations[:, JOINT[joint]]
        part = LEAN[joint] / np.maximum(quat.angle_between(own, leant), LEAN[joint])
        pose.rotations[:, JOINT[joint]] = quat.slerp(own, leant, part)
    pose.update()


def _limited(shift: np.ndarray) -> np.ndarray:
    """No longer than FARTHEST."""
    length = np.linalg.norm(shift, axis=1, keepdims=True)
    return shift * np.minimum(1.0, FARTHEST / np.maximum(length, 1e-12))


def _highest(home: Pose, shift: np.ndarray, legs: list[Limb]) -> np.ndarray:
    """How far (T,) a body may rise from its home, so that the lower of these feet stays, on its toes at last.

    The hip, moved by the x and y of shift (T,3), is over its ankle by sqrt(R^2 - d^2) at most: R the length of the leg,
    d their distance over the floor. Feet of nearly one height share the say.
    """
    apart = [home.at(leg.upper) + shift - home.at(leg.end) for leg in legs]
    rises = np.stack([_over(leg, way) - way[:, 2] + shift[:, 2] for leg, way in zip(legs, apart)])
    heights = np.stack([home.at(leg.end)[:, 2] for leg in legs])
    says = np.exp((heights.min(axis=0) - heights) / LEVEL)
    return np.maximum((says * rises).sum(axis=0) / says.sum(axis=0), 0.0) + TIPTOE


def _over(leg: Limb, apart: np.ndarray) -> np.ndarray:
    """How far (T,) a hip is over its ankle at most; apart (T,3): from one to the other, of which z does not count."""
    return np.sqrt(np.maximum((LONGEST * leg.reach) ** 2 - (apart[:, :2] ** 2).sum(axis=1), 0.0))


def _on_toes(pose: Pose, leg: Limb, ankle: np.ndarray, facing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place (T,3) and facing (T,4) of an ankle that its leg does not reach: raised over the ball of the foot, which
    stays. The ankle is at the height h over the ball, so beside it by sqrt(L^2 - h^2): L the length of the foot.
    """
    apart = pose.at(leg.upper) - ankle
    sole = quat.rotate(facing, OFFSETS[JOINT[leg.end.replace("ankle", "foot")]].astype(np.float64))
    length = np.linalg.norm(sole, axis=1)
    most = np.clip(STEEPEST * length + sole[:, 2], 0.0, TIPTOE)
    height = -sole[:, 2] + np.clip(apart[:, 2] - _over(leg, apart), 0.0, most)
    ahead = unit(sole * (UP == 0)) * np.sqrt(length**2 - height**2)[:, None]
    raised = ahead - height[:, None] * UP
    return ankle + sole - raised, quat.multiply(quat.between(sole, raised), facing)


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
