"""Two bones that reach a point: arms and legs, in closed form, for all frames at once.

The bend, derived. Upper bone u and lower bone l (vectors), axis h (unit) of knee or elbow, d the distance from root to
target. The lower bone is turned about h by an angle w; with l = p + q, p along h and q across,

    |u + p + q cos w + (h x q) sin w| = d
    A cos w + B sin w = C      A = u.q   B = u.(h x q)   C = (d^2 - |u|^2 - |l|^2) / 2 - u.p
    w = atan2(B, A) + arccos(C / sqrt(A^2 + B^2))

atan2(B, A) is the straightest the limb can be. There are two solutions beside it. The one that bends by a positive turn
about h is taken, so a knee stays a knee. A limb that also bends sideways (p != 0) may have to be longer than that: the
small rest is straightened in its own plane. Last, the whole limb swings the short way to the target.

The axis h of a bent limb is the normal of its own bend. In a nearly straight limb that normal is chance and build
(knees lie further out than hips and ankles). Such a limb takes the axis of anatomy; an arm also that of the frames
around.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core.body import quaternions as quat
from motion_core.body.fitting import CHILD, HINGES, unit
from motion_core.body.skeleton import JOINT, OFFSETS
from motion_core.editing.pose import Pose
from motion_core.editing.root import running_mean
from motion_core.editing.spread import smoothstep

STRETCH = 0.9999  # of the full length: beyond it the bend has no direction
STRAIGHT, BENT = 0.17, 0.4  # sines of the bend between which its own plane gains all the say
PRIOR = 0.003  # weight of anatomy against the bends (sine squared) of the frames around
NEIGHBOURS = 9  # frames


@dataclass(frozen=True)
class Limb:
    """Two bones: `upper` turns at the hip or shoulder, `middle` at the knee or elbow, `end` is what is placed.

    hinge: the axis, in the rest frame, about which a positive turn bends the middle joint. strict: it never bends the
    other way, so a pose in which it does is a measuring error.
    """

    upper: str
    middle: str
    end: str
    hinge: tuple[float, float, float]
    strict: bool

    @property
    def lengths(self) -> tuple[float, float]:
        """Metres of the upper and the lower bone."""
        upper, lower = (float(np.linalg.norm(OFFSETS[JOINT[name]])) for name in (self.middle, self.end))
        return upper, lower

    @property
    def reach(self) -> float:
        """Metres from root to end when straight."""
        return sum(self.lengths)


LIMBS: dict[str, Limb] = {
    f"{upper.split('_')[0]}_{'leg' if middle.endswith('knee') else 'arm'}": Limb(
        upper, middle, CHILD[middle], axis, middle.endswith("knee")
    )
    for upper, middle, axis in HINGES
}


def two_bone(
    root: np.ndarray, middle: np.ndarray, end: np.ndarray, target: np.ndarray, axis: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """World turns (...,4) of the upper and the lower bone that bring `end` to `target`, all points (...,3) metres.

    axis (...,3): a positive turn about it bends the limb. A target out of reach is met in direction, the limb
    stretched out or folded up.
    """
    upper, lower = middle - root, end - middle
    a, b = np.linalg.norm(upper, axis=-1), np.linalg.norm(lower, axis=-1)
    distance = np.linalg.norm(target - root, axis=-1)
    given = np.linalg.norm(
        end - root, axis=-1
    )  # the limits are for targets, not for what the pose does already
    shortest, longest = np.abs(a - b) / STRETCH + 1e-6, (a + b) * STRETCH
    distance = np.clip(distance, np.minimum(shortest, given), np.maximum(longest, given))
    axis = unit(axis)
    bend = quat.rotvec_to_quat(axis * _bend_angle(upper, lower, axis, distance)[..., None])
    lower = quat.rotate(bend, lower)
    x = unit(upper + lower)
    knee, shin = _triangle(upper, lower, x, distance)
    swing = quat.between(x, target - root)
    turn_upper = quat.multiply(swing, quat.between(upper, knee))
    turn_lower = quat.multiply(swing, quat.multiply(quat.between(lower, shin), bend))
    return turn_upper, turn_lower


def _bend_angle(upper: np.ndarray, lower: np.ndarray, axis: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """w (...) of the derivation; the nearest there is where the axis does not allow the distance."""
    along = (lower * axis).sum(-1, keepdims=True) * axis
    across = lower - along
    a, b = (upper * across).sum(-1), (upper * quat.cross(axis, across)).sum(-1)
    squares = (upper * upper).sum(-1) + (lower * lower).sum(-1)
    c = (distance**2 - squares) / 2 - (upper * along).sum(-1)
    return np.arctan2(b, a) + np.arccos(np.clip(c / np.maximum(np.hypot(a, b), 1e-12), -1, 1))


def _triangle(
    upper: np.ndarray, lower: np.ndarray, x: np.ndarray, distance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Both bones (...,3) in their own plane, made exactly so long together along `x`; as they were if they are."""
    a, b = (np.linalg.norm(v, axis=-1, keepdims=True) for v in (upper, lower))
    d = distance[..., None]
    along = (a * a - b * b + d * d) / (2 * d)
    beside = np.sqrt(np.maximum(a * a - along * along, 0.0))
    side = unit(upper - (upper * x).sum(-1, keepdims=True) * x)
    knee = x * along + side * beside
    return knee, x * d - knee


def bend_axes(pose: Pose, limb: Limb) -> np.ndarray:
    """The axis (T,3) of each frame's bend in world axes: the pose's own, or a nearly straight limb's likely one."""
    upper = unit(pose.at(limb.middle) - pose.at(limb.upper))
    lower = unit(pose.at(limb.end) - pose.at(limb.middle))
    facing = pose.facing(limb.upper)
    own = quat.rotate(
        quat.conjugate(facing), quat.cross(upper, lower)
    )  # in the upper bone's frame, length: sine
    sine = np.linalg.norm(own, axis=-1, keepdims=True)
    hinge = np.array(limb.hinge)
    trusted = smoothstep((sine - STRAIGHT) / (BENT - STRAIGHT))
    if limb.strict:
        forward = own @ hinge / np.maximum(sine[:, 0], 1e-9)
        trusted = trusted * smoothstep(forward / 0.5)[:, None]
        likely = hinge
    else:
        likely = unit(running_mean(own * np.maximum(sine - STRAIGHT, 0), NEIGHBOURS) + PRIOR * hinge)
    return quat.rotate(facing, trusted * unit(own) + (1 - trusted) * likely)


def place_limb(pose: Pose, limb: Limb, target: np.ndarray, end_facing: np.ndarray | None = None) -> None:
    """Bend a limb of the pose so that its end lies at `target` (T,3). end_facing (T,4): the end's world orientation;
    None leaves it as it lies in the lower bone. `pose.update` is left to the caller."""
    root, middle, end = (pose.at(joint) for joint in (limb.upper, limb.middle, limb.end))
    turn_upper, turn_lower = two_bone(root, middle, end, target, bend_axes(pose, limb))
    chain = {
        limb.upper: quat.multiply(turn_upper, pose.facing(limb.upper)),
        limb.middle: quat.multiply(turn_lower, pose.facing(limb.middle)),
    }
    if end_facing is not None:
        chain[limb.end] = end_facing
    pose.set_facing(chain)
