"""Two bones that reach a point: arms and legs, in closed form, for all frames at once.

The triangle, derived. The root stays at r, the end shall be at p, the bones have lengths a and b. Let d = |p - r| and
x the unit direction from r to p. The middle joint lies on a circle about x, at

    along = (a^2 - b^2 + d^2) / 2d       beside = sqrt(a^2 - along^2)

and m, the unit direction to the side, is what keeps a knee a knee: with n the normal of the bend (upper x lower bone),
m = x' n x' turned with the limb, i.e. m = x cross n. The plane of the given pose is taken, carried along by the
shortest turn from the old direction to the new one; a straight limb has no plane and takes its own from the frames
around it and from anatomy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motion_core import quaternions as quat
from motion_core.editing.pose import Pose
from motion_core.editing.root import running_mean
from motion_core.editing.spread import smoothstep
from motion_core.fitting import CHILD, HINGES, unit
from motion_core.skeleton import JOINT, OFFSETS

STRETCH = 0.9999  # of the full length: beyond it the bend has no direction
STRAIGHT, BENT = 0.02, 0.1  # sines of the bend between which its own plane gains all the say
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
    root: np.ndarray, middle: np.ndarray, end: np.ndarray, target: np.ndarray, normal: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """World turns (...,4) of the upper and the lower bone that bring `end` to `target`, all points (...,3) metres.

    normal (...,3): of the bend, upper x lower; need not be exact nor of length 1. A target out of reach is met in
    direction, the limb stretched out or folded up.
    """
    a = np.linalg.norm(middle - root, axis=-1, keepdims=True)
    b = np.linalg.norm(end - middle, axis=-1, keepdims=True)
    swing = quat.between(end - root, target - root)
    x = unit(target - root)
    distance = np.linalg.norm(target - root, axis=-1, keepdims=True)
    distance = np.clip(distance, np.abs(a - b) / STRETCH + 1e-6, (a + b) * STRETCH)
    along = (a * a - b * b + distance * distance) / (2 * distance)
    beside = np.sqrt(np.maximum(a * a - along * along, 0.0))
    side = unit(quat.cross(x, quat.rotate(swing, normal)))
    knee = x * along + side * beside
    upper = quat.multiply(quat.between(quat.rotate(swing, middle - root), knee), swing)
    lower = quat.multiply(quat.between(quat.rotate(swing, end - middle), x * distance - knee), swing)
    return upper, lower


def bend_normals(pose: Pose, limb: Limb) -> np.ndarray:
    """The normal (T,3) of each frame's bend in world axes: the pose's own, or a straight limb's likely one."""
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
        trusted = trusted * smoothstep(forward / 0.5 + 0.5)[:, None]
        own = np.where((own @ hinge)[:, None] < 0, 0.0, own)
    likely = unit(running_mean(own * sine, NEIGHBOURS) + PRIOR * hinge)
    return quat.rotate(facing, trusted * unit(own) + (1 - trusted) * likely)


def place_limb(pose: Pose, limb: Limb, target: np.ndarray, end_facing: np.ndarray | None = None) -> None:
    """Bend a limb of the pose so that its end lies at `target` (T,3). end_facing (T,4): the end's world orientation;
    None leaves it as it lies in the lower bone. `pose.update` is left to the caller."""
    root, middle, end = (pose.at(joint) for joint in (limb.upper, limb.middle, limb.end))
    turn_upper, turn_lower = two_bone(root, middle, end, target, bend_normals(pose, limb))
    chain = {
        limb.upper: quat.multiply(turn_upper, pose.facing(limb.upper)),
        limb.middle: quat.multiply(turn_lower, pose.facing(limb.middle)),
    }
    if end_facing is not None:
        chain[limb.end] = end_facing
    pose.set_facing(chain)
